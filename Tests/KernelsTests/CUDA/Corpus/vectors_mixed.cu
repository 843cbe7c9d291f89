// Vectors of many kinds, structures in shared memory, pointers to rows, references to arrays.
// launch vectors grid 2 block 32
// in int in[64] range -100 100
// out int out[64*4]
// expect out as nvcc
struct Sample { short2 a; char4 b; longlong2 c; double d; bool flag; };
template <typename T, int N> __device__ int sum(const T (&v)[N]) {
  int s = 0;
  for (const auto &x : v) s += x;
  return s;
}
__device__ void fill(int (*rows)[4], int v) {
  for (int r = 0; r < 2; r++)
    for (int c = 0; c < 4; c++) rows[r][c] = v * (r + 1) + c;
}
__global__ void vectors(const int *in, int4 *out) {
  __shared__ Sample samples[32];
  const int t = threadIdx.x, i = blockIdx.x * 32 + t, v = in[i];
  Sample s;
  s.a = make_short2((short)(v * 300), (short)-v);
  s.b = make_char4(v, v * 2, v * 3, v * 4);
  s.c = make_longlong2((long long)v << 33, -v);
  s.d = v * 0.25;
  s.flag = v > 0;
  samples[t] = s;
  __syncthreads();
  const Sample &other = samples[31 - t];
  int rows[2][4];
  fill(rows, v);
  int small[3] = {other.a.x, other.b.z, other.flag ? 1 : 2};
  uint3 u = make_uint3(t, i, v);
  out[i] = make_int4(sum(small) + sum(rows[0]) - sum(rows[1]), (int)(other.c.x >> 32) + (int)other.c.y,
                     (int)other.d + other.b.w + other.a.y, (int)(u.x * u.y ^ u.z));
}
