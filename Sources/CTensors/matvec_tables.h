#ifndef MATVEC_TABLES_H
#define MATVEC_TABLES_H

#include <stdint.h>

/* Rows that are unpacked together when several tokens share them, and values of each at a time:
 * a panel of floats then fits in the first-level cache beside its activations. */
enum { PANEL_ROWS = 32, PANEL_COLS = 256 };

/* y[r] = row r of a matrix times x, for `rows` rows that lie `stride` bytes apart. */
typedef void (*row_kernel)(const uint8_t *w, int64_t stride, int64_t rows, int64_t cols,
                           const float *x, float *y);

/* Unpacks `count` values, a multiple of 32 for block formats. */
typedef void (*unpack_kernel)(const uint8_t *w, int64_t count, float *out);

/* Transposes 32 rows of `cols` floats (each row PANEL_COLS apart) into out[col][32]. */
typedef void (*transpose_kernel)(const float *rows, int64_t cols, float *out);

/* y[t][0 ..< 32] += sum over k of x[t][k] * panel[k][0 ..< 32]. */
typedef void (*panel_kernel)(const float *panel, int64_t cols, const float *x, int64_t x_stride,
                             int64_t tokens, float *y, int64_t y_stride);

typedef struct {
  const row_kernel *rows;      /* by format */
  const unpack_kernel *unpack; /* by format */
  transpose_kernel transpose;
  panel_kernel panel;
} kernel_table;

extern const kernel_table matvec_scalar, matvec_avx2, matvec_avx512;

#endif
