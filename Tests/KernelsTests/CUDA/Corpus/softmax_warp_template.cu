// Softmax of short rows whose values stay in registers.
// launch softmax_warp_template<4,true> grid 2 block 32,2
// in float x[4*100] uniform -4 4
// out float y[4*100]
// int n = 100
// expect y = log_softmax(x, 4, 100) within 1e-5
template <int PER_LANE, bool LOG>
__global__ void softmax_warp_template(const float *x, float *y, int n) {
  const int row = blockIdx.x * blockDim.y + threadIdx.y;
  float v[PER_LANE];
  float top = -INFINITY;
#pragma unroll
  for (int i = 0; i < PER_LANE; i++) {
    int j = i * 32 + threadIdx.x;
    v[i] = j < n ? x[row * n + j] : -INFINITY;
    top = max(top, v[i]);
  }
#pragma unroll
  for (int d = 16; d; d >>= 1) top = max(top, __shfl_xor_sync(0xffffffff, top, d));
  float sum = 0;
#pragma unroll
  for (int i = 0; i < PER_LANE; i++) sum += __expf(v[i] - top);
#pragma unroll
  for (int d = 16; d; d >>= 1) sum += __shfl_xor_sync(0xffffffff, sum, d);
#pragma unroll
  for (int i = 0; i < PER_LANE; i++) {
    int j = i * 32 + threadIdx.x;
    if (j >= n) break;
    if constexpr (LOG) {
      y[row * n + j] = v[i] - top - __logf(sum);
    } else {
      y[row * n + j] = __expf(v[i] - top) / sum;
    }
  }
}
template __global__ void softmax_warp_template<4, true>(const float *, float *, int);
