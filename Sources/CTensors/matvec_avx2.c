/* AVX2 with FMA: eight weights a register, otherwise as the AVX-512 path. */
#include "ct_quant.h"
#include "matvec_tables.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "quant_blocks.h"

#define TARGET __attribute__((target("avx2,f16c,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

/* Thirty-two unpacked weights, eight a register. */
typedef struct { __m256 part[4]; } group;

INLINE __m256 half_all(uint16_t half) {
  return _mm256_broadcastss_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(half)));
}

INLINE __m256i widen(const uint8_t *bytes) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)bytes));
}

INLINE __m256 number(__m256i integers) { return _mm256_cvtepi32_ps(integers); }

/* Low nibbles of sixteen bytes, then their high nibbles. */
INLINE void nibbles(const uint8_t *qs, __m256i q[4]) {
  const __m256i fifteen = _mm256_set1_epi32(15);
  for (int i = 0; i < 2; i++) {
    __m256i bytes = widen(qs + i * 8);
    q[i] = _mm256_and_si256(bytes, fifteen);
    q[i + 2] = _mm256_srli_epi32(bytes, 4);
  }
}

/* Adds 16 to the levels whose bit in `high` is set. */
INLINE void fifth_bit(uint32_t high, __m256i q[4]) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i sixteen = _mm256_set1_epi32(16);
  for (int i = 0; i < 4; i++) {
    __m256i bits = _mm256_srlv_epi32(_mm256_set1_epi32((int)(high >> (i * 8))), lanes);
    q[i] = _mm256_or_si256(q[i], _mm256_and_si256(_mm256_slli_epi32(bits, 4), sixteen));
  }
}

INLINE group scaled(const __m256i q[4], __m256 scale, __m256 offset) {
  group values;
  for (int i = 0; i < 4; i++) values.part[i] = _mm256_fmadd_ps(scale, number(q[i]), offset);
  return values;
}

INLINE __m256 times(__m256 scale, float factor) {
  return _mm256_mul_ps(scale, _mm256_set1_ps(factor));
}

/* ---- group number g of a row ---- */

INLINE group load_CT_FORMAT_F32(const uint8_t *row, int64_t g) {
  group values;
  for (int i = 0; i < 4; i++) values.part[i] = _mm256_loadu_ps((const float *)row + g * 32 + i * 8);
  return values;
}

INLINE group load_CT_FORMAT_F16(const uint8_t *row, int64_t g) {
  group values;
  for (int i = 0; i < 4; i++)
    values.part[i] = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(row + g * 64 + i * 16)));
  return values;
}

INLINE group load_CT_FORMAT_BF16(const uint8_t *row, int64_t g) {
  group values;
  for (int i = 0; i < 4; i++) {
    __m128i bits = _mm_loadu_si128((const __m128i *)(row + g * 64 + i * 16));
    values.part[i] = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
  }
  return values;
}

INLINE group load_CT_FORMAT_Q4_0(const uint8_t *row, int64_t g) {
  const block_q4_0 *b = (const block_q4_0 *)row + g;
  __m256i q[4];
  nibbles(b->qs, q);
  __m256 d = half_all(b->d);
  return scaled(q, d, times(d, -8));
}

INLINE group load_CT_FORMAT_Q4_1(const uint8_t *row, int64_t g) {
  const block_q4_1 *b = (const block_q4_1 *)row + g;
  __m256i q[4];
  nibbles(b->qs, q);
  return scaled(q, half_all(b->d), half_all(b->m));
}

INLINE group load_CT_FORMAT_Q5_0(const uint8_t *row, int64_t g) {
  const block_q5_0 *b = (const block_q5_0 *)row + g;
  __m256i q[4];
  nibbles(b->qs, q);
  fifth_bit(high_bits(b->qh), q);
  __m256 d = half_all(b->d);
  return scaled(q, d, times(d, -16));
}

INLINE group load_CT_FORMAT_Q5_1(const uint8_t *row, int64_t g) {
  const block_q5_1 *b = (const block_q5_1 *)row + g;
  __m256i q[4];
  nibbles(b->qs, q);
  fifth_bit(high_bits(b->qh), q);
  return scaled(q, half_all(b->d), half_all(b->m));
}

INLINE group load_CT_FORMAT_Q8_0(const uint8_t *row, int64_t g) {
  const block_q8_0 *b = (const block_q8_0 *)row + g;
  __m256 d = half_all(b->d);
  group values;
  for (int i = 0; i < 4; i++) {
    __m128i bytes = _mm_loadl_epi64((const __m128i *)(b->qs + i * 8));
    values.part[i] = _mm256_mul_ps(d, number(_mm256_cvtepi8_epi32(bytes)));
  }
  return values;
}

/* Low or high nibbles of 32 bytes. */
INLINE void nibbles_of(const uint8_t *qs, int high, __m256i q[4]) {
  const __m256i fifteen = _mm256_set1_epi32(15);
  __m128i count = _mm_cvtsi32_si128(high ? 4 : 0);
  for (int i = 0; i < 4; i++)
    q[i] = _mm256_and_si256(_mm256_srl_epi32(widen(qs + i * 8), count), fifteen);
}

INLINE group k_scaled(const __m256i q[4], uint16_t d, uint16_t dmin, const uint8_t *scales, int j) {
  uint8_t s, m;
  k_scale(scales, j, &s, &m);
  return scaled(q, times(half_all(d), s), times(half_all(dmin), -(float)m));
}

INLINE group load_CT_FORMAT_Q4_K(const uint8_t *row, int64_t g) {
  const block_q4_k *b = (const block_q4_k *)row + g / 8;
  int j = g % 8;
  __m256i q[4];
  nibbles_of(b->qs + j / 2 * 32, j & 1, q);
  return k_scaled(q, b->d, b->dmin, b->scales, j);
}

INLINE group load_CT_FORMAT_Q5_K(const uint8_t *row, int64_t g) {
  const block_q5_k *b = (const block_q5_k *)row + g / 8;
  int j = g % 8;
  const __m256i sixteen = _mm256_set1_epi32(16);
  __m128i shift = _mm_cvtsi32_si128(j);
  __m256i q[4];
  nibbles_of(b->qs + j / 2 * 32, j & 1, q);
  for (int i = 0; i < 4; i++) {
    __m256i bits = _mm256_slli_epi32(_mm256_srl_epi32(widen(b->qh + i * 8), shift), 4);
    q[i] = _mm256_or_si256(q[i], _mm256_and_si256(bits, sixteen));
  }
  return k_scaled(q, b->d, b->dmin, b->scales, j);
}

INLINE group load_CT_FORMAT_Q6_K(const uint8_t *row, int64_t g) {
  const block_q6_k *b = (const block_q6_k *)row + g / 8;
  int j = g % 8, half = j / 4, quarter = j % 4;
  const __m256i three = _mm256_set1_epi32(3), bias = _mm256_set1_epi32(32);
  __m128i shift = _mm_cvtsi32_si128(quarter * 2);
  __m256 d = half_all(b->d);
  __m256i q[4];
  group values;
  nibbles_of(b->ql + half * 64 + (quarter & 1) * 32, quarter & 2, q);
  for (int i = 0; i < 4; i++) {
    __m256i high = _mm256_and_si256(_mm256_srl_epi32(widen(b->qh + half * 32 + i * 8), shift), three);
    q[i] = _mm256_sub_epi32(_mm256_or_si256(q[i], _mm256_slli_epi32(high, 4)), bias);
    values.part[i] = _mm256_mul_ps(times(d, b->scales[j * 2 + i / 2]), number(q[i]));
  }
  return values;
}

/* ---- rows times one vector, and unpacking ---- */

INLINE float total(__m256 v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

/* Formats of single values may have a tail that is no whole group. */
INLINE float tail(int format, const uint8_t *row, int64_t from, int64_t cols, const float *x) {
  float sum = 0;
  for (int64_t k = from; k < cols; k++) {
    float value;
    ct_dequantise(format, row + k * ct_format_block_bytes(format), 1, &value);
    sum += value * x[k];
  }
  return sum;
}

#define KERNELS(format)                                                                          \
  TARGET static void unpack_##format(const uint8_t *w, int64_t count, float *out) {              \
    int64_t groups = count / 32;                                                                 \
    for (int64_t g = 0; g < groups; g++) {                                                       \
      group values = load_##format(w, g);                                                        \
      for (int i = 0; i < 4; i++) _mm256_storeu_ps(out + g * 32 + i * 8, values.part[i]);        \
    }                                                                                            \
    if (count % 32)                                                                              \
      ct_dequantise(format, w + groups * 32 * ct_format_block_bytes(format), count % 32,         \
                    out + groups * 32);                                                          \
  }                                                                                              \
  TARGET static void rows_##format(const uint8_t *w, int64_t stride, int64_t rows, int64_t cols, \
                                   const float *x, float *y) {                                   \
    int64_t groups = cols / 32;                                                                  \
    for (int64_t r = 0; r < rows; r++) {                                                         \
      const uint8_t *row = w + r * stride;                                                       \
      __m256 sum[4] = {0};                                                                       \
      for (int64_t g = 0; g < groups; g++) {                                                     \
        group values = load_##format(row, g);                                                    \
        for (int i = 0; i < 4; i++)                                                              \
          sum[i] = _mm256_fmadd_ps(values.part[i], _mm256_loadu_ps(x + g * 32 + i * 8), sum[i]); \
      }                                                                                          \
      y[r] = total(_mm256_add_ps(_mm256_add_ps(sum[0], sum[1]), _mm256_add_ps(sum[2], sum[3]))) + \
             tail(format, row, groups * 32, cols, x);                                            \
    }                                                                                            \
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

/* ---- a panel of 32 rows times several tokens ---- */

/* Transposes 8 by 8 floats in three rounds of exchanges. */
INLINE void transpose8(const float *in, float *out) {
  __m256 a[8], b[8];
  for (int i = 0; i < 8; i++) a[i] = _mm256_loadu_ps(in + i * PANEL_COLS);
  for (int i = 0; i < 8; i += 2) {
    b[i] = _mm256_unpacklo_ps(a[i], a[i + 1]);
    b[i + 1] = _mm256_unpackhi_ps(a[i], a[i + 1]);
  }
  for (int i = 0; i < 8; i += 4)
    for (int j = 0; j < 2; j++) {
      a[i + 2 * j] = _mm256_shuffle_ps(b[i + j], b[i + j + 2], 0x44);
      a[i + 2 * j + 1] = _mm256_shuffle_ps(b[i + j], b[i + j + 2], 0xee);
    }
  for (int j = 0; j < 4; j++) {
    b[j] = _mm256_permute2f128_ps(a[j], a[j + 4], 0x20);
    b[j + 4] = _mm256_permute2f128_ps(a[j], a[j + 4], 0x31);
  }
  for (int i = 0; i < 8; i++) _mm256_storeu_ps(out + i * PANEL_ROWS, b[i]);
}

TARGET static void transpose(const float *rows, int64_t cols, float *out) {
  int64_t k = 0;
  for (; k + 8 <= cols; k += 8)
    for (int r = 0; r < PANEL_ROWS; r += 8)
      transpose8(rows + k + r * PANEL_COLS, out + k * PANEL_ROWS + r);
  for (; k < cols; k++)
    for (int r = 0; r < PANEL_ROWS; r++) out[k * PANEL_ROWS + r] = rows[r * PANEL_COLS + k];
}

/* Sixteen rows and `count` tokens, a constant at every call: 2 * 6 of the 16 registers hold sums. */
INLINE void tile(const float *w, int64_t cols, const float *x, int64_t x_stride, const int count,
                 float *y, int64_t y_stride) {
  __m256 sum[6][2];
  for (int t = 0; t < count; t++) {
    sum[t][0] = _mm256_loadu_ps(y + t * y_stride);
    sum[t][1] = _mm256_loadu_ps(y + t * y_stride + 8);
  }
  for (int64_t k = 0; k < cols; k++) {
    __m256 low = _mm256_loadu_ps(w + k * PANEL_ROWS), high = _mm256_loadu_ps(w + k * PANEL_ROWS + 8);
    for (int t = 0; t < count; t++) {
      __m256 value = _mm256_broadcast_ss(x + t * x_stride + k);
      sum[t][0] = _mm256_fmadd_ps(value, low, sum[t][0]);
      sum[t][1] = _mm256_fmadd_ps(value, high, sum[t][1]);
    }
  }
  for (int t = 0; t < count; t++) {
    _mm256_storeu_ps(y + t * y_stride, sum[t][0]);
    _mm256_storeu_ps(y + t * y_stride + 8, sum[t][1]);
  }
}

TARGET static void panel(const float *w, int64_t cols, const float *x, int64_t x_stride,
                         int64_t tokens, float *y, int64_t y_stride) {
  for (int r = 0; r < PANEL_ROWS; r += 16) {
    int64_t t = 0;
    for (; t + 6 <= tokens; t += 6)
      tile(w + r, cols, x + t * x_stride, x_stride, 6, y + t * y_stride + r, y_stride);
    for (; t < tokens; t++)
      tile(w + r, cols, x + t * x_stride, x_stride, 1, y + t * y_stride + r, y_stride);
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

const kernel_table matvec_avx2 = {row_kernels, unpack_kernels, transpose, panel};
#endif
