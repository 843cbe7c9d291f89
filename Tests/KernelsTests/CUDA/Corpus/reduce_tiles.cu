// Sums by cooperative tiles of 16, joined through shared memory and one atomic per block.
// launch sumTiles grid 4 block 128
// in int in[1000] range -1000 1000
// inout int out[2] value 0
// int n = 1000
// expect out = sum_and_largest(in)
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
namespace cg = cooperative_groups;

__global__ void sumTiles(const int *in, int *out, int n) {
  __shared__ int sums[8], tops[8];
  auto block = cg::this_thread_block();
  auto tile = cg::tiled_partition<16>(block);
  int sum = 0, top = -2147483647 - 1;
  for (int i = blockIdx.x * blockDim.x + block.thread_rank(); i < n; i += gridDim.x * blockDim.x) {
    sum += in[i];
    top = max(top, in[i]);
  }
  sum = cg::reduce(tile, sum, cg::plus<int>());
  top = cg::reduce(tile, top, cg::greater<int>());
  if (tile.thread_rank() == 0) {
    sums[tile.meta_group_rank()] = sum;
    tops[tile.meta_group_rank()] = top;
  }
  block.sync();
  if (tile.meta_group_rank() == 0) {
    bool has = tile.thread_rank() < tile.meta_group_size();
    sum = cg::reduce(tile, has ? sums[tile.thread_rank()] : 0, cg::plus<int>());
    top = cg::reduce(tile, has ? tops[tile.thread_rank()] : top, cg::greater<int>());
    if (tile.thread_rank() == 0) {
      atomicAdd(&out[0], sum);
      atomicMax(&out[1], top);
    }
  }
}
