// Odd-even transposition sort of a block.
// launch sort_odd_even<float> grid 1 block 50
// in float in[100] uniform -1 1
// out float out[100]
// int n = 100
// expect out = sorted(in)
template <typename T>
__device__ void swap_if_greater(T *a, T *b) {
  const T x = *a, y = *b;
  *a = x < y ? x : y;
  *b = x < y ? y : x;
}

template <typename T>
__global__ void sort_odd_even(const T *in, T *out, int n) {
  __shared__ T s[128];
  for (int i = threadIdx.x; i < n; i += blockDim.x) s[i] = in[i];
  __syncthreads();
  for (int phase = 0; phase < n; ++phase) {
    int i = 2 * threadIdx.x + (phase & 1);
    if (i + 1 < n) swap_if_greater(&s[i], &s[i + 1]);
    __syncthreads();
  }
  for (int i = threadIdx.x; i < n; i += blockDim.x) out[i] = s[i];
}
template __global__ void sort_odd_even<float>(const float *, float *, int);
