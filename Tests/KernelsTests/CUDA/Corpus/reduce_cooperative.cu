// Sum by cooperative-group tiles and cg::reduce.
// launch reduce_cooperative grid 1 block 128
// in float in[300] uniform -1 1
// out float out[1]
// int n = 300
// expect out = sum(in) within 1e-4
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
namespace cg = cooperative_groups;

__global__ void reduce_cooperative(const float *in, float *out, int n) {
  cg::thread_block block = cg::this_thread_block();
  cg::thread_block_tile<32> warp = cg::tiled_partition<32>(block);
  __shared__ float sums[32];
  float v = 0.0f;
  for (int i = block.thread_rank(); i < n; i += block.size()) v += in[i];
  v = cg::reduce(warp, v, cg::plus<float>{});
  if (warp.thread_rank() == 0) sums[warp.meta_group_rank()] = v;
  block.sync();
  if (warp.meta_group_rank() == 0) {
    v = warp.thread_rank() < warp.meta_group_size() ? sums[warp.thread_rank()] : 0.0f;
    v = cg::reduce(warp, v, cg::plus<float>());
    if (warp.thread_rank() == 0) *out = v;
  }
}
