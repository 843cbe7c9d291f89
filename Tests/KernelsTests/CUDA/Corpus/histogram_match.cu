// Histogram in which lanes with equal values add once for all of them.
// launch histogram_match grid 2 block 64
// in int data[128] range 0 7
// inout int bins[8] value 0
// expect bins = histogram(data, 8)
__global__ void histogram_match(const int *data, int *bins) {
  int value = data[blockIdx.x * blockDim.x + threadIdx.x];
  unsigned peers = __match_any_sync(__activemask(), value);
  int leader = __ffs(peers) - 1;
  if ((threadIdx.x & 31) == leader) atomicAdd(bins + value, __popc(peers));
}
