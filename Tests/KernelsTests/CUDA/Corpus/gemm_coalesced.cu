// Matrix multiply from a one-dimensional block whose neighbours write neighbours.
// launch gemm_coalesced<32> grid 2,2 block 1024
// in float A[64*64] uniform -1 1
// in float B[64*64] uniform -1 1
// inout float C[64*64] uniform -1 1
// float alpha = 0.5
// float beta = 2.0
// int n = 64
// expect C = gemm_axpby(A, B, C, 64, 64, 64, 0.5, 2) within 1e-4
template <const uint BLOCK>
__global__ void gemm_coalesced(
    const float *A, const float *B, float *C, float alpha, float beta, int n) {
  const uint row = blockIdx.y * BLOCK + threadIdx.x / BLOCK;
  const uint column = blockIdx.x * BLOCK + (threadIdx.x % BLOCK);
  if (row < n && column < n) {
    float sum = 0.0;
    for (int k = 0; k < n; k++) {
      sum += A[row * n + k] * B[k * n + column];
    }
    C[row * n + column] = alpha * sum + beta * C[row * n + column];
  }
}
template __global__ void gemm_coalesced<32>(
    const float *, const float *, float *, float, float, int);
