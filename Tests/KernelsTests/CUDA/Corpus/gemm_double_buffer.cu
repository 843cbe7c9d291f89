// Matrix multiply that loads the next tile while the present one is multiplied.
// launch gemm_double_buffer grid 2,2 block 16,16
// in float A[32*64] uniform -1 1
// in float B[64*32] uniform -1 1
// out float C[32*32]
// int n = 32
// int k = 64
// expect C = gemm(A, B, 32, 32, 64) within 1e-4
constexpr int T = 16;

__global__ void gemm_double_buffer(const float *A, const float *B, float *C, int n, int k) {
  __shared__ float a[2][T][T], b[2][T][T];
  const int tx = threadIdx.x, ty = threadIdx.y;
  const int row = blockIdx.y * T + ty, column = blockIdx.x * T + tx;
  int stage = 0;
  a[0][ty][tx] = A[row * k + tx];
  b[0][ty][tx] = B[ty * n + column];
  __syncthreads();
  float sum = 0;
  for (int t = 0; t < k; t += T) {
    if (t + T < k) {
      a[stage ^ 1][ty][tx] = A[row * k + t + T + tx];
      b[stage ^ 1][ty][tx] = B[(t + T + ty) * n + column];
    }
    for (int i = 0; i < T; i++) sum = fmaf(a[stage][ty][i], b[stage][i][tx], sum);
    __syncthreads();
    stage ^= 1;
  }
  C[row * n + column] = sum;
}
