// Lanes that work together: shuffles, votes, atomics, barriers, cooperative groups.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
namespace cg = cooperative_groups;

__global__ void warps(const int *a, int *b) {
  int i = threadIdx.x, v = a[i], p;
  int *o = b + i * 24;
  o[0] = __shfl_sync(~0u, v, 3); o[1] = __shfl_up_sync(~0u, v, 1);
  o[2] = __shfl_down_sync(~0u, v, 2, 16); o[3] = __shfl_xor_sync(~0u, v, 4, 8);
  o[4] = __all_sync(~0u, v > 0); o[5] = __any_sync(~0u, v > 0); o[6] = __ballot_sync(~0u, v & 1);
  o[7] = __match_any_sync(~0u, v); o[8] = __activemask(); o[9] = __reduce_add_sync(~0u, v);
  o[10] = __reduce_max_sync(~0u, v); o[11] = __reduce_and_sync(~0u, (unsigned)v);
  o[12] = __syncthreads_count(v > 0); o[13] = __syncthreads_and(v); o[14] = __syncthreads_or(v > 2);
  o[15] = __match_all_sync(~0u, v, &p) + p;
  __syncwarp();
  o[16] = (int)__shfl_down_sync(~0u, (double)v, 1); o[17] = (int)__shfl_xor_sync(~0u, (long long)v, 1);
  __threadfence_block();
  o[18] = i & 1 ? __activemask() : 0;
  o[19] = __shfl_sync(~0u, v, i ^ 5, 1 << (1 + (i & 3) / 4));
}

__global__ void atomics(int *a, unsigned *u, float *f, double *d, unsigned long long *l, int *s2) {
  __shared__ int s[4];
  __shared__ float sf;
  int i = threadIdx.x;
  if (i < 4) s[i] = 0;
  if (i == 0) sf = 0;
  __syncthreads();
  atomicAdd(a, i); atomicSub(a + 1, 2); atomicMin(a + 3, -i); atomicMax(a + 4, i);
  atomicAnd(a + 5, ~(1 << (i & 7))); atomicOr(a + 6, 1 << (i & 31)); atomicXor(a + 7, i);
  atomicInc(u, 31); atomicDec(u + 1, 31); atomicMax(u + 2, i); atomicAdd(f, 1.5f);
  atomicAdd(d, 2.5); atomicAdd(l, 5ULL); atomicMax(l + 1, (unsigned long long)i);
  atomicCAS(l + 2, 0ULL, 7ULL); atomicAdd(&s[i & 3], 1); atomicAdd(&sf, 1.f);
  atomicMin((long long *)l + 3, -5LL);
  unsigned old = u[3], assumed;
  do {
    assumed = old;
    old = atomicCAS(u + 3, assumed, __float_as_uint(__uint_as_float(assumed) + 0.5f));
  } while (assumed != old);
  __syncthreads();
  s2[i] = s[i & 3] + (int)sf;
}

__global__ void groups(const int *in, int *out) {
  auto block = cg::this_thread_block();
  auto t = cg::tiled_partition<8>(block);
  int v = in[threadIdx.x];
  out[threadIdx.x] = cg::reduce(t, v, cg::plus<int>()) + t.shfl(v, 2) + t.shfl_down(v, 1)
                     + t.any(v > 3) + t.ballot(v & 1);
  if (v > 2) {
    auto a = cg::coalesced_threads();
    out[threadIdx.x] += a.size() * 1000 + a.thread_rank();
  }
  cg::sync(block);
}

template <int B>
__global__ void blockSum(const float *a, float *b) {
  __shared__ float s[B];
  int t = threadIdx.x;
  s[t] = a[blockIdx.x * B + t];
  __syncthreads();
  if (B >= 128) { if (t < 64) s[t] += s[t + 64]; __syncthreads(); }
  if (t < 32) {
    float v = s[t] + s[t + 32];
    for (int o = 16; o; o >>= 1) v += __shfl_xor_sync(~0u, v, o);
    if (t == 0) b[blockIdx.x] = v;
  }
}
template __global__ void blockSum<128>(const float *, float *);
template __global__ void blockSum<64>(const float *, float *);

#ifndef ORRERY  // What only a full compiler takes.
__global__ void namedBarriers(int *a) {
  __shared__ int s[32];
  if (threadIdx.x < 32) {
    s[threadIdx.x] = a[threadIdx.x];
    asm volatile("bar.arrive 1, 64;");
  } else {
    asm volatile("bar.sync 1, 64;");
    a[threadIdx.x] = s[63 - threadIdx.x];
  }
}
#endif
