// Sum of two bf16 tensors in float.
// launch residual_bf16 grid 2 block 64
// out bf16 out[128]
// in bf16 a[128] uniform -1 1
// in bf16 b[128] uniform -1 1
// int N = 128
// expect out = add(a, b) within 1e-2
#include <cuda_bf16.h>
typedef __nv_bfloat16 floatX;

__global__ void residual_bf16(floatX *out, const floatX *a, const floatX *b, int N) {
  int idx = blockIdx.x * blockDim.x + threadIdx.x;
  if (idx < N) {
    float sum = __bfloat162float(a[idx]) + (float)b[idx];
    out[idx] = __float2bfloat16(sum);
  }
}
