// A 5x5 filter over a tile with its halo, loaded by more steps than there are threads.
// launch convolve2d<2,16> grid 3,2 block 16,16
// in float in[32*48] uniform -1 1
// in float mask[25] uniform -1 1
// out float out[32*48]
// int width = 48
// int height = 32
// expect out = convolution_2d_zero(in, mask, 48, 32, 2) within 1e-4
template <int R, int T>
__global__ void convolve2d(const float *in, const float *mask, float *out, int width, int height) {
  constexpr int S = T + 2 * R, K = 2 * R + 1;
  __shared__ float tile[S][S];
  __shared__ float weights[K * K];
  const int tid = threadIdx.y * T + threadIdx.x;
  if (tid < K * K) weights[tid] = mask[tid];
  const int left = (int)blockIdx.x * T - R, top = (int)blockIdx.y * T - R;
  for (int i = tid; i < S * S; i += T * T) {
    const int y = top + i / S, x = left + i % S;
    const bool inside = x >= 0 && x < width && y >= 0 && y < height;
    tile[i / S][i % S] = inside ? in[y * width + x] : 0.f;
  }
  __syncthreads();
  const int x = blockIdx.x * T + threadIdx.x, y = blockIdx.y * T + threadIdx.y;
  if (x >= width || y >= height) return;
  float sum = 0.f;
#pragma unroll
  for (int dy = 0; dy < K; ++dy)
#pragma unroll
    for (int dx = 0; dx < K; ++dx)
      sum = fmaf(tile[threadIdx.y + dy][threadIdx.x + dx], weights[dy * K + dx], sum);
  out[y * width + x] = sum;
}
