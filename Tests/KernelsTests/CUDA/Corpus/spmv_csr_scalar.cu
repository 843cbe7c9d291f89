// Sparse matrix times vector, rows of five entries, a thread for each row.
// launch spmv_csr_scalar grid 2 block 32
// in int start[51] iota 5
// in int column[250] range 0 49
// in float value[250] uniform -1 1
// in float x[50] uniform -1 1
// out float y[50]
// int rows = 50
// expect y = spmv(start, column, value, x) within 1e-5
__global__ void spmv_csr_scalar(
    const int *__restrict__ start, const int *__restrict__ column, const float *__restrict__ value,
    const float *__restrict__ x, float *__restrict__ y, int rows) {
  int row = blockDim.x * blockIdx.x + threadIdx.x;
  if (row < rows) {
    float dot = 0;
    for (int j = start[row]; j < start[row + 1]; j++) dot += value[j] * __ldg(&x[column[j]]);
    y[row] = dot;
  }
}
