// Tensor cores, asynchronous copies, textures.
#include <cuda_pipeline.h>
#include <mma.h>
using namespace nvcuda;
__global__ void product(const half *a, const half *b, float *c, int n) {
  wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::row_major> fa;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, half, wmma::col_major> fb;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> fc;
  wmma::fill_fragment(fc, 0.f);
  for (int k = 0; k < n; k += 16) {
    wmma::load_matrix_sync(fa, a + k, n);
    wmma::load_matrix_sync(fb, b + k, n);
    wmma::mma_sync(fc, fa, fb, fc);
  }
  for (int t = 0; t < fc.num_elements; t++) fc.x[t] *= 2.f;
  wmma::store_matrix_sync(c, fc, 16, wmma::mem_row_major);
}
__global__ void halfProduct(const half *a, const half *b, half *c) {
  __shared__ half sa[256], sb[256];
  for (int i = threadIdx.x; i < 256; i += 32) { sa[i] = a[i]; sb[i] = b[i]; }
  __syncthreads();
  wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::col_major> fa;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, half, wmma::row_major> fb;
  wmma::fragment<wmma::accumulator, 16, 16, 16, half> fc;
  wmma::load_matrix_sync(fa, sa, 16);
  wmma::load_matrix_sync(fb, sb, 16);
  wmma::load_matrix_sync(fc, c, 16, wmma::mem_col_major);
  wmma::mma_sync(fc, fa, fb, fc);
  wmma::store_matrix_sync(c, fc, 16, wmma::mem_col_major);
}
__global__ void byteProduct(const signed char *a, const signed char *b, int *c) {
  wmma::fragment<wmma::matrix_a, 32, 8, 16, signed char, wmma::row_major> fa;
  wmma::fragment<wmma::matrix_b, 32, 8, 16, signed char, wmma::col_major> fb;
  wmma::fragment<wmma::accumulator, 32, 8, 16, int> fc;
  wmma::fill_fragment(fc, 1);
  wmma::load_matrix_sync(fa, a, 16);
  wmma::load_matrix_sync(fb, b, 16);
  wmma::mma_sync(fc, fa, fb, fc);
  wmma::store_matrix_sync(c, fc, 8, wmma::mem_row_major);
}
__global__ void tf32Product(const float *a, const float *b, float *c) {
  wmma::fragment<wmma::matrix_a, 16, 16, 8, wmma::precision::tf32, wmma::row_major> fa;
  wmma::fragment<wmma::matrix_b, 16, 16, 8, wmma::precision::tf32, wmma::col_major> fb;
  wmma::fragment<wmma::accumulator, 16, 16, 8, float> fc;
  wmma::fill_fragment(fc, 0.f);
  wmma::load_matrix_sync(fa, a, 8);
  wmma::load_matrix_sync(fb, b, 8);
  for (int i = 0; i < fa.num_elements; i++) fa.x[i] = wmma::__float_to_tf32(fa.x[i]);
  for (int i = 0; i < fb.num_elements; i++) fb.x[i] = wmma::__float_to_tf32(fb.x[i]);
  wmma::mma_sync(fc, fa, fb, fc);
  wmma::store_matrix_sync(c, fc, 16, wmma::mem_row_major);
}
__global__ void textures(cudaTextureObject_t t, cudaTextureObject_t u, float *o, int w) {
  int x = threadIdx.x;
  o[x] = tex2D<float>(t, x % w + 0.5f, x / w + 0.5f) + tex1Dfetch<float>(u, x);
}

#ifndef ORRERY  // What only a full compiler takes.
// A by ldmatrix, B by ldmatrix.trans: d[16][8] = a[16][16] * b[16][8].
__global__ void syncProduct(const half *a, const half *b, float *d) {
  __shared__ __align__(16) half sa[256], sb[128];
  int lane = threadIdx.x;
  __pipeline_memcpy_async(&sa[lane * 8], &a[lane * 8], 16);
  if (lane < 16) __pipeline_memcpy_async(&sb[lane * 8], &b[lane * 8], 16);
  __pipeline_commit();
  __pipeline_wait_prior(0);
  __syncthreads();
  unsigned r0, r1, r2, r3, s0, s1;
  unsigned pa = (unsigned)__cvta_generic_to_shared(&sa[(lane % 16) * 16 + lane / 16 * 8]);
  unsigned pb = (unsigned)__cvta_generic_to_shared(&sb[(lane % 16) * 8]);
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r0), "=r"(r1), "=r"(r2), "=r"(r3) : "r"(pa));
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0,%1}, [%2];"
               : "=r"(s0), "=r"(s1) : "r"(pb));
  float c0 = 0, c1 = 0, c2 = 0, c3 = 0;
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
               "{%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
               : "+f"(c0), "+f"(c1), "+f"(c2), "+f"(c3)
               : "r"(r0), "r"(r1), "r"(r2), "r"(r3), "r"(s0), "r"(s1));
  int row = lane / 4, column = lane % 4 * 2;
  d[row * 8 + column] = c0;
  d[row * 8 + column + 1] = c1;
  d[(row + 8) * 8 + column] = c2;
  d[(row + 8) * 8 + column + 1] = c3;
}
#endif
