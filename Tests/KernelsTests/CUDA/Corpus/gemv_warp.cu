// Matrix times vector, a warp for each row.
// launch gemv_warp grid 8 block 32,4
// in float A[30*70] uniform -1 1
// in float x[70] uniform -1 1
// out float y[30]
// int rows = 30
// int columns = 70
// expect y = gemm(A, x, 30, 1, 70) within 1e-4
__global__ void gemv_warp(const float *A, const float *x, float *y, int rows, int columns) {
  int row = blockIdx.x * blockDim.y + threadIdx.y;
  if (row >= rows) return;
  float sum = 0.f;
  for (int j = threadIdx.x; j < columns; j += 32) sum += A[row * columns + j] * x[j];
  for (int offset = 16; offset > 0; offset >>= 1) {
    sum += __shfl_xor_sync(0xffffffff, sum, offset, 32);
  }
  if (threadIdx.x == 0) y[row] = sum;
}
