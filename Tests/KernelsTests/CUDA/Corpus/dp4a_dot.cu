// Dot products of bytes, four at a time.
// launch dp4a_dot grid 1 block 32
// in int a[32*4] range -2147483648 2147483647
// in int b[32*4] range -2147483648 2147483647
// out int c[32]
// expect c = byte_dots(a, b, 4)
__global__ void dp4a_dot(const int *a, const int *b, int *c) {
  int sum = 0;
#pragma unroll
  for (int i = 0; i < 4; i++) sum = __dp4a(a[threadIdx.x * 4 + i], b[threadIdx.x * 4 + i], sum);
  c[threadIdx.x] = sum;
}
