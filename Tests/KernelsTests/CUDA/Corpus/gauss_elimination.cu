// Solves small systems, one per block, with partial pivoting in shared memory.
// launch solve<12> grid 4 block 12,13
// in double A[4*12*12] uniform -1 1
// in double b[4*12] uniform -1 1
// out double x[4*12]
// expect x = solved(A, b, 12) within 1e-8
template <int N> __global__ void solve(const double *A, const double *b, double *x) {
  __shared__ double m[N][N + 1];
  __shared__ int pivot;
  const int r = threadIdx.x, c = threadIdx.y, system = blockIdx.x;
  m[r][c] = c < N ? A[(system * N + r) * N + c] : b[system * N + r];
  __syncthreads();
  for (int k = 0; k < N; ++k) {
    if (r == 0 && c == 0) {
      int best = k;
      for (int i = k + 1; i < N; ++i)
        if (fabs(m[i][k]) > fabs(m[best][k])) best = i;
      pivot = best;
    }
    __syncthreads();
    if (r == 0 && pivot != k) {
      const double t = m[k][c];
      m[k][c] = m[pivot][c];
      m[pivot][c] = t;
    }
    __syncthreads();
    const double factor = r != k ? m[r][k] / m[k][k] : 0.0;
    __syncthreads();
    if (r != k && c >= k) m[r][c] -= factor * m[k][c];
    __syncthreads();
  }
  if (c == N) x[system * N + r] = m[r][N] / m[r][r];
}
