// Cooperative groups: what each member function answers.
// launch group_members grid 1 block 64
// inout int out[384] value 0
// in int in[64] range 0 99
// expect out as nvcc
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
namespace cg = cooperative_groups;
__global__ void group_members(int *out, const int *in) {
  auto block = cg::this_thread_block();
  auto tile = cg::tiled_partition<16>(block);
  cg::thread_block_tile<32> warp = cg::tiled_partition<32>(block);
  int v = in[block.thread_rank()];
  int t = threadIdx.x;
  out[t] = tile.shfl_down(v, 3) + tile.shfl_xor(v, 5) + warp.shfl(v, 7) + tile.shfl_up(v, 2);
  out[64 + t] = tile.any(v > 50) + 2 * tile.all(v > 1) + (int)(tile.ballot(v & 1) & 0xffff);
  out[128 + t] = cg::reduce(warp, v, cg::plus<int>()) + cg::reduce(tile, v, cg::greater<int>());
  if (v % 3 == 0) {
    auto c = cg::coalesced_threads();
    out[192 + t] = c.size();
    out[256 + t] = c.thread_rank();
    out[320 + t] = c.shfl(v, 0);
  }
}
