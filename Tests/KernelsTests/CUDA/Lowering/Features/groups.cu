// Cooperative groups as objects, arguments and tiles.
// launch groups grid 1 block 64
// inout int out[64] value 0
// in int in[64] range 0 99
// expect out as nvcc
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
namespace cg = cooperative_groups;
__device__ int sum(cg::thread_group g, int *x, int v) {
  int lane = g.thread_rank();
  for (int i = g.size() / 2; i > 0; i /= 2) {
    x[lane] = v;
    g.sync();
    if (lane < i) v += x[lane + i];
    g.sync();
  }
  return v;
}
__global__ void groups(int *out, const int *in) {
  __shared__ int w[64];
  auto block = cg::this_thread_block();
  auto tile = cg::tiled_partition<16>(block);
  cg::thread_block_tile<32> warp = cg::tiled_partition<32>(block);
  int v = in[block.thread_rank()];
  int s = sum(block, w, v);
  block.sync();
  int t = sum(tile, w + tile.meta_group_rank() * 16, v);
  block.sync();
  int r = cg::reduce(warp, v, cg::plus<int>()) + cg::reduce(tile, v, cg::greater<int>());
  int x = tile.shfl_down(v, 3) + tile.shfl_xor(v, 5) + warp.shfl(v, 7) + tile.shfl_up(v, 2);
  int y = tile.any(v > 50) + 2 * tile.all(v > 1) + (int)(tile.ballot(v & 1) & 0xffff);
  if (v % 3 == 0) {
    auto c = cg::coalesced_threads();
    y += c.size() * 1000 + c.thread_rank() + c.shfl(v, 0);
  }
  if (tile.thread_rank() != 0) t = 0;
  if (block.thread_rank() != 0) s = 0;
  out[threadIdx.x] = s + t + r + x + y;
}
