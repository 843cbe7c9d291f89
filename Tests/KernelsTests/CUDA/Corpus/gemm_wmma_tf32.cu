// A tensor-core product of single-precision tiles rounded to TF32.
// launch gemmTensorFloat grid 1 block 32
// in float A[16*32] uniform -1 1
// in float B[32*16] uniform -1 1
// out float C[16*16]
// expect C = gemm_tf32(A, B, 16, 16, 32) within 1e-5
#include <mma.h>
using namespace nvcuda;
__global__ void gemmTensorFloat(const float *A, const float *B, float *C) {
  wmma::fragment<wmma::matrix_a, 16, 16, 8, wmma::precision::tf32, wmma::row_major> a;
  wmma::fragment<wmma::matrix_b, 16, 16, 8, wmma::precision::tf32, wmma::row_major> b;
  wmma::fragment<wmma::accumulator, 16, 16, 8, float> c;
  wmma::fill_fragment(c, 0.0f);
  for (int k = 0; k < 32; k += 8) {
    wmma::load_matrix_sync(a, A + k, 32);
    wmma::load_matrix_sync(b, B + k * 16, 16);
    for (int t = 0; t < a.num_elements; t++) a.x[t] = wmma::__float_to_tf32(a.x[t]);
    for (int t = 0; t < b.num_elements; t++) b.x[t] = wmma::__float_to_tf32(b.x[t]);
    wmma::mma_sync(c, a, b, c);
  }
  wmma::store_matrix_sync(C, c, 16, wmma::mem_row_major);
}
