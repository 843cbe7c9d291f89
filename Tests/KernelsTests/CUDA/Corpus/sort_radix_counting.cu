// A block sorts its keys by four bits at a time with counters in shared memory.
// launch radixSort<64> grid 4 block 64
// in uint keys[256] range 0 65535
// out uint sorted[256]
// expect sorted = block_sorted(keys, 64)
template <int N>
__global__ void __launch_bounds__(N) radixSort(const unsigned int *keys, unsigned int *sorted) {
  __shared__ unsigned int current[N], next[N];
  __shared__ int counts[16], starts[16];
  const int tid = threadIdx.x;
  current[tid] = keys[blockIdx.x * N + tid];
  __syncthreads();
  for (int shift = 0; shift < 16; shift += 4) {
    if (tid < 16) counts[tid] = 0;
    __syncthreads();
    const unsigned digit = (current[tid] >> shift) & 15u;
    atomicAdd(&counts[digit], 1);
    __syncthreads();
    if (tid == 0) {
      int sum = 0;
#pragma unroll
      for (int d = 0; d < 16; ++d) { starts[d] = sum; sum += counts[d]; }
    }
    __syncthreads();
    int rank = 0;
    for (int j = 0; j < tid; ++j) rank += ((current[j] >> shift) & 15u) == digit;
    next[starts[digit] + rank] = current[tid];
    __syncthreads();
    current[tid] = next[tid];
    __syncthreads();
  }
  sorted[blockIdx.x * N + tid] = current[tid];
}
