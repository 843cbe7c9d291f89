#ifndef CT_PANELS_H
#define CT_PANELS_H

#include <stdint.h>

/* Products of many rows with one float32 matrix: its columns lie packed in panels of CT_PANEL, each
 * [k][CT_PANEL], so that a product reads it once, in order, into registers. */
enum { CT_PANEL = 32 };

/* Floats that a packed matrix of n outputs and k inputs takes. */
int64_t ct_panel_count(int64_t n, int64_t k);

/* Packs w, n rows of k values: y = x . w^T; `first` is the row of the whole matrix at which they go,
 * a multiple of CT_PANEL unless they are all of it. Places beyond the rows are left as they are, so a
 * matrix whose n is no multiple of CT_PANEL starts as zeros. */
void ct_panel_pack(const float *w, int64_t n, int64_t k, int64_t first, float *packed);

/* What is done to y = x . w^T + bias before it is stored. */
enum ct_panel_step { CT_PANEL_PLAIN, CT_PANEL_GELU };

/* One product: y[r][j] = step(sum over p of x[r][p] w[j][p] + bias[j]); bias may be NULL. The result
 * of a row may depend in its last bits on how many rows there are, never on the threads. */
typedef struct {
  const float *packed, *bias;
  int64_t n, k;
  const float *x;
  int64_t x_stride, rows;
  float *y;
  int64_t y_stride;
  int32_t step;
  int32_t simd; /* of enum ct_simd; CT_SIMD_BEST picks */
} ct_panel_product;

/* Computes it on the process's threads. Returns 1 when stopped by the cancellation flag. */
int ct_panel_multiply(const ct_panel_product *product);

#endif
