// Lanes that keep a value reserve their places by one atomic per group.
// launch filterPositive grid 8 block 128
// in int data[2048] range -50 50
// out int kept[2048]
// inout int count[1] value 0
// int n = 2048
// expect count = count_positive(data)
#include <cooperative_groups.h>
namespace cg = cooperative_groups;

__device__ int reserve(int *counter) {
  cg::coalesced_group active = cg::coalesced_threads();
  int first = 0;
  if (active.thread_rank() == 0) first = atomicAdd(counter, (int)active.size());
  return active.shfl(first, 0) + active.thread_rank();
}

__global__ void filterPositive(const int *data, int *kept, int *count, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    int v = data[i];
    if (v > 0) kept[reserve(count)] = v;
  }
}
