// Local alignment of two short strings along diagonals.
// launch smith_waterman grid 1 block 32
// in char a[32] range 0 3
// in char b[32] range 0 3
// out int score[1]
// expect score = local_alignment(a, b)
__global__ void smith_waterman(const char *a, const char *b, int *score) {
  __shared__ int diagonals[3][33];
  __shared__ int best;
  const int i = threadIdx.x + 1;
  for (int d = 0; d < 3; d++) diagonals[d][i] = 0;
  if (i == 1) {
    best = 0;
    diagonals[0][0] = diagonals[1][0] = diagonals[2][0] = 0;
  }
  __syncthreads();
  for (int d = 2; d <= 64; ++d) {
    const int j = d - i;
    int value = 0;
    if (j >= 1 && j <= 32) {
      int match = a[i - 1] == b[j - 1] ? 2 : -1;
      value = max(0, diagonals[(d + 1) % 3][i - 1] + match);
      value = max(value, max(diagonals[(d - 1) % 3][i - 1], diagonals[(d - 1) % 3][i]) - 1);
    }
    __syncthreads();
    diagonals[d % 3][i] = value;
    atomicMax(&best, value);
    __syncthreads();
  }
  if (i == 1) *score = best;
}
