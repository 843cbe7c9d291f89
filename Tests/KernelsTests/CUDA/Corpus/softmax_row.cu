// Softmax of rows, a block for each: maximum, exponentials, sum.
// launch softmax_row grid 5 block 128
// in float x[5*200] uniform -4 4
// out float y[5*200]
// int n = 200
// expect y = softmax(x, 5, 200) within 1e-5
#include <float.h>
__global__ void softmax_row(const float *x, float *y, int n) {
  __shared__ float s[128];
  const float *row = x + blockIdx.x * n;
  float *out = y + blockIdx.x * n;
  const int t = threadIdx.x;
  float m = -FLT_MAX;
  for (int i = t; i < n; i += blockDim.x) m = fmaxf(m, row[i]);
  s[t] = m;
  __syncthreads();
  for (int d = blockDim.x / 2; d >= 1; d /= 2) {
    if (t < d) s[t] = fmaxf(s[t], s[t + d]);
    __syncthreads();
  }
  m = s[0];
  __syncthreads();
  float sum = 0.0f;
  for (int i = t; i < n; i += blockDim.x) {
    float e = expf(row[i] - m);
    out[i] = e;
    sum += e;
  }
  s[t] = sum;
  __syncthreads();
  for (int d = blockDim.x / 2; d >= 1; d /= 2) {
    if (t < d) s[t] += s[t + d];
    __syncthreads();
  }
  sum = s[0];
  for (int i = t; i < n; i += blockDim.x) out[i] /= sum;
}
