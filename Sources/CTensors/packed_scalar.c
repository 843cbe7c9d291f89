/* Packed kernels in plain loops: the reference, and the path of other processors. */
#include <math.h>
#include <string.h>

#include "ct_quant.h"
#include "packed_layout.h"
#include "quant_blocks.h"

/* ---- activations ---- */

/* The bits of the greatest magnitude: as integers, infinity and NaN are above all numbers. */
static float greatest(const float *x) {
  uint32_t most = 0;
  for (int k = 0; k < GROUP; k++) {
    uint32_t bits;
    memcpy(&bits, x + k, 4);
    bits &= 0x7fffffff;
    if (bits > most) most = bits;
  }
  float value;
  memcpy(&value, &most, 4);
  return value;
}

static int sum_of(const int8_t *q, int count) {
  int sum = 0;
  for (int k = 0; k < count; k++) sum += q[k];
  return sum;
}

/* Rounds to nearest even; what does not fit (from NaN alone) becomes -128, as vectors do. */
static int8_t rounded(float x) {
  float nearest = rintf(x);
  return nearest >= -127 && nearest <= 127 ? (int8_t)nearest : -128;
}

static void quantise_group(const float *x, activation_group *out) {
  float most = greatest(x), inverse = most > 0 ? 127 / most : 0;
  if (most < 127 * 0x1p-126f) inverse = 0;
  out->scale = most / 127;
  for (int k = 0; k < GROUP; k++) out->q[k] = rounded(x[k] * inverse);
  int low = sum_of(out->q, 16), high = sum_of(out->q + 16, 16), sum = low + high;
  out->scaled_sum = out->scale * (float)sum;
  out->from_0 = 0;
  out->from_8 = -8 * sum;
  out->from_16 = -16 * sum;
  out->from_128 = -128 * sum;
  out->from_32[0] = -32 * low;
  out->from_32[1] = -32 * high;
}

static void quantise(const float *x, int64_t cols, uint8_t *out) {
  int64_t groups = groups_of(cols);
  for (int64_t g = 0; g < groups; g++) {
    float values[GROUP] = {0};
    int64_t count = cols - g * GROUP < GROUP ? cols - g * GROUP : GROUP;
    memcpy(values, x + g * GROUP, (size_t)count * sizeof *x);
    quantise_group(values, (activation_group *)out + g);
    memcpy(out + groups * VECTOR + g * (int64_t)sizeof values, values, sizeof values);
  }
}

/* ---- levels of a record as bytes ---- */

typedef struct { uint8_t byte[8 * VECTOR]; } level_bytes;

static void unpack_nibbles(const uint8_t *from, level_bytes *to) {
  for (int p = 0; p < 4; p++)
    for (int i = 0; i < VECTOR; i++) {
      to->byte[2 * p * VECTOR + i] = from[p * VECTOR + i] & 15;
      to->byte[(2 * p + 1) * VECTOR + i] = from[p * VECTOR + i] >> 4;
    }
}

static void unpack_levels(int bits, const uint8_t *from, level_bytes *to) {
  if (bits == 8) {
    memcpy(to, from, sizeof *to);
    return;
  }
  unpack_nibbles(from, to);
  const uint8_t *high = from + 4 * VECTOR;
  for (int v = 0; v < 8 && bits > 4; v++)
    for (int i = 0; i < VECTOR; i++)
      to->byte[v * VECTOR + i] |= bits == 5 ? (high[i] >> v & 1) << 4
                                            : (high[v / 4 * VECTOR + i] >> v % 4 * 2 & 3) << 4;
}

/* sums[r] += products of columns first ..< last. */
static void dot(const level_bytes *levels, const int8_t *q, int first, int last, int32_t *sums) {
  for (int k = first; k < last; k++)
    for (int r = 0; r < BAND; r++)
      sums[r] += levels->byte[k / 4 * VECTOR + 4 * r + k % 4] * q[k];
}

/* ---- factors of a record ---- */

typedef struct { float scale[BAND], other[BAND]; } factors;

static float half_at(const uint8_t *halves, int r) {
  uint16_t half;
  memcpy(&half, halves + 2 * r, 2);
  return half_to_float(half);
}

static void load_factors(int format, const uint8_t *head, const uint8_t *record, factors *f) {
  for (int r = 0; r < BAND; r++) {
    switch (format) {
      case CT_FORMAT_Q4_1:
      case CT_FORMAT_Q5_1:
        f->scale[r] = half_at(record, r);
        f->other[r] = half_at(record + 32, r);
        break;
      case CT_FORMAT_Q4_K:
      case CT_FORMAT_Q5_K:
        f->scale[r] = half_at(head, r) * record[r];
        f->other[r] = -(half_at(head + 32, r) * record[16 + r]);
        break;
      case CT_FORMAT_Q6_K:
        f->scale[r] = half_at(head, r) * (int8_t)record[r];
        f->other[r] = half_at(head, r) * (int8_t)record[16 + r];
        break;
      default: f->scale[r] = half_at(record, r);
    }
  }
}

/* ---- kernels ---- */

static void start_at(int32_t *sums, int32_t value) {
  for (int r = 0; r < BAND; r++) sums[r] = value;
}

/* y += scale * activation scale * sums, fused as in the vector kernels, which then agree to the
 * last bit. */
static void add_scaled(float *y, const int32_t *sums, const float *scale, float activation_scale) {
  for (int r = 0; r < BAND; r++) y[r] = fmaf((float)sums[r], scale[r] * activation_scale, y[r]);
}

static void add_group(int format, const level_bytes *levels, const factors *f,
                      const activation_group *x, float *y) {
  int32_t sums[BAND];
  if (format == CT_FORMAT_Q6_K) {
    for (int half = 0; half < 2; half++) {
      start_at(sums, x->from_32[half]);
      dot(levels, x->q, half * 16, half * 16 + 16, sums);
      add_scaled(y, sums, half ? f->other : f->scale, x->scale);
    }
    return;
  }
  start_at(sums, format == CT_FORMAT_Q4_0   ? x->from_8
                 : format == CT_FORMAT_Q5_0 ? x->from_16
                 : format == CT_FORMAT_Q8_0 ? x->from_128
                                            : 0);
  dot(levels, x->q, 0, GROUP, sums);
  if (format != CT_FORMAT_Q4_0 && format != CT_FORMAT_Q5_0 && format != CT_FORMAT_Q8_0)
    for (int r = 0; r < BAND; r++) y[r] = fmaf(f->other[r], x->scaled_sum, y[r]);
  add_scaled(y, sums, f->scale, x->scale);
}

static void multiply_levels(int format, const packed_tile *tile, const uint8_t *band, int64_t rows,
                            float *y) {
  const packed_format *info = &packed_formats[format];
  float sums[TILE_TOKENS][BAND];
  memset(sums, 0, sizeof sums);
  const uint8_t *records = band + head_bytes(format, tile->cols);
  for (int64_t g = 0; g < groups_of(tile->cols); g++) {
    level_bytes levels;
    factors f;
    const uint8_t *record = records + g * record_bytes(format);
    unpack_levels(info->bits, record + info->factor_bytes, &levels);
    load_factors(format, band + g / GROUPS_PER_HEAD * info->head_bytes, record, &f);
    for (int64_t t = 0; t < tile->tokens; t++)
      add_group(format, &levels, &f,
                (const activation_group *)(tile->activations +
                                           t * activation_stride(tile->cols)) + g, sums[t]);
  }
  for (int64_t t = 0; t < tile->tokens; t++)
    memcpy(y + t * tile->y_stride, sums[t], (size_t)rows * sizeof *y);
}

static void multiply_floats(int format, const packed_tile *tile, const uint8_t *band, int64_t rows,
                            float *y) {
  int64_t stride = activation_stride(tile->cols), bytes = BAND * ct_format_block_bytes(format);
  for (int64_t t = 0; t < tile->tokens; t++) {
    const float *x = activation_floats(tile->activations + t * stride, tile->cols);
    float sums[BAND] = {0}, weights[BAND];
    for (int64_t k = 0; k < tile->cols; k++) {
      ct_dequantise(format, band + k * bytes, BAND, weights);
      for (int r = 0; r < BAND; r++) sums[r] = fmaf(weights[r], x[k], sums[r]);
    }
    memcpy(y + t * tile->y_stride, sums, (size_t)rows * sizeof *y);
  }
}

static void multiply(int format, const packed_tile *tile) {
  for (int64_t r = 0; r < tile->rows; r += BAND) {
    const uint8_t *band = tile->weights + r / BAND * band_bytes(format, tile->cols);
    int64_t rows = tile->rows - r < BAND ? tile->rows - r : BAND;
    if (packed_formats[format].bits) multiply_levels(format, tile, band, rows, tile->y + r);
    else multiply_floats(format, tile, band, rows, tile->y + r);
  }
}

#define KERNEL(format) \
  static void kernel_##format(const packed_tile *tile) { multiply(format, tile); }
KERNEL(CT_FORMAT_F32)
KERNEL(CT_FORMAT_F16)
KERNEL(CT_FORMAT_BF16)
KERNEL(CT_FORMAT_Q4_0)
KERNEL(CT_FORMAT_Q4_1)
KERNEL(CT_FORMAT_Q5_0)
KERNEL(CT_FORMAT_Q5_1)
KERNEL(CT_FORMAT_Q8_0)
KERNEL(CT_FORMAT_Q4_K)
KERNEL(CT_FORMAT_Q5_K)
KERNEL(CT_FORMAT_Q6_K)

#define ENTRY(format) [format] = kernel_##format
static const packed_kernel kernels[CT_FORMATS] = {
  ENTRY(CT_FORMAT_F32),  ENTRY(CT_FORMAT_F16),  ENTRY(CT_FORMAT_BF16), ENTRY(CT_FORMAT_Q4_0),
  ENTRY(CT_FORMAT_Q4_1), ENTRY(CT_FORMAT_Q5_0), ENTRY(CT_FORMAT_Q5_1), ENTRY(CT_FORMAT_Q8_0),
  ENTRY(CT_FORMAT_Q4_K), ENTRY(CT_FORMAT_Q5_K), ENTRY(CT_FORMAT_Q6_K),
};

const packed_table packed_scalar = {quantise, kernels};
