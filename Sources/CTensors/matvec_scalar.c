/* Products with unpacked blocks in plain loops: the reference, and the path of other processors. */
#include "ct_quant.h"
#include "matvec_tables.h"

#define KERNELS(format)                                                                       \
  static void unpack_##format(const uint8_t *w, int64_t count, float *out) {                  \
    ct_dequantise(format, w, count, out);                                                     \
  }                                                                                           \
  static void rows_##format(const uint8_t *w, int64_t stride, int64_t rows, int64_t cols,     \
                            const float *x, float *y) {                                       \
    for (int64_t r = 0; r < rows; r++) y[r] = row_product(format, w + r * stride, cols, x);   \
  }

static float row_product(int format, const uint8_t *row, int64_t cols, const float *x) {
  float values[PANEL_COLS];
  int size = ct_format_block_size(format), bytes = ct_format_block_bytes(format);
  float sum = 0;
  for (int64_t k = 0; k < cols; k += PANEL_COLS) {
    int64_t count = cols - k < PANEL_COLS ? cols - k : PANEL_COLS;
    ct_dequantise(format, row + k / size * bytes, count, values);
    for (int64_t j = 0; j < count; j++) sum += values[j] * x[k + j];
  }
  return sum;
}

KERNELS(CT_FORMAT_F32)
KERNELS(CT_FORMAT_F16)
KERNELS(CT_FORMAT_BF16)
KERNELS(CT_FORMAT_Q4_0)
KERNELS(CT_FORMAT_Q4_1)
KERNELS(CT_FORMAT_Q5_0)
KERNELS(CT_FORMAT_Q5_1)
KERNELS(CT_FORMAT_Q8_0)
KERNELS(CT_FORMAT_Q4_K)
KERNELS(CT_FORMAT_Q5_K)
KERNELS(CT_FORMAT_Q6_K)

static void transpose(const float *rows, int64_t cols, float *out) {
  for (int64_t k = 0; k < cols; k++)
    for (int r = 0; r < PANEL_ROWS; r++) out[k * PANEL_ROWS + r] = rows[r * PANEL_COLS + k];
}

static void panel(const float *w, int64_t cols, const float *x, int64_t x_stride, int64_t tokens,
                  float *y, int64_t y_stride) {
  for (int64_t t = 0; t < tokens; t++)
    for (int64_t k = 0; k < cols; k++) {
      float value = x[t * x_stride + k];
      for (int r = 0; r < PANEL_ROWS; r++) y[t * y_stride + r] += value * w[k * PANEL_ROWS + r];
    }
}

#define ROWS(format) [format] = rows_##format
#define UNPACK(format) [format] = unpack_##format
static const row_kernel row_kernels[CT_FORMATS] = {
  ROWS(CT_FORMAT_F32), ROWS(CT_FORMAT_F16), ROWS(CT_FORMAT_BF16), ROWS(CT_FORMAT_Q4_0),
  ROWS(CT_FORMAT_Q4_1), ROWS(CT_FORMAT_Q5_0), ROWS(CT_FORMAT_Q5_1), ROWS(CT_FORMAT_Q8_0),
  ROWS(CT_FORMAT_Q4_K), ROWS(CT_FORMAT_Q5_K), ROWS(CT_FORMAT_Q6_K),
};
static const unpack_kernel unpack_kernels[CT_FORMATS] = {
  UNPACK(CT_FORMAT_F32), UNPACK(CT_FORMAT_F16), UNPACK(CT_FORMAT_BF16), UNPACK(CT_FORMAT_Q4_0),
  UNPACK(CT_FORMAT_Q4_1), UNPACK(CT_FORMAT_Q5_0), UNPACK(CT_FORMAT_Q5_1), UNPACK(CT_FORMAT_Q8_0),
  UNPACK(CT_FORMAT_Q4_K), UNPACK(CT_FORMAT_Q5_K), UNPACK(CT_FORMAT_Q6_K),
};

const kernel_table matvec_scalar = {row_kernels, unpack_kernels, transpose, panel};
