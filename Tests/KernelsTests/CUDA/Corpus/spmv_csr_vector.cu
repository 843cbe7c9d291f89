// Sparse matrix times vector, a warp for each row.
// launch spmv_csr_vector grid 3 block 128
// in int start[13] iota 40
// in int column[480] range 0 99
// in float value[480] uniform -1 1
// in float x[100] uniform -1 1
// out float y[12]
// int rows = 12
// expect y = spmv(start, column, value, x) within 1e-4
__global__ void spmv_csr_vector(
    const int *start, const int *column, const float *value, const float *x, float *y, int rows) {
  __shared__ volatile float sums[128];
  int thread = blockDim.x * blockIdx.x + threadIdx.x;
  int row = thread / 32, lane = thread & (32 - 1);
  if (row < rows) {
    float sum = 0;
    for (int j = start[row] + lane; j < start[row + 1]; j += 32) sum += value[j] * x[column[j]];
    sums[threadIdx.x] = sum;
    for (int d = 16; d > 0; d /= 2) {
      __syncwarp();
      float other = lane < d ? sums[threadIdx.x + d] : 0.f;
      __syncwarp();
      sums[threadIdx.x] += other;
    }
    if (lane == 0) y[row] = sums[threadIdx.x];
  }
}
