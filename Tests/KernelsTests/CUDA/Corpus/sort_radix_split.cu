// Radix sort of a block, one bit at a time by a scan of the zeros.
// launch sort_radix_split grid 1 block 128
// in uint in[128] range 0 255
// out uint out[128]
// expect out = sorted(in)
__device__ unsigned scan_exclusive(unsigned value, unsigned *scratch, unsigned *total) {
  const int t = threadIdx.x;
  scratch[t] = value;
  __syncthreads();
  for (int d = 1; d < blockDim.x; d *= 2) {
    unsigned add = t >= d ? scratch[t - d] : 0;
    __syncthreads();
    scratch[t] += add;
    __syncthreads();
  }
  *total = scratch[blockDim.x - 1];
  return scratch[t] - value;
}

__global__ void sort_radix_split(const unsigned *in, unsigned *out) {
  __shared__ unsigned s[128], scratch[128];
  const unsigned t = threadIdx.x;
  s[t] = in[t];
  __syncthreads();
  for (unsigned bit = 0; bit < 8; bit++) {
    const unsigned value = s[t];
    const unsigned isZero = ((value >> bit) & 1u) ^ 1u;
    unsigned zeros;
    const unsigned before = scan_exclusive(isZero, scratch, &zeros);
    const unsigned place = isZero ? before : zeros + t - before;
    __syncthreads();
    s[place] = value;
    __syncthreads();
  }
  out[t] = s[t];
}
