/* Block formats value by value: the readable reference. */
#include "ct_quant.h"

#include <math.h>

#include "quant_blocks.h"

static const struct { int size, bytes; } formats[CT_FORMATS] = {
  [CT_FORMAT_F32] = {1, 4},      [CT_FORMAT_F16] = {1, 2},      [CT_FORMAT_BF16] = {1, 2},
  [CT_FORMAT_Q4_0] = {32, 18},   [CT_FORMAT_Q4_1] = {32, 20},   [CT_FORMAT_Q5_0] = {32, 22},
  [CT_FORMAT_Q5_1] = {32, 24},   [CT_FORMAT_Q8_0] = {32, 34},   [CT_FORMAT_Q4_K] = {256, 144},
  [CT_FORMAT_Q5_K] = {256, 176}, [CT_FORMAT_Q6_K] = {256, 210},
};

int ct_format_block_size(int format) { return formats[format].size; }

int ct_format_block_bytes(int format) { return formats[format].bytes; }

/* ---- blocks to values ---- */

static void unpack_q4_0(const block_q4_0 *b, float *out) {
  float d = half_to_float(b->d);
  for (int j = 0; j < 16; j++) {
    out[j] = d * (float)((b->qs[j] & 15) - 8);
    out[j + 16] = d * (float)((b->qs[j] >> 4) - 8);
  }
}

static void unpack_q4_1(const block_q4_1 *b, float *out) {
  float d = half_to_float(b->d), m = half_to_float(b->m);
  for (int j = 0; j < 16; j++) {
    out[j] = d * (float)(b->qs[j] & 15) + m;
    out[j + 16] = d * (float)(b->qs[j] >> 4) + m;
  }
}

static void unpack_q5_0(const block_q5_0 *b, float *out) {
  float d = half_to_float(b->d);
  uint32_t high = high_bits(b->qh);
  for (int j = 0; j < 16; j++) {
    out[j] = d * (float)((int)((b->qs[j] & 15) | (high >> j & 1) << 4) - 16);
    out[j + 16] = d * (float)((int)((b->qs[j] >> 4) | (high >> (j + 16) & 1) << 4) - 16);
  }
}

static void unpack_q5_1(const block_q5_1 *b, float *out) {
  float d = half_to_float(b->d), m = half_to_float(b->m);
  uint32_t high = high_bits(b->qh);
  for (int j = 0; j < 16; j++) {
    out[j] = d * (float)((b->qs[j] & 15) | (high >> j & 1) << 4) + m;
    out[j + 16] = d * (float)((b->qs[j] >> 4) | (high >> (j + 16) & 1) << 4) + m;
  }
}

static void unpack_q8_0(const block_q8_0 *b, float *out) {
  float d = half_to_float(b->d);
  for (int j = 0; j < 32; j++) out[j] = d * (float)b->qs[j];
}

static void unpack_q4_k(const block_q4_k *b, float *out) {
  float d = half_to_float(b->d), dmin = half_to_float(b->dmin);
  for (int group = 0; group < 8; group++) {
    uint8_t scale, minimum;
    k_scale(b->scales, group, &scale, &minimum);
    const uint8_t *q = b->qs + group / 2 * 32;
    for (int j = 0; j < 32; j++) {
      int value = group & 1 ? q[j] >> 4 : q[j] & 15;
      out[group * 32 + j] = d * scale * (float)value - dmin * minimum;
    }
  }
}

static void unpack_q5_k(const block_q5_k *b, float *out) {
  float d = half_to_float(b->d), dmin = half_to_float(b->dmin);
  for (int group = 0; group < 8; group++) {
    uint8_t scale, minimum;
    k_scale(b->scales, group, &scale, &minimum);
    const uint8_t *q = b->qs + group / 2 * 32;
    for (int j = 0; j < 32; j++) {
      int value = (group & 1 ? q[j] >> 4 : q[j] & 15) | (b->qh[j] >> group & 1) << 4;
      out[group * 32 + j] = d * scale * (float)value - dmin * minimum;
    }
  }
}

static void unpack_q6_k(const block_q6_k *b, float *out) {
  float d = half_to_float(b->d);
  for (int group = 0; group < 8; group++) {
    int half = group / 4, quarter = group % 4;
    const uint8_t *low = b->ql + half * 64 + (quarter & 1) * 32;
    const uint8_t *high = b->qh + half * 32;
    for (int j = 0; j < 32; j++) {
      int value = (quarter & 2 ? low[j] >> 4 : low[j] & 15) | (high[j] >> quarter * 2 & 3) << 4;
      out[group * 32 + j] = d * b->scales[group * 2 + j / 16] * (float)(value - 32);
    }
  }
}

#define UNPACK_ALL(name, size)                                       \
  do {                                                               \
    const block_##name *block = blocks;                              \
    for (int64_t i = 0; i < count; i += size) unpack_##name(block++, values + i); \
  } while (0)

void ct_dequantise(int format, const void *blocks, int64_t count, float *values) {
  const uint16_t *halves = blocks;
  switch (format) {
    case CT_FORMAT_F32: memcpy(values, blocks, (size_t)count * 4); break;
    case CT_FORMAT_F16:
      for (int64_t i = 0; i < count; i++) values[i] = half_to_float(halves[i]);
      break;
    case CT_FORMAT_BF16:
      for (int64_t i = 0; i < count; i++) values[i] = bf16_to_float(halves[i]);
      break;
    case CT_FORMAT_Q4_0: UNPACK_ALL(q4_0, 32); break;
    case CT_FORMAT_Q4_1: UNPACK_ALL(q4_1, 32); break;
    case CT_FORMAT_Q5_0: UNPACK_ALL(q5_0, 32); break;
    case CT_FORMAT_Q5_1: UNPACK_ALL(q5_1, 32); break;
    case CT_FORMAT_Q8_0: UNPACK_ALL(q8_0, 32); break;
    case CT_FORMAT_Q4_K: UNPACK_ALL(q4_k, 256); break;
    case CT_FORMAT_Q5_K: UNPACK_ALL(q5_k, 256); break;
    case CT_FORMAT_Q6_K: UNPACK_ALL(q6_k, 256); break;
    default: break;
  }
}

/* ---- values to blocks ---- */

/* Float to half precision, to nearest even; overflow gives infinity, NaN stays one. */
static uint16_t float_to_half(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  bits &= 0x7fffffff;
  if (bits > 0x7f800000) return sign | 0x7e00;
  if (bits >= 0x477ff000) return sign | 0x7c00;
  if (bits < 0x38800000) {
    /* Below the normal range the unit is 2^-24; rint rounds to nearest even. */
    float magnitude;
    memcpy(&magnitude, &bits, 4);
    return sign | (uint16_t)rintf(magnitude * 0x1p24f);
  }
  bits += 0xfff + (bits >> 13 & 1);
  return sign | (uint16_t)((bits - 0x38000000) >> 13);
}

static uint16_t float_to_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16 | 64);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/* The value that is largest in magnitude, with its sign. */
static float extreme(const float *x) {
  float most = 0;
  for (int j = 0; j < 32; j++)
    if (fabsf(x[j]) > fabsf(most)) most = x[j];
  return most;
}

static void range(const float *x, float *least, float *most) {
  *least = *most = x[0];
  for (int j = 1; j < 32; j++) {
    if (x[j] < *least) *least = x[j];
    if (x[j] > *most) *most = x[j];
  }
}

/* Adds one half and cuts, as ggml does, held within the levels. */
static int level(float x, int most) {
  int value = (int)(x + 0.5f);
  return value < 0 ? 0 : value > most ? most : value;
}

static void pack_q4_0(const float *x, block_q4_0 *b) {
  float d = extreme(x) / -8, inverse = d != 0 ? 1 / d : 0;
  b->d = float_to_half(d);
  for (int j = 0; j < 16; j++) {
    int low = level(x[j] * inverse + 8, 15), high = level(x[j + 16] * inverse + 8, 15);
    b->qs[j] = (uint8_t)(low | high << 4);
  }
}

static void pack_q4_1(const float *x, block_q4_1 *b) {
  float least, most;
  range(x, &least, &most);
  float d = (most - least) / 15, inverse = d != 0 ? 1 / d : 0;
  b->d = float_to_half(d);
  b->m = float_to_half(least);
  for (int j = 0; j < 16; j++) {
    int low = level((x[j] - least) * inverse, 15), high = level((x[j + 16] - least) * inverse, 15);
    b->qs[j] = (uint8_t)(low | high << 4);
  }
}

static void pack_five(const int *levels, uint8_t *qh, uint8_t *qs) {
  uint32_t high = 0;
  for (int j = 0; j < 32; j++) high |= (uint32_t)(levels[j] >> 4) << j;
  for (int j = 0; j < 16; j++) qs[j] = (uint8_t)((levels[j] & 15) | (levels[j + 16] & 15) << 4);
  memcpy(qh, &high, 4);
}

static void pack_q5_0(const float *x, block_q5_0 *b) {
  float d = extreme(x) / -16, inverse = d != 0 ? 1 / d : 0;
  int levels[32];
  for (int j = 0; j < 32; j++) levels[j] = level(x[j] * inverse + 16, 31);
  b->d = float_to_half(d);
  pack_five(levels, b->qh, b->qs);
}

static void pack_q5_1(const float *x, block_q5_1 *b) {
  float least, most;
  range(x, &least, &most);
  float d = (most - least) / 31, inverse = d != 0 ? 1 / d : 0;
  int levels[32];
  for (int j = 0; j < 32; j++) levels[j] = level((x[j] - least) * inverse, 31);
  b->d = float_to_half(d);
  b->m = float_to_half(least);
  pack_five(levels, b->qh, b->qs);
}

static void pack_q8_0(const float *x, block_q8_0 *b) {
  float d = fabsf(extreme(x)) / 127, inverse = d != 0 ? 1 / d : 0;
  b->d = float_to_half(d);
  for (int j = 0; j < 32; j++) b->qs[j] = (int8_t)roundf(x[j] * inverse);
}

#define PACK_ALL(name)                                                       \
  do {                                                                       \
    block_##name *block = blocks;                                            \
    for (int64_t i = 0; i < count; i += 32) pack_##name(values + i, block++); \
  } while (0)

int ct_quantise(int format, const float *values, int64_t count, void *blocks) {
  uint16_t *halves = blocks;
  switch (format) {
    case CT_FORMAT_F32: memcpy(blocks, values, (size_t)count * 4); return 1;
    case CT_FORMAT_F16:
      for (int64_t i = 0; i < count; i++) halves[i] = float_to_half(values[i]);
      return 1;
    case CT_FORMAT_BF16:
      for (int64_t i = 0; i < count; i++) halves[i] = float_to_bf16(values[i]);
      return 1;
    case CT_FORMAT_Q4_0: PACK_ALL(q4_0); return 1;
    case CT_FORMAT_Q4_1: PACK_ALL(q4_1); return 1;
    case CT_FORMAT_Q5_0: PACK_ALL(q5_0); return 1;
    case CT_FORMAT_Q5_1: PACK_ALL(q5_1); return 1;
    case CT_FORMAT_Q8_0: PACK_ALL(q8_0); return 1;
    default: return 0;
  }
}
