// Tensor cores from tiles in shared memory; the sums are scaled as fragments.
// launch gemm_wmma_scaled grid 1,2 block 64
// in half A[32*16] uniform -1 1
// in half B[16*32] uniform -1 1
// out half C[32*32]
// float alpha = 0.25
// expect C = gemm_axpby(A, B, C, 32, 32, 16, 0.25, 0) within 2e-3
#include <cuda_fp16.h>
#include <mma.h>

__global__ void gemm_wmma_scaled(const half *A, const half *B, half *C, float alpha) {
  using namespace nvcuda::wmma;
  __shared__ half a[16 * 16];
  __shared__ half b[16 * 32];
  for (int i = threadIdx.x; i < 256; i += blockDim.x) a[i] = A[blockIdx.y * 256 + i];
  for (int i = threadIdx.x; i < 512; i += blockDim.x) b[i] = B[i];
  __syncthreads();
  int warp = threadIdx.x / warpSize;
  fragment<matrix_a, 16, 16, 16, half, row_major> fa;
  fragment<matrix_b, 16, 16, 16, half, row_major> fb;
  fragment<accumulator, 16, 16, 16, float> sum;
  fragment<accumulator, 16, 16, 16, half> out;
  fill_fragment(sum, 0.0f);
  load_matrix_sync(fa, a, 16);
  load_matrix_sync(fb, b + warp * 16, 32);
  mma_sync(sum, fa, fb, sum);
  for (int i = 0; i < sum.num_elements; i++) out.x[i] = __float2half(alpha * sum.x[i]);
  store_matrix_sync(C + blockIdx.y * 16 * 32 + warp * 16, out, 32, mem_row_major);
}
