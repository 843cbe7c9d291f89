/* From the file's blocks to packed bands, and back to floats for one row. */
#include <stddef.h>
#include <string.h>

#include "ct_packed.h"
#include "ct_quant.h"
#include "packed_layout.h"
#include "quant_blocks.h"

const packed_format packed_formats[CT_FORMATS] = {
  [CT_FORMAT_Q4_0] = {4, 0, 32},  [CT_FORMAT_Q4_1] = {4, 0, 64},  [CT_FORMAT_Q5_0] = {5, 0, 32},
  [CT_FORMAT_Q5_1] = {5, 0, 64},  [CT_FORMAT_Q8_0] = {8, 0, 32},  [CT_FORMAT_Q4_K] = {4, 64, 32},
  [CT_FORMAT_Q5_K] = {5, 64, 32}, [CT_FORMAT_Q6_K] = {6, 32, 32},
};

int64_t ct_packed_bytes(const ct_matrix *w) {
  if (w->rows <= 0 || w->cols <= 0) return 0;
  return (w->rows + BAND - 1) / BAND * band_bytes(w->format, w->cols);
}

/* ---- the levels of 32 columns, four to a word in the order of columns ---- */

enum { WORDS = GROUP / 4 };

/* Spreads four bits to the low bits of four bytes. */
static uint32_t spread(uint32_t bits) { return (bits & 15) * 0x00204081 & 0x01010101; }

static void nibble_levels(const uint8_t *qs, uint32_t levels[WORDS]) {
  for (int i = 0; i < 4; i++) {
    uint32_t word = high_bits(qs + 4 * i);
    levels[i] = word & 0x0f0f0f0f;
    levels[i + 4] = word >> 4 & 0x0f0f0f0f;
  }
}

static void fifth_bits(const uint8_t *qh, uint32_t levels[WORDS]) {
  uint32_t high = high_bits(qh);
  for (int i = 0; i < WORDS; i++) levels[i] |= spread(high >> 4 * i) << 4;
}

static void k4_levels(const uint8_t *qs, int group, uint32_t levels[WORDS]) {
  for (int i = 0; i < WORDS; i++)
    levels[i] = high_bits(qs + group / 2 * 32 + 4 * i) >> (group & 1 ? 4 : 0) & 0x0f0f0f0f;
}

static void k6_levels(const block_q6_k *b, int group, uint32_t levels[WORDS]) {
  int half = group / 4, quarter = group % 4;
  const uint8_t *low = b->ql + half * 64 + (quarter & 1) * 32, *high = b->qh + half * 32;
  for (int i = 0; i < WORDS; i++)
    levels[i] = (high_bits(low + 4 * i) >> (quarter & 2 ? 4 : 0) & 0x0f0f0f0f) |
                (high_bits(high + 4 * i) >> quarter * 2 & 0x03030303) << 4;
}

static void levels_of(int format, const uint8_t *row, int64_t g, uint32_t levels[WORDS]) {
  int bytes = ct_format_block_bytes(format), in_block = ct_format_block_size(format) / GROUP;
  const uint8_t *block = row + g / in_block * bytes;
  int group = (int)(g % in_block);
  switch (format) {
    case CT_FORMAT_Q4_0: nibble_levels(((const block_q4_0 *)block)->qs, levels); break;
    case CT_FORMAT_Q4_1: nibble_levels(((const block_q4_1 *)block)->qs, levels); break;
    case CT_FORMAT_Q5_0:
      nibble_levels(((const block_q5_0 *)block)->qs, levels);
      fifth_bits(((const block_q5_0 *)block)->qh, levels);
      break;
    case CT_FORMAT_Q5_1:
      nibble_levels(((const block_q5_1 *)block)->qs, levels);
      fifth_bits(((const block_q5_1 *)block)->qh, levels);
      break;
    case CT_FORMAT_Q8_0:
      for (int i = 0; i < WORDS; i++)
        levels[i] = high_bits(block + offsetof(block_q8_0, qs) + 4 * i) ^ 0x80808080;
      break;
    case CT_FORMAT_Q4_K: k4_levels(((const block_q4_k *)block)->qs, group, levels); break;
    case CT_FORMAT_Q5_K:
      k4_levels(((const block_q5_k *)block)->qs, group, levels);
      for (int i = 0; i < WORDS; i++)
        levels[i] |= (high_bits(block + offsetof(block_q5_k, qh) + 4 * i) >> group & 0x01010101) << 4;
      break;
    case CT_FORMAT_Q6_K: k6_levels((const block_q6_k *)block, group, levels); break;
    default: break;
  }
}

/* ---- levels to a record and back ---- */

static void put(uint8_t *vector, int row, uint32_t word) { memcpy(vector + 4 * row, &word, 4); }

static uint32_t get(const uint8_t *vector, int row) { return high_bits(vector + 4 * row); }

static void put_levels(int bits, uint8_t *record, int row, const uint32_t levels[WORDS]) {
  if (bits == 8) {
    for (int v = 0; v < WORDS; v++) put(record + v * VECTOR, row, levels[v]);
    return;
  }
  for (int p = 0; p < 4; p++)
    put(record + p * VECTOR, row,
        (levels[2 * p] & 0x0f0f0f0f) | (levels[2 * p + 1] & 0x0f0f0f0f) << 4);
  uint32_t high[2] = {0, 0};
  int width = bits - 4, per_vector = bits == 6 ? 4 : 8;
  for (int v = 0; v < WORDS && width > 0; v++)
    high[v / per_vector] |= (levels[v] >> 4 & 0x0f0f0f0f) << v % per_vector * width;
  for (int i = 0; i < width; i++) put(record + (4 + i) * VECTOR, row, high[i]);
}

static void get_levels(int bits, const uint8_t *record, int row, uint32_t levels[WORDS]) {
  int width = bits - 4, per_vector = bits == 6 ? 4 : 8;
  uint32_t mask = bits == 6 ? 0x03030303 : 0x01010101;
  for (int v = 0; v < WORDS; v++) {
    if (bits == 8) {
      levels[v] = get(record + v * VECTOR, row);
      continue;
    }
    levels[v] = get(record + v / 2 * VECTOR, row) >> v % 2 * 4 & 0x0f0f0f0f;
    if (width > 0)
      levels[v] |= (get(record + (4 + v / per_vector) * VECTOR, row) >> v % per_vector * width &
                    mask) << 4;
  }
}

/* ---- factors ---- */

static void put_half(uint8_t *halves, int row, uint16_t half) {
  memcpy(halves + 2 * row, &half, 2);
}

static float get_half(const uint8_t *halves, int row) {
  uint16_t half;
  memcpy(&half, halves + 2 * row, 2);
  return half_to_float(half);
}

/* Where the factors of group g begin: in the head and in the record. */
typedef struct { uint8_t *head, *factors, *levels; } place;

static place place_of(int format, int64_t cols, uint8_t *band, int64_t g) {
  const packed_format *f = &packed_formats[format];
  uint8_t *record = band + head_bytes(format, cols) + g * record_bytes(format);
  return (place){band + g / GROUPS_PER_HEAD * f->head_bytes, record, record + f->factor_bytes};
}

static void put_factors(int format, const uint8_t *row_data, int64_t g, place to, int row) {
  int bytes = ct_format_block_bytes(format), in_block = ct_format_block_size(format) / GROUP;
  const uint8_t *block = row_data + g / in_block * bytes;
  int group = (int)(g % in_block);
  uint16_t d, m;
  memcpy(&d, block, 2);
  memcpy(&m, block + 2, 2);
  switch (format) {
    case CT_FORMAT_Q4_1:
    case CT_FORMAT_Q5_1: put_half(to.factors + 32, row, m); put_half(to.factors, row, d); break;
    case CT_FORMAT_Q4_K:
    case CT_FORMAT_Q5_K:
      put_half(to.head, row, d);
      put_half(to.head + 32, row, m);
      k_scale(block + 4, group, to.factors + row, to.factors + 16 + row);
      break;
    case CT_FORMAT_Q6_K: {
      const block_q6_k *b = (const block_q6_k *)block;
      put_half(to.head, row, b->d);
      to.factors[row] = (uint8_t)b->scales[group * 2];
      to.factors[16 + row] = (uint8_t)b->scales[group * 2 + 1];
      break;
    }
    default: put_half(to.factors, row, d); break;
  }
}

/* ---- floats ---- */

static void pack_float_row(const ct_matrix *w, int64_t r, uint8_t *band) {
  int bytes = ct_format_block_bytes(w->format);
  const uint8_t *values = (const uint8_t *)w->data + r * w->cols * bytes;
  for (int64_t k = 0; k < w->cols; k++)
    memcpy(band + (k * BAND + r % BAND) * bytes, values + k * bytes, (size_t)bytes);
}

/* ---- rows ---- */

static void pack_row(const ct_matrix *w, int64_t r, uint8_t *band) {
  int format = w->format;
  if (packed_formats[format].bits == 0) {
    pack_float_row(w, r, band);
    return;
  }
  int64_t bytes = w->cols / ct_format_block_size(format) * ct_format_block_bytes(format);
  const uint8_t *row = (const uint8_t *)w->data + r * bytes;
  for (int64_t g = 0; g < groups_of(w->cols); g++) {
    uint32_t levels[WORDS];
    place to = place_of(format, w->cols, band, g);
    levels_of(format, row, g, levels);
    put_levels(packed_formats[format].bits, to.levels, (int)(r % BAND), levels);
    put_factors(format, row, g, to, (int)(r % BAND));
  }
}

void ct_pack(const ct_matrix *w, int64_t first, int64_t last, ct_packed *out) {
  int layout = packed_formats[w->format].bits ? LAYOUT_LEVELS : LAYOUT_FLOATS;
  if (first == 0) {
    out->rows = w->rows;
    out->cols = w->cols;
    out->format = w->format;
    out->layout = layout;
  }
  int64_t bytes = band_bytes(w->format, w->cols);
  for (int64_t r = first; r < last; r++) {
    uint8_t *band = (uint8_t *)out->data + r / BAND * bytes;
    if (r % BAND == 0 && (w->rows - r < BAND || layout == LAYOUT_FLOATS))
      memset(band, 0, (size_t)bytes);
    pack_row(w, r, band);
  }
}

/* ---- one row back to floats, by the formulas of ct_dequantise ---- */

typedef struct { float scale[2], minimum; int zero; } group_factors;

static group_factors factors_of(int format, place from, int row) {
  switch (format) {
    case CT_FORMAT_Q4_1:
    case CT_FORMAT_Q5_1: {
      float d = get_half(from.factors, row);
      return (group_factors){{d, d}, get_half(from.factors + 32, row), 0};
    }
    case CT_FORMAT_Q4_K:
    case CT_FORMAT_Q5_K: {
      float d = get_half(from.head, row) * from.factors[row];
      return (group_factors){{d, d}, -(get_half(from.head + 32, row) * from.factors[16 + row]), 0};
    }
    case CT_FORMAT_Q6_K: {
      float d = get_half(from.head, row);
      return (group_factors){
          {d * (int8_t)from.factors[row], d * (int8_t)from.factors[16 + row]}, 0, 32};
    }
    default: {
      float d = get_half(from.factors, row);
      int zero = format == CT_FORMAT_Q4_0 ? 8 : format == CT_FORMAT_Q5_0 ? 16 : 128;
      return (group_factors){{d, d}, 0, zero};
    }
  }
}

static void unpack_group(int format, place from, int row, float *out) {
  uint32_t levels[WORDS];
  get_levels(packed_formats[format].bits, from.levels, row, levels);
  group_factors f = factors_of(format, from, row);
  for (int j = 0; j < GROUP; j++) {
    int level = (int)(levels[j / 4] >> j % 4 * 8 & 255) - f.zero;
    out[j] = f.scale[j / 16] * (float)level + f.minimum;
  }
}

void ct_packed_row(const ct_packed *w, int64_t row, float *out) {
  uint8_t *band = (uint8_t *)w->data + row / BAND * band_bytes(w->format, w->cols);
  if (w->layout == LAYOUT_FLOATS) {
    int bytes = ct_format_block_bytes(w->format);
    for (int64_t k = 0; k < w->cols; k++)
      ct_dequantise(w->format, band + (k * BAND + row % BAND) * bytes, 1, out + k);
    return;
  }
  for (int64_t g = 0; g < groups_of(w->cols); g++)
    unpack_group(w->format, place_of(w->format, w->cols, band, g), (int)(row % BAND),
                 out + g * GROUP);
}
