// y = a·x + y in pairs of halves.
// launch half_axpy grid 1 block 64
// in half x[128] uniform -1 1
// inout half y[128] uniform -1 1
// float a = 0.5
// int n = 64
// expect y = axpy(x, y, 0.5) within 2e-3
#include <cuda_fp16.h>
__global__ void half_axpy(const half2 *x, half2 *y, float a, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = __hfma2(__float2half2_rn(a), x[i], y[i]);
}
