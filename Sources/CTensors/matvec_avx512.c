/* AVX-512: sixteen weights a register, blocks unpacked in registers, sums in float. */
#include "ct_quant.h"
#include "matvec_tables.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "quant_blocks.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,f16c,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

/* Thirty-two unpacked weights: values 0 to 15 and 16 to 31 of a group. */
typedef struct { __m512 low, high; } group;

/* The half floats that a block begins with; eight bytes are read, which every block has. Conversion
 * from memory leaves the shuffle unit to the weights, which keep it busiest. */
INLINE __m128 halves(const void *block) {
  return _mm_cvtph_ps(_mm_loadl_epi64((const __m128i *)block));
}

INLINE __m512 first(__m128 values) { return _mm512_broadcastss_ps(values); }

INLINE __m512 second(__m128 values) {
  return _mm512_permutexvar_ps(_mm512_set1_epi32(1), _mm512_castps128_ps512(values));
}

INLINE __m512i widen(const void *bytes) {
  return _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)bytes));
}

INLINE __m512 number(__m512i integers) { return _mm512_cvtepi32_ps(integers); }

/* The sixteen values of a four-bit block as a table for vpermps, which looks at four bits only. */
INLINE __m512 table(__m512 scale, __m512 offset) {
  const __m512 steps =
      _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return _mm512_fmadd_ps(scale, steps, offset);
}

INLINE group look_up(__m512i nibbles, __m512 values) {
  return (group){_mm512_permutexvar_ps(nibbles, values),
                 _mm512_permutexvar_ps(_mm512_srli_epi32(nibbles, 4), values)};
}

/* ---- group number g of a row ---- */

INLINE group load_CT_FORMAT_F32(const uint8_t *row, int64_t g) {
  const float *w = (const float *)row + g * 32;
  return (group){_mm512_loadu_ps(w), _mm512_loadu_ps(w + 16)};
}

INLINE group load_CT_FORMAT_F16(const uint8_t *row, int64_t g) {
  const __m256i *w = (const __m256i *)(row + g * 64);
  return (group){_mm512_cvtph_ps(_mm256_loadu_si256(w)), _mm512_cvtph_ps(_mm256_loadu_si256(w + 1))};
}

INLINE __m512 brain(const __m256i *w) {
  return _mm512_castsi512_ps(
      _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(w)), 16));
}

INLINE group load_CT_FORMAT_BF16(const uint8_t *row, int64_t g) {
  const __m256i *w = (const __m256i *)(row + g * 64);
  return (group){brain(w), brain(w + 1)};
}

INLINE group load_CT_FORMAT_Q4_0(const uint8_t *row, int64_t g) {
  const block_q4_0 *b = (const block_q4_0 *)row + g;
  __m512 d = first(halves(b));
  return look_up(widen(b->qs), table(d, _mm512_mul_ps(d, _mm512_set1_ps(-8))));
}

INLINE group load_CT_FORMAT_Q4_1(const uint8_t *row, int64_t g) {
  const block_q4_1 *b = (const block_q4_1 *)row + g;
  __m128 factors = halves(b);
  return look_up(widen(b->qs), table(first(factors), second(factors)));
}

/* Five-bit levels: nibbles with the high bits added where the mask says so. */
INLINE group five(const uint8_t *qs, uint32_t high) {
  const __m512i sixteen = _mm512_set1_epi32(16);
  __m512i nibbles = widen(qs);
  __m512i low = _mm512_and_si512(nibbles, _mm512_set1_epi32(15));
  __m512i top = _mm512_srli_epi32(nibbles, 4);
  low = _mm512_mask_add_epi32(low, (__mmask16)high, low, sixteen);
  top = _mm512_mask_add_epi32(top, (__mmask16)(high >> 16), top, sixteen);
  return (group){number(low), number(top)};
}

INLINE group scaled(group q, __m512 scale, __m512 offset) {
  return (group){_mm512_fmadd_ps(scale, q.low, offset), _mm512_fmadd_ps(scale, q.high, offset)};
}

INLINE group load_CT_FORMAT_Q5_0(const uint8_t *row, int64_t g) {
  const block_q5_0 *b = (const block_q5_0 *)row + g;
  __m512 d = first(halves(b));
  return scaled(five(b->qs, high_bits(b->qh)), d, _mm512_mul_ps(d, _mm512_set1_ps(-16)));
}

INLINE group load_CT_FORMAT_Q5_1(const uint8_t *row, int64_t g) {
  const block_q5_1 *b = (const block_q5_1 *)row + g;
  __m128 factors = halves(b);
  return scaled(five(b->qs, high_bits(b->qh)), first(factors), second(factors));
}

INLINE group load_CT_FORMAT_Q8_0(const uint8_t *row, int64_t g) {
  const block_q8_0 *b = (const block_q8_0 *)row + g;
  const __m128i *q = (const __m128i *)b->qs;
  __m512 d = first(halves(b));
  return (group){
      _mm512_mul_ps(d, number(_mm512_cvtepi8_epi32(_mm_loadu_si128(q)))),
      _mm512_mul_ps(d, number(_mm512_cvtepi8_epi32(_mm_loadu_si128(q + 1))))};
}

/* Scale and negative offset of sub-block j of a K block. */
INLINE void k_factors(const void *block, const uint8_t *scales, int j, __m512 *scale,
                      __m512 *offset) {
  uint8_t s, m;
  k_scale(scales, j, &s, &m);
  __m128 factors = halves(block);
  *scale = _mm512_mul_ps(first(factors), _mm512_set1_ps(s));
  *offset = _mm512_mul_ps(second(factors), _mm512_set1_ps(-(float)m));
}

/* Low or high nibbles of 32 bytes. */
INLINE void nibbles_of(const uint8_t *qs, int high, __m512i *low, __m512i *top) {
  const __m512i fifteen = _mm512_set1_epi32(15);
  __m128i count = _mm_cvtsi32_si128(high ? 4 : 0);
  *low = _mm512_and_si512(_mm512_srl_epi32(widen(qs), count), fifteen);
  *top = _mm512_and_si512(_mm512_srl_epi32(widen(qs + 16), count), fifteen);
}

INLINE group load_CT_FORMAT_Q4_K(const uint8_t *row, int64_t g) {
  const block_q4_k *b = (const block_q4_k *)row + g / 8;
  int j = g % 8;
  __m512 scale, offset;
  __m512i low, top;
  k_factors(b, b->scales, j, &scale, &offset);
  nibbles_of(b->qs + j / 2 * 32, j & 1, &low, &top);
  return scaled((group){number(low), number(top)}, scale, offset);
}

INLINE group load_CT_FORMAT_Q5_K(const uint8_t *row, int64_t g) {
  const block_q5_k *b = (const block_q5_k *)row + g / 8;
  int j = g % 8;
  const __m512i sixteen = _mm512_set1_epi32(16), bit = _mm512_set1_epi32(1 << j);
  __m512 scale, offset;
  __m512i low, top;
  k_factors(b, b->scales, j, &scale, &offset);
  nibbles_of(b->qs + j / 2 * 32, j & 1, &low, &top);
  low = _mm512_mask_add_epi32(low, _mm512_test_epi32_mask(widen(b->qh), bit), low, sixteen);
  top = _mm512_mask_add_epi32(top, _mm512_test_epi32_mask(widen(b->qh + 16), bit), top, sixteen);
  return scaled((group){number(low), number(top)}, scale, offset);
}

INLINE group load_CT_FORMAT_Q6_K(const uint8_t *row, int64_t g) {
  const block_q6_k *b = (const block_q6_k *)row + g / 8;
  int j = g % 8, half = j / 4, quarter = j % 4;
  const __m512i three = _mm512_set1_epi32(3), bias = _mm512_set1_epi32(32);
  __m128i shift = _mm_cvtsi32_si128(quarter * 2);
  __m512i low, top;
  nibbles_of(b->ql + half * 64 + (quarter & 1) * 32, quarter & 2, &low, &top);
  __m512i high = _mm512_and_si512(_mm512_srl_epi32(widen(b->qh + half * 32), shift), three);
  __m512i higher = _mm512_and_si512(_mm512_srl_epi32(widen(b->qh + half * 32 + 16), shift), three);
  low = _mm512_sub_epi32(_mm512_or_si512(low, _mm512_slli_epi32(high, 4)), bias);
  top = _mm512_sub_epi32(_mm512_or_si512(top, _mm512_slli_epi32(higher, 4)), bias);
  __m512 d = _mm512_broadcastss_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(b->d)));
  return (group){
      _mm512_mul_ps(_mm512_mul_ps(d, _mm512_set1_ps(b->scales[j * 2])), number(low)),
      _mm512_mul_ps(_mm512_mul_ps(d, _mm512_set1_ps(b->scales[j * 2 + 1])), number(top))};
}

/* ---- rows times one vector, and unpacking ---- */

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

/* How far ahead weights are asked for: matrices larger than the caches are read at 16 instead of 6 to
 * 12 GB/s. Asking beyond the end does no harm. */
enum { PREFETCH_ROWS = 8 };

#define KERNELS(format)                                                                          \
  TARGET static void unpack_##format(const uint8_t *w, int64_t count, float *out) {              \
    int64_t groups = count / 32;                                                                 \
    for (int64_t g = 0; g < groups; g++) {                                                       \
      group values = load_##format(w, g);                                                        \
      _mm512_storeu_ps(out + g * 32, values.low);                                                \
      _mm512_storeu_ps(out + g * 32 + 16, values.high);                                          \
    }                                                                                            \
    if (count % 32)                                                                              \
      ct_dequantise(format, w + groups * 32 * ct_format_block_bytes(format), count % 32,         \
                    out + groups * 32);                                                          \
  }                                                                                              \
  TARGET static void rows_##format(const uint8_t *w, int64_t stride, int64_t rows, int64_t cols, \
                                   const float *x, float *y) {                                   \
    int64_t groups = cols / 32, r = 0, step = groups ? stride / groups : 0;                      \
    for (; r + 4 <= rows; r += 4) {                                                              \
      const uint8_t *row = w + r * stride;                                                       \
      __m512 sum[4][2] = {0};                                                                    \
      for (int64_t g = 0; g < groups; g++) {                                                     \
        __m512 low = _mm512_loadu_ps(x + g * 32), high = _mm512_loadu_ps(x + g * 32 + 16);       \
        for (int i = 0; i < 4; i++) {                                                            \
          _mm_prefetch((const char *)row + (i + PREFETCH_ROWS) * stride + g * step, _MM_HINT_T0); \
          group values = load_##format(row + i * stride, g);                                     \
          sum[i][0] = _mm512_fmadd_ps(values.low, low, sum[i][0]);                               \
          sum[i][1] = _mm512_fmadd_ps(values.high, high, sum[i][1]);                             \
        }                                                                                        \
      }                                                                                          \
      for (int i = 0; i < 4; i++)                                                                \
        y[r + i] = _mm512_reduce_add_ps(_mm512_add_ps(sum[i][0], sum[i][1])) +                   \
                   tail(format, row + i * stride, groups * 32, cols, x);                         \
    }                                                                                            \
    for (; r < rows; r++) {                                                                      \
      const uint8_t *row = w + r * stride;                                                       \
      __m512 sum[2] = {0};                                                                       \
      for (int64_t g = 0; g < groups; g++) {                                                     \
        group values = load_##format(row, g);                                                    \
        sum[0] = _mm512_fmadd_ps(values.low, _mm512_loadu_ps(x + g * 32), sum[0]);               \
        sum[1] = _mm512_fmadd_ps(values.high, _mm512_loadu_ps(x + g * 32 + 16), sum[1]);         \
      }                                                                                          \
      y[r] = _mm512_reduce_add_ps(_mm512_add_ps(sum[0], sum[1])) +                               \
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

/* Transposes 16 by 16 floats in four rounds of exchanges. */
INLINE void transpose16(const float *in, float *out) {
  __m512 a[16], b[16];
  for (int i = 0; i < 16; i++) a[i] = _mm512_loadu_ps(in + i * PANEL_COLS);
  for (int i = 0; i < 16; i += 2) {
    b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
  }
  for (int i = 0; i < 16; i += 4)
    for (int j = 0; j < 2; j++) {
      __m512d p = _mm512_castps_pd(b[i + j]), q = _mm512_castps_pd(b[i + j + 2]);
      a[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(p, q));
      a[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(p, q));
    }
  for (int i = 0; i < 16; i += 8)
    for (int j = 0; j < 4; j++) {
      b[i + j] = _mm512_shuffle_f32x4(a[i + j], a[i + j + 4], 0x88);
      b[i + j + 4] = _mm512_shuffle_f32x4(a[i + j], a[i + j + 4], 0xdd);
    }
  for (int j = 0; j < 8; j++) {
    a[j] = _mm512_shuffle_f32x4(b[j], b[j + 8], 0x88);
    a[j + 8] = _mm512_shuffle_f32x4(b[j], b[j + 8], 0xdd);
  }
  for (int i = 0; i < 16; i++) _mm512_storeu_ps(out + i * PANEL_ROWS, a[i]);
}

TARGET static void transpose(const float *rows, int64_t cols, float *out) {
  int64_t k = 0;
  for (; k + 16 <= cols; k += 16) {
    transpose16(rows + k, out + k * PANEL_ROWS);
    transpose16(rows + k + 16 * PANEL_COLS, out + k * PANEL_ROWS + 16);
  }
  for (; k < cols; k++)
    for (int r = 0; r < PANEL_ROWS; r++) out[k * PANEL_ROWS + r] = rows[r * PANEL_COLS + k];
}

/* `count` is a constant at every call, so the sums stay in registers: 2 * 12 of the 32. */
INLINE void tile(const float *w, int64_t cols, const float *x, int64_t x_stride, const int count,
                 float *y, int64_t y_stride) {
  __m512 sum[12][2];
  for (int t = 0; t < count; t++) {
    sum[t][0] = _mm512_loadu_ps(y + t * y_stride);
    sum[t][1] = _mm512_loadu_ps(y + t * y_stride + 16);
  }
  for (int64_t k = 0; k < cols; k++) {
    __m512 low = _mm512_loadu_ps(w + k * PANEL_ROWS);
    __m512 high = _mm512_loadu_ps(w + k * PANEL_ROWS + 16);
    for (int t = 0; t < count; t++) {
      __m512 value = _mm512_set1_ps(x[t * x_stride + k]);
      sum[t][0] = _mm512_fmadd_ps(value, low, sum[t][0]);
      sum[t][1] = _mm512_fmadd_ps(value, high, sum[t][1]);
    }
  }
  for (int t = 0; t < count; t++) {
    _mm512_storeu_ps(y + t * y_stride, sum[t][0]);
    _mm512_storeu_ps(y + t * y_stride + 16, sum[t][1]);
  }
}

TARGET static void panel(const float *w, int64_t cols, const float *x, int64_t x_stride,
                         int64_t tokens, float *y, int64_t y_stride) {
  int64_t t = 0;
  for (; t + 12 <= tokens; t += 12)
    tile(w, cols, x + t * x_stride, x_stride, 12, y + t * y_stride, y_stride);
  for (; t + 4 <= tokens; t += 4)
    tile(w, cols, x + t * x_stride, x_stride, 4, y + t * y_stride, y_stride);
  for (; t < tokens; t++)
    tile(w, cols, x + t * x_stride, x_stride, 1, y + t * y_stride, y_stride);
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

const kernel_table matvec_avx512 = {row_kernels, unpack_kernels, transpose, panel};
#endif
