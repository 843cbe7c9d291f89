// Small tiles of a block exchange their ranks and values.
// launch cooperative_tiles grid 1 block 64
// in int in[64] range 0 99
// out int out[64]
// expect out as nvcc
#include <cooperative_groups.h>
using namespace cooperative_groups;

template <typename Tile>
__device__ int sumReduction(Tile g, int x) {
  for (int i = g.size() / 2; i > 0; i /= 2) x += g.shfl_down(x, i);
  return x;
}

__global__ void cooperative_tiles(const int *in, int *out) {
  thread_block block = this_thread_block();
  auto tile16 = tiled_partition<16>(block);
  auto tile4 = tiled_partition<4>(tile16);
  int mine = in[block.thread_rank()];
  int s16 = sumReduction(tile16, mine);
  int s4 = sumReduction<decltype(tile4)>(tile4, mine);
  s16 = tile16.shfl(s16, 0);
  if (tile4.any(mine > 90)) s4 += 1000;
  unsigned votes = tile16.ballot(mine & 1);
  tile16.sync();
  out[block.thread_rank()] = s16 * 10 + tile4.shfl(s4, 0) + __popc(votes);
}
