// Softmax in one pass over a row by a warp, maximum and sum carried together.
// launch softmax_online grid 3 block 64
// in float x[6*77] uniform -4 4
// out float y[6*77]
// int rows = 6
// int n = 77
// expect y = softmax(x, 6, 77) within 1e-5
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>

struct __align__(8) SumMax {
  float maxval;
  float sum;
};

__device__ __forceinline__ SumMax combine(SumMax a, SumMax b) {
  bool a_bigger = (a.maxval > b.maxval);
  SumMax bigger = a_bigger ? a : b;
  SumMax smaller = a_bigger ? b : a;
  SumMax res;
  res.maxval = bigger.maxval;
  res.sum = bigger.sum + smaller.sum * expf(smaller.maxval - bigger.maxval);
  return res;
}

__global__ void softmax_online(const float *x, float *y, int rows, int n) {
  namespace cg = cooperative_groups;
  cg::thread_block block = cg::this_thread_block();
  cg::thread_block_tile<32> warp = cg::tiled_partition<32>(block);
  int idx = blockIdx.x * warp.meta_group_size() + warp.meta_group_rank();
  if (idx >= rows) return;
  const float *row = x + idx * n;
  SumMax sm_partial;
  sm_partial.maxval = -INFINITY;
  sm_partial.sum = 0.0f;
  for (int i = warp.thread_rank(); i < n; i += warp.size()) {
    sm_partial = combine(sm_partial, {row[i], 1.0f});
  }
  for (int d = 16; d > 0; d /= 2) {
    SumMax other = {warp.shfl_xor(sm_partial.maxval, d), warp.shfl_xor(sm_partial.sum, d)};
    sm_partial = combine(sm_partial, other);
  }
  for (int i = warp.thread_rank(); i < n; i += warp.size()) {
    __stcs(y + idx * n + i, expf(__ldcs(row + i) - sm_partial.maxval) / sm_partial.sum);
  }
}
