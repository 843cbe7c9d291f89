// Matrix multiply, one thread for each element.
// launch gemm_naive grid 4,4 block 16,16
// in float A[48*40] uniform -1 1
// in float B[40*56] uniform -1 1
// out float C[48*56]
// int M = 48
// int N = 56
// int K = 40
// expect C = gemm(A, B, 48, 56, 40) within 1e-4
__global__ void gemm_naive(const float *A, const float *B, float *C, int M, int N, int K) {
  int row = blockIdx.y * blockDim.y + threadIdx.y;
  int column = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= M || column >= N) return;
  float sum = 0.0f;
  for (int k = 0; k < K; ++k) sum += A[row * K + k] * B[k * N + column];
  C[row * N + column] = sum;
}
