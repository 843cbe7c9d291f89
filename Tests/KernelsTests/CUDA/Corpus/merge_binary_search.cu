// Merges two sorted runs by a binary search for each element.
// launch merge_binary_search<32> grid 1 block 64
// in int in[64] iota 3
// out int out[64]
// expect out = sorted(in)
template <bool inclusive>
static inline __device__ unsigned int binary_search(
    int val, const int *data, unsigned int L, unsigned int stride) {
  if (L == 0) return 0;
  unsigned int pos = 0;
  for (; stride > 0; stride >>= 1) {
    unsigned int newPos = umin(pos + stride, L);
    if (inclusive ? data[newPos - 1] <= val : data[newPos - 1] < val) pos = newPos;
  }
  return pos;
}

template <int HALF>
__global__ void merge_binary_search(const int *in, int *out) {
  __shared__ int s[2 * HALF];
  const int t = threadIdx.x;
  s[t] = (in[t] * 7) % 192;
  __syncthreads();
  const int *mine = t < HALF ? s : s + HALF, *other = t < HALF ? s + HALF : s;
  const int local = t % HALF;
  int before = 0;
  for (int j = 0; j < HALF; j++) before += mine[j] < mine[local];
  __syncthreads();
  int value = mine[local];
  __syncthreads();
  s[(t < HALF ? 0 : HALF) + before] = value;
  __syncthreads();
  value = mine[local];
  unsigned rank = t < HALF ? binary_search<false>(value, other, HALF, HALF)
                           : binary_search<true>(value, other, HALF, HALF);
  out[local + rank] = value;
}
template __global__ void merge_binary_search<32>(const int *, int *);
