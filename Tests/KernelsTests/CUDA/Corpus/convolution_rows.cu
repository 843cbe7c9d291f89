// Convolution of rows with a kernel in constant memory, zeros outside.
// launch convolution_rows grid 4,6 block 16,4
// in float in[24*64] uniform -1 1
// out float out[24*64]
// int width = 64
// int height = 24
// expect out = convolve_rows(in, 24, 64) within 1e-5
#define KERNEL_RADIUS 2
#define KERNEL_LENGTH (2 * KERNEL_RADIUS + 1)
__constant__ float c_Kernel[KERNEL_LENGTH] = {0.0625f, 0.25f, 0.375f, 0.25f, 0.0625f};

__global__ void convolution_rows(const float *in, float *out, int width, int height) {
  __shared__ float s[4][16 + 2 * KERNEL_RADIUS];
  const int x = blockIdx.x * 16 + threadIdx.x, y = blockIdx.y * 4 + threadIdx.y;
  for (int i = threadIdx.x; i < 16 + 2 * KERNEL_RADIUS; i += 16) {
    int from = blockIdx.x * 16 + i - KERNEL_RADIUS;
    s[threadIdx.y][i] = from >= 0 && from < width ? in[y * width + from] : 0;
  }
  __syncthreads();
  float sum = 0;
#pragma unroll
  for (int j = -KERNEL_RADIUS; j <= KERNEL_RADIUS; j++) {
    sum += c_Kernel[KERNEL_RADIUS - j] * s[threadIdx.y][threadIdx.x + KERNEL_RADIUS + j];
  }
  out[y * width + x] = sum;
}
