// A scan that begins anew at each flag, by ballots inside a warp.
// launch scanByFlag grid 4 block 64
// in int flags[256] range 0 3
// in float values[256] uniform 0 1
// out float sums[256]
// expect sums = segmented_warp_sums(flags, values) within 1e-5
__global__ void scanByFlag(const int *flags, const float *values, float *sums) {
  const unsigned full = 0xffffffffu;
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned lane = threadIdx.x & 31u;
  unsigned heads = __ballot_sync(full, flags[i] == 0) | 1u;
  unsigned below = heads & (full >> (31u - lane));
  int start = 31 - __clz(below);
  float sum = values[i];
  for (int d = 1; d < 32; d <<= 1) {
    float other = __shfl_up_sync(full, sum, d);
    if ((int)lane - d >= start) sum += other;
  }
  sums[i] = sum;
}
