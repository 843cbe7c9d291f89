// A dot product in pairs of halves, folded in shared memory as halves, summed as float.
// launch scalarProduct grid 4 block 128
// in half a[2048] uniform -1 1
// in half b[2048] uniform -1 1
// out float results[4]
// int size = 1024
// expect results as nvcc
#include <cuda_fp16.h>
__forceinline__ __device__ void reduceInShared(half2 *const v) {
  if (threadIdx.x < 64) v[threadIdx.x] = __hadd2(v[threadIdx.x], v[threadIdx.x + 64]);
  __syncthreads();
  for (int i = 32; i > 0; i /= 2) {
    if (threadIdx.x < 32) v[threadIdx.x] = __hadd2(v[threadIdx.x], v[threadIdx.x + i]);
    __syncthreads();
  }
}
__global__ void scalarProduct(half2 const *const a, half2 const *const b, float *const results,
                              size_t const size) {
  const int stride = gridDim.x * blockDim.x;
  __shared__ half2 shArray[128];
  shArray[threadIdx.x] = __float2half2_rn(0.f);
  __syncthreads();
  half2 value = __float2half2_rn(0.f);
  for (int i = threadIdx.x + blockDim.x * blockIdx.x; i < size; i += stride)
    value = __hfma2(a[i], b[i], value);
  shArray[threadIdx.x] = value;
  __syncthreads();
  reduceInShared(shArray);
  if (threadIdx.x == 0) {
    half2 result = shArray[0];
    results[blockIdx.x] = __low2float(result) + __high2float(result);
  }
}
