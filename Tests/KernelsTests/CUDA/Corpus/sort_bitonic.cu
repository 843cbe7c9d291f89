// Bitonic sort of a block in shared memory.
// launch sort_bitonic grid 1 block 256
// in int in[256] range -1000 1000
// out int out[256]
// expect out = sorted(in)
__device__ inline void compare(int &a, int &b, bool ascending) {
  if ((a > b) == ascending) {
    int t = a;
    a = b;
    b = t;
  }
}

__global__ void sort_bitonic(const int *in, int *out) {
  __shared__ int s[256];
  const unsigned t = threadIdx.x;
  s[t] = in[t];
  __syncthreads();
  for (unsigned size = 2; size <= 256; size <<= 1) {
    for (unsigned stride = size >> 1; stride > 0; stride >>= 1) {
      unsigned partner = t ^ stride;
      if (partner > t) compare(s[t], s[partner], (t & size) == 0);
      __syncthreads();
    }
  }
  out[t] = s[t];
}
