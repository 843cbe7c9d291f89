#ifndef CT_BLAS_H
#define CT_BLAS_H

#include <stdint.h>

/* c (m x n) = a (m x k) . b (k x n), row-major with leading dimensions; `ta`, `tb` say that the
 * operand lies transposed. One row or column goes to a matrix-vector product. Works through
 * OpenBLAS, loaded at the first call, or by a blocked loop where it is missing.
 * Returns 1 when stopped by the cancellation flag. */
int ct_gemm_f32(int ta, int tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda,
                const float *b, int64_t ldb, float *c, int64_t ldc);
int ct_gemm_f64(int ta, int tb, int64_t m, int64_t n, int64_t k, const double *a, int64_t lda,
                const double *b, int64_t ldb, double *c, int64_t ldc);

/* Dense row-major products of 64-bit integers, wrapping. */
int ct_gemm_i64(int64_t m, int64_t n, int64_t k, const int64_t *a, const int64_t *b, int64_t *c);

/* The blocked loop alone, which tests hold against OpenBLAS. */
int ct_gemm_plain_f32(int ta, int tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda,
                      const float *b, int64_t ldb, float *c, int64_t ldc);

/* What multiplies: OpenBLAS's own words on its build, the kernel it picked, its threads. */
const char *ct_blas_config(void);
const char *ct_blas_corename(void);
int ct_blas_threads(void);

/* The path it was loaded from, or NULL; loads it. */
const char *ct_blas_library(void);

#endif
