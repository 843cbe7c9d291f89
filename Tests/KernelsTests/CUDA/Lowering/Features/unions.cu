// Unions and bit-fields.
// launch unions grid 1 block 64
// inout int out[64] value 0
// expect out as nvcc
union U {
  float f;
  unsigned u;
  unsigned char b[4];
};
struct Bits {
  unsigned a : 3;
  unsigned b : 7;
  int c : 5;
};
__global__ void unions(int *out) {
  int t = threadIdx.x;
  U u;
  u.f = 1.0f + t;
  Bits x;
  x.a = t;
  x.b = t * 3;
  x.c = t - 8;
  x.c += 1;
  unsigned swapped = u.b[0] << 24 | u.b[1] << 16 | u.b[2] << 8 | u.b[3];
  out[t] = (int)(u.u ^ swapped) + x.a * 10000 + x.b * 10 + x.c;
}
