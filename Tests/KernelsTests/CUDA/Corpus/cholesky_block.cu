// Cholesky factor of a small matrix in shared memory.
// launch cholesky_block grid 1 block 16
// in float in[16*16] uniform 0 1
// out float out[16*16]
// expect out as nvcc
#define N 16
__global__ void cholesky_block(const float *in, float *out) {
  __shared__ float a[N][N];
  const int t = threadIdx.x;
  for (int j = 0; j < N; j++) a[t][j] = 0.5f * (in[t * N + j] + in[j * N + t]) + (t == j ? N : 0);
  __syncthreads();
  for (int k = 0; k < N; ++k) {
    if (t == k) a[k][k] = sqrtf(a[k][k]);
    __syncthreads();
    if (t > k) a[t][k] /= a[k][k];
    __syncthreads();
    if (t > k) {
      for (int j = k + 1; j <= t; ++j) a[t][j] -= a[t][k] * a[j][k];
    }
    __syncthreads();
  }
  for (int j = 0; j < N; j++) out[t * N + j] = j <= t ? a[t][j] : 0.0f;
}
