// A sparse matrix in ELL format: columns of all rows lie beside one another.
// launch spmvEll grid 2 block 64
// in int columns[6*100] range -1 99
// in double values[6*100] uniform -1 1
// in double x[100] uniform -1 1
// out double y[100]
// int rows = 100
// int width = 6
// expect y = spmv_ell(columns, values, x, 100, 6) within 1e-12
__global__ void spmvEll(const int *columns, const double *values, const double *x, double *y,
                        int rows, int width) {
  const int row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  double sum = 0.0;
  for (int slot = 0; slot < width; slot++) {
    const int at = row + slot * rows, column = columns[at];
    if (column < 0) continue;
    sum += values[at] * x[column];
  }
  y[row] = sum;
}
