// Inclusive scan of warps by shuffles, joined over the block.
// launch scan_warp<int> grid 1 block 256
// in int in[256] range 0 9
// out int out[256]
// expect out = inclusive_scan(in)
template <typename T>
__device__ T inclusive(T value) {
  const int lane = threadIdx.x & 31;
#pragma unroll
  for (int d = 1; d <= 16; d *= 2) {
    T n = __shfl_up_sync(0xffffffff, value, d);
    if (lane >= d) value += n;
  }
  return value;
}

template <typename T>
__global__ void scan_warp(const T *in, T *out) {
  __shared__ T totals[32];
  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
  T v = inclusive(in[threadIdx.x]);
  if (lane == 31) totals[warp] = v;
  __syncthreads();
  if (warp == 0) {
    T t = lane < (blockDim.x >> 5) ? totals[lane] : T(0);
    totals[lane] = inclusive<T>(t);
  }
  __syncthreads();
  out[threadIdx.x] = v + (warp > 0 ? totals[warp - 1] : T{});
}
template __global__ void scan_warp<int>(const int *, int *);
