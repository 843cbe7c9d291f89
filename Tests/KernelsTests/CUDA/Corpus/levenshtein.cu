// Edit distances by anti-diagonals in shared memory, a pair of words per block.
// launch distances grid 8 block 32
// in char words[16*24] range 97 100
// out int result[8]
// expect result = edit_distances(words, 24)
#define LEN 24
__global__ void distances(const char *words, int *result) {
  __shared__ short row[3][LEN + 1];
  const char *a = words + blockIdx.x * 2 * LEN, *b = a + LEN;
  const int t = threadIdx.x;
  for (int d = 0; d <= 2 * LEN; d++) {
    short *now = row[d % 3], *last = row[(d + 2) % 3], *before = row[(d + 1) % 3];
    const int i = t, j = d - t;
    if (i <= LEN && j >= 0 && j <= LEN) {
      if (i == 0 || j == 0) now[i] = (short)(i + j);
      else {
        short best = min((int)last[i], (int)last[i - 1]) + 1;
        short change = before[i - 1] + (a[i - 1] != b[j - 1] ? 1 : 0);
        now[i] = change < best ? change : best;
      }
    }
    __syncthreads();
  }
  if (t == 0) result[blockIdx.x] = row[(2 * LEN) % 3][LEN];
}
