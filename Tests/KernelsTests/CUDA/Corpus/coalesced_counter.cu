// Active lanes count themselves and one of them adds for all.
// launch coalesced_counter grid 2 block 64
// in int in[128] range -9 9
// inout int count[1] value 0
// int n = 128
// expect count = count_positive(in)
#include <cooperative_groups.h>
namespace cg = cooperative_groups;

__device__ int atomicAggInc(int *counter) {
  cg::coalesced_group active = cg::coalesced_threads();
  int res = 0;
  if (active.thread_rank() == 0) res = atomicAdd(counter, (int)active.size());
  res = active.shfl(res, 0);
  return active.thread_rank() + res;
}

__global__ void coalesced_counter(const int *in, int *count, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n && in[i] > 0) atomicAggInc(count);
}
