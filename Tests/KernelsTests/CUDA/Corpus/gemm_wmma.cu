// Matrix multiply by tensor cores: half inputs, float sums.
// launch gemm_wmma grid 2,2 block 32
// in half A[32*32] uniform -1 1
// in half B[32*32] uniform -1 1
// out float C[32*32]
// int n = 32
// expect C = gemm(A, B, 32, 32, 32) within 1e-3
#include <cuda_fp16.h>
#include <mma.h>
using namespace nvcuda;

__global__ void gemm_wmma(const half *A, const half *B, float *C, int n) {
  wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::row_major> a;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, half, wmma::row_major> b;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum;
  wmma::fill_fragment(sum, 0.0f);
  int row = blockIdx.y * 16, column = blockIdx.x * 16;
  for (int k = 0; k < n; k += 16) {
    wmma::load_matrix_sync(a, A + row * n + k, n);
    wmma::load_matrix_sync(b, B + k * n + column, n);
    wmma::mma_sync(sum, a, b, sum);
  }
  wmma::store_matrix_sync(C + row * n + column, sum, n, wmma::mem_row_major);
}
