#ifndef CT_MATVEC_H
#define CT_MATVEC_H

#include <stdint.h>

/* A weight matrix as it lies in a file: `rows` rows of `cols` values in whole blocks. */
typedef struct {
  const void *data;
  int64_t rows, cols;
  int32_t format;
} ct_matrix;

/* Instruction sets, in rising order; CT_SIMD_BEST stands for the best that this processor has. */
enum ct_simd { CT_SIMD_BEST = -1, CT_SIMD_SCALAR, CT_SIMD_AVX2, CT_SIMD_AVX512, CT_SIMDS };

/* The best instruction set here, and its name. */
int ct_simd_best(void);
const char *ct_simd_name(int simd);

/* y[t][r] = sum over k of W[r][k] * x[t][k] for rows first ..< last and every token t: products and
 * sums in float, weights unpacked in registers. Strides count floats. The result of a row does not
 * depend on how rows are split; that of a token may depend in its last bits on how many there are. */
void ct_matmul(const ct_matrix *w, int64_t first, int64_t last, const float *x, int64_t x_stride,
               int64_t tokens, float *y, int64_t y_stride, int simd);

/* The same over all rows, on the process's threads. */
void ct_matmul_parallel(const ct_matrix *w, const float *x, int64_t x_stride, int64_t tokens,
                        float *y, int64_t y_stride);

/* Unpacks one row, with the fast loaders. */
void ct_matrix_row(const ct_matrix *w, int64_t row, float *out);

#endif
