// Rows to signed bytes with a scale for each.
// launch quantize_int8 grid 4 block 32
// in float x[4*60] uniform -3 3
// out char q[4*60]
// out float scale[4]
// int n = 60
// expect scale = row_scale(x, 4, 60) within 1e-6
__global__ void quantize_int8(const float *x, signed char *q, float *scale, int n) {
  const float *row = x + blockIdx.x * n;
  float top = 0.0f;
  for (int i = threadIdx.x; i < n; i += 32) top = fmaxf(top, fabsf(row[i]));
  for (int d = 16; d >= 1; d >>= 1) top = fmaxf(top, __shfl_xor_sync(0xffffffff, top, d));
  const float s = top / 127.0f;
  for (int i = threadIdx.x; i < n; i += 32) {
    q[blockIdx.x * n + i] = (signed char)__float2int_rn(row[i] / s);
  }
  if (threadIdx.x == 0) scale[blockIdx.x] = s;
}
