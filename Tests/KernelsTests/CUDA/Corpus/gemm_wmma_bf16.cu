// A tensor-core GEMM over bfloat16 tiles that go through shared memory.
// launch gemmBrain grid 2,2 block 32
// in bf16 A[32*32] uniform -1 1
// in bf16 B[32*32] uniform -1 1
// out float C[32*32]
// int N = 32
// expect C = gemm(A, B, 32, 32, 32) within 1e-4
#include <cuda_bf16.h>
#include <mma.h>
using namespace nvcuda;
__global__ void gemmBrain(const __nv_bfloat16 *A, const __nv_bfloat16 *B, float *C, int N) {
  __shared__ __nv_bfloat16 as[16 * 24], bs[16 * 24];
  wmma::fragment<wmma::matrix_a, 16, 16, 16, __nv_bfloat16, wmma::row_major> a;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, __nv_bfloat16, wmma::row_major> b;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> c;
  wmma::fill_fragment(c, 0.0f);
  const int row = blockIdx.y * 16, column = blockIdx.x * 16;
  for (int k = 0; k < N; k += 16) {
    for (int i = threadIdx.x; i < 256; i += 32) {
      as[i / 16 * 24 + i % 16] = A[(row + i / 16) * N + k + i % 16];
      bs[i / 16 * 24 + i % 16] = B[(k + i / 16) * N + column + i % 16];
    }
    __syncwarp();
    wmma::load_matrix_sync(a, as, 24);
    wmma::load_matrix_sync(b, bs, 24);
    wmma::mma_sync(c, a, b, c);
    __syncwarp();
  }
  for (int i = 0; i < c.num_elements; i++) c.x[i] *= 1.0f;
  wmma::store_matrix_sync(C + row * N + column, c, N, wmma::mem_row_major);
}
