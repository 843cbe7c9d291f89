/* AVX2 with FMA: half a band, eight rows, to a register; otherwise as the AVX-512 path. */
#include "ct_quant.h"
#include "packed_layout.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx2,f16c,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

enum { HALF_BAND = 8, HALF_VECTOR = 32 };

/* ---- activations ---- */

INLINE __m256i magnitude(__m256 x) {
  return _mm256_and_si256(_mm256_castps_si256(x), _mm256_set1_epi32(0x7fffffff));
}

/* Eight numbers to integers; what does not fit (from NaN alone) is a number of the largest
 * magnitude, which packing turns into -128. */
INLINE __m256i rounded(__m256 x, __m256 factor) {
  return _mm256_cvtps_epi32(_mm256_mul_ps(x, factor));
}

/* The sum of four lanes, in all of them. */
INLINE __m256i lane_sums(__m256i sums) {
  sums = _mm256_add_epi32(sums, _mm256_shuffle_epi32(sums, 0x4e));
  return _mm256_add_epi32(sums, _mm256_shuffle_epi32(sums, 0xb1));
}

/* The steps of quantise_group in packed_scalar.c. */
INLINE void quantise_group(const __m256 x[4], activation_group *out) {
  __m256i most8 = _mm256_max_epu32(_mm256_max_epu32(magnitude(x[0]), magnitude(x[1])),
                                   _mm256_max_epu32(magnitude(x[2]), magnitude(x[3])));
  __m128i most4 = _mm_max_epu32(_mm256_castsi256_si128(most8), _mm256_extracti128_si256(most8, 1));
  most4 = _mm_max_epu32(most4, _mm_shuffle_epi32(most4, 0x4e));
  most4 = _mm_max_epu32(most4, _mm_shuffle_epi32(most4, 0xb1));
  float most = _mm_cvtss_f32(_mm_castsi128_ps(most4));
  float scale = most / 127, inverse = most >= 127 * 0x1p-126f ? 127 / most : 0;
  __m256 factor = _mm256_set1_ps(inverse);
  /* Packing works within halves of a register, so groups of four come out in the order 0 2 4 6 1 3
     5 7. */
  __m256i low = _mm256_packs_epi32(rounded(x[0], factor), rounded(x[1], factor));
  __m256i high = _mm256_packs_epi32(rounded(x[2], factor), rounded(x[3], factor));
  __m256i q = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high),
                                          _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
  __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(1), q);
  __m256i sums = lane_sums(_mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  int first = _mm256_extract_epi32(sums, 0), second = _mm256_extract_epi32(sums, 4);
  int sum = first + second;
  _mm256_storeu_si256((__m256i *)out->q, q);
  out->scale = scale;
  out->scaled_sum = scale * (float)sum;
  out->from_0 = 0;
  out->from_8 = -8 * sum;
  out->from_16 = -16 * sum;
  out->from_128 = -128 * sum;
  out->from_32[0] = -32 * first;
  out->from_32[1] = -32 * second;
}

TARGET static void quantise(const float *x, int64_t cols, uint8_t *out) {
  int64_t groups = groups_of(cols);
  float *floats = (float *)(out + groups * VECTOR);
  for (int64_t g = 0; g < groups; g++) {
    float last[GROUP] = {0};
    const float *from = x + g * GROUP;
    if (cols - g * GROUP < GROUP) {
      memcpy(last, from, (size_t)(cols - g * GROUP) * sizeof *x);
      from = last;
    }
    __m256 values[4];
    for (int i = 0; i < 4; i++) {
      values[i] = _mm256_loadu_ps(from + 8 * i);
      _mm256_storeu_ps(floats + g * GROUP + 8 * i, values[i]);
    }
    quantise_group(values, (activation_group *)out + g);
  }
}

/* ---- eight rows of a record in registers ---- */

typedef struct {
  __m256i levels[8];
  __m256 scale, other; /* other: the minimum, or in q6_k the scale of the second half */
} record;

INLINE __m256i load(const uint8_t *from) { return _mm256_loadu_si256((const __m256i *)from); }

INLINE __m256 halves(const uint8_t *from) {
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)from));
}

INLINE __m256 unsigned_bytes(const uint8_t *from) {
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)from)));
}

INLINE __m256 signed_bytes(const uint8_t *from) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)from)));
}

INLINE void levels_4(const uint8_t *from, record *to) {
  const __m256i fifteen = _mm256_set1_epi8(15);
  for (int p = 0; p < 4; p++) {
    __m256i pair = load(from + p * VECTOR);
    to->levels[2 * p] = _mm256_and_si256(pair, fifteen);
    to->levels[2 * p + 1] = _mm256_and_si256(_mm256_srli_epi16(pair, 4), fifteen);
  }
}

INLINE void levels_5(const uint8_t *from, record *to) {
  const __m256i sixteen = _mm256_set1_epi8(16);
  levels_4(from, to);
  __m256i high = load(from + 4 * VECTOR);
  for (int v = 0; v < 8; v++) {
    __m256i bit = v < 4 ? _mm256_slli_epi16(high, 4 - v) : _mm256_srli_epi16(high, v - 4);
    to->levels[v] = _mm256_or_si256(to->levels[v], _mm256_and_si256(bit, sixteen));
  }
}

INLINE void levels_6(const uint8_t *from, record *to) {
  const __m256i top = _mm256_set1_epi8(0x30);
  levels_4(from, to);
  for (int v = 0; v < 8; v++) {
    __m256i high = load(from + (4 + v / 4) * VECTOR);
    __m256i bits = v % 4 < 2 ? _mm256_slli_epi16(high, 4 - v % 4 * 2)
                             : _mm256_srli_epi16(high, v % 4 * 2 - 4);
    to->levels[v] = _mm256_or_si256(to->levels[v], _mm256_and_si256(bits, top));
  }
}

/* Signed again: sums of two products of unsigned eight-bit levels would not fit in 16 bits. */
INLINE void levels_8(const uint8_t *from, record *to) {
  for (int v = 0; v < 8; v++)
    to->levels[v] = _mm256_xor_si256(load(from + v * VECTOR), _mm256_set1_epi8(-128));
}

/* `half` is 0 or 1: rows 0 to 7 or 8 to 15 of the band. */
#define SYMMETRIC_RECORD(format, bits)                                                         \
  INLINE void load_##format(const uint8_t *head, const uint8_t *from, int half, record *to) {  \
    (void)head;                                                                                \
    to->scale = to->other = halves(from + 16 * half);                                          \
    levels_##bits(from + 32 + half * HALF_VECTOR, to);                                         \
  }
#define ASYMMETRIC_RECORD(format, bits)                                                        \
  INLINE void load_##format(const uint8_t *head, const uint8_t *from, int half, record *to) {  \
    (void)head;                                                                                \
    to->scale = halves(from + 16 * half);                                                      \
    to->other = halves(from + 32 + 16 * half);                                                 \
    levels_##bits(from + 64 + half * HALF_VECTOR, to);                                         \
  }
#define K_RECORD(format, bits)                                                                 \
  INLINE void load_##format(const uint8_t *head, const uint8_t *from, int half, record *to) {  \
    const __m256 minus = _mm256_set1_ps(-0.0f);                                                \
    to->scale = _mm256_mul_ps(halves(head + 16 * half), unsigned_bytes(from + 8 * half));      \
    to->other = _mm256_mul_ps(halves(head + 32 + 16 * half),                                   \
                              unsigned_bytes(from + 16 + 8 * half));                           \
    to->other = _mm256_xor_ps(to->other, minus);                                               \
    levels_##bits(from + 32 + half * HALF_VECTOR, to);                                         \
  }
SYMMETRIC_RECORD(CT_FORMAT_Q4_0, 4)
SYMMETRIC_RECORD(CT_FORMAT_Q5_0, 5)
SYMMETRIC_RECORD(CT_FORMAT_Q8_0, 8)
ASYMMETRIC_RECORD(CT_FORMAT_Q4_1, 4)
ASYMMETRIC_RECORD(CT_FORMAT_Q5_1, 5)
K_RECORD(CT_FORMAT_Q4_K, 4)
K_RECORD(CT_FORMAT_Q5_K, 5)

INLINE void load_CT_FORMAT_Q6_K(const uint8_t *head, const uint8_t *from, int half, record *to) {
  __m256 d = halves(head + 16 * half);
  to->scale = _mm256_mul_ps(d, signed_bytes(from + 8 * half));
  to->other = _mm256_mul_ps(d, signed_bytes(from + 16 + 8 * half));
  levels_6(from + 32 + half * HALF_VECTOR, to);
}

/* ---- a record times a token ---- */

INLINE __m256i four_of(const activation_group *x, int v) {
  int32_t four;
  memcpy(&four, x->q + 4 * v, 4);
  return _mm256_set1_epi32(four);
}

/* start + levels of vectors first ..< last times the activations. */
INLINE __m256i dot(const record *w, const activation_group *x, int first, int last,
                   int32_t start) {
  __m256i sums = _mm256_set1_epi32(start);
  for (int v = first; v < last; v++) {
    __m256i pairs = _mm256_maddubs_epi16(w->levels[v], four_of(x, v));
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
  return sums;
}

/* The same of signed levels: their sign goes to the activation. */
INLINE __m256i signed_dot(const record *w, const activation_group *x) {
  __m256i sums = _mm256_setzero_si256();
  for (int v = 0; v < 8; v++) {
    __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(w->levels[v]),
                                         _mm256_sign_epi8(four_of(x, v), w->levels[v]));
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
  return sums;
}

INLINE __m256 scaled(__m256i sums, __m256 scale, const activation_group *x, __m256 y) {
  return _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums), _mm256_mul_ps(scale, _mm256_set1_ps(x->scale)),
                         y);
}

INLINE __m256 add_asymmetric(const record *w, const activation_group *x, __m256 y) {
  y = _mm256_fmadd_ps(w->other, _mm256_set1_ps(x->scaled_sum), y);
  return scaled(dot(w, x, 0, 8, 0), w->scale, x, y);
}

INLINE __m256 add_halves(const record *w, const activation_group *x, __m256 y) {
  y = scaled(dot(w, x, 0, 4, x->from_32[0]), w->scale, x, y);
  return scaled(dot(w, x, 4, 8, x->from_32[1]), w->other, x, y);
}

#define ADD_CT_FORMAT_Q4_0(w, x, y) scaled(dot(w, x, 0, 8, (x)->from_8), (w)->scale, x, y)
#define ADD_CT_FORMAT_Q5_0(w, x, y) scaled(dot(w, x, 0, 8, (x)->from_16), (w)->scale, x, y)
#define ADD_CT_FORMAT_Q8_0(w, x, y) scaled(signed_dot(w, x), (w)->scale, x, y)
#define ADD_CT_FORMAT_Q4_1 add_asymmetric
#define ADD_CT_FORMAT_Q5_1 add_asymmetric
#define ADD_CT_FORMAT_Q4_K add_asymmetric
#define ADD_CT_FORMAT_Q5_K add_asymmetric
#define ADD_CT_FORMAT_Q6_K add_halves

/* ---- bands times tokens ---- */

INLINE void store_rows(float *y, int64_t rows, __m256 sums) {
  float all[HALF_BAND];
  _mm256_storeu_ps(all, sums);
  if (rows >= HALF_BAND) _mm256_storeu_ps(y, sums);
  else if (rows > 0) memcpy(y, all, (size_t)rows * sizeof *y);
}

#define KERNEL(format)                                                                           \
  INLINE void half_band_##format(const packed_tile *tile, int64_t r, int half) {                 \
    int64_t cols = tile->cols, stride = activation_stride(cols);                                 \
    int64_t head = packed_formats[format].head_bytes, size = record_bytes(format);               \
    const uint8_t *band = tile->weights + r / BAND * band_bytes(format, cols);                   \
    const uint8_t *records = band + head_bytes(format, cols);                                    \
    __m256 sums[TILE_TOKENS];                                                                    \
    for (int64_t t = 0; t < tile->tokens; t++) sums[t] = _mm256_setzero_ps();                    \
    for (int64_t g = 0; g < groups_of(cols); g++) {                                              \
      record w;                                                                                  \
      load_##format(band + g / GROUPS_PER_HEAD * head, records + g * size, half, &w);            \
      for (int64_t t = 0; t < tile->tokens; t++) {                                               \
        const uint8_t *token = tile->activations + t * stride;                                   \
        const activation_group *x = (const activation_group *)token + g;                         \
        sums[t] = ADD_##format(&w, x, sums[t]);                                                  \
      }                                                                                          \
    }                                                                                            \
    int64_t row = r + half * HALF_BAND;                                                          \
    for (int64_t t = 0; t < tile->tokens; t++)                                                   \
      store_rows(tile->y + t * tile->y_stride + row, tile->rows - row, sums[t]);                 \
  }                                                                                              \
  EACH_HALF_BAND(format, half_band_##format)

/* The kernel of a format: goes over the half bands of a tile. */
#define EACH_HALF_BAND(format, half_band)                       \
  TARGET static void kernel_##format(const packed_tile *tile) { \
    for (int64_t r = 0; r < tile->rows; r += BAND)              \
      for (int half = 0; half < 2; half++) half_band(tile, r, half); \
  }

KERNEL(CT_FORMAT_Q4_0)
KERNEL(CT_FORMAT_Q4_1)
KERNEL(CT_FORMAT_Q5_0)
KERNEL(CT_FORMAT_Q5_1)
KERNEL(CT_FORMAT_Q8_0)
KERNEL(CT_FORMAT_Q4_K)
KERNEL(CT_FORMAT_Q5_K)
KERNEL(CT_FORMAT_Q6_K)

/* ---- float formats ---- */

INLINE __m256 column_CT_FORMAT_F32(const uint8_t *from) {
  return _mm256_loadu_ps((const float *)from);
}

INLINE __m256 column_CT_FORMAT_F16(const uint8_t *from) { return halves(from); }

INLINE __m256 column_CT_FORMAT_BF16(const uint8_t *from) {
  __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)from));
  return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}

enum { FLOAT_TOKENS = 8 };

/* `tokens` is a constant at each call, so the sums stay in registers. */
#define FLOAT_KERNEL(format, size)                                                               \
  INLINE void floats_##format(const packed_tile *tile, int64_t r, int half, int64_t first,       \
                              const int tokens) {                                                \
    int64_t stride = activation_stride(tile->cols) / (int64_t)sizeof(float);                     \
    int64_t row = r + half * HALF_BAND;                                                          \
    const uint8_t *column = tile->weights + r / BAND * band_bytes(format, tile->cols) +          \
                            half * HALF_BAND * size;                                             \
    const float *x = activation_floats(tile->activations, tile->cols) + first * stride;          \
    __m256 sums[FLOAT_TOKENS];                                                                   \
    _Pragma("unroll") for (int t = 0; t < tokens; t++) sums[t] = _mm256_setzero_ps();            \
    for (int64_t k = 0; k < tile->cols; k++, column += BAND * size) {                            \
      __m256 w = column_##format(column);                                                        \
      _Pragma("unroll") for (int t = 0; t < tokens; t++)                                         \
        sums[t] = _mm256_fmadd_ps(w, _mm256_set1_ps(x[t * stride + k]), sums[t]);                \
    }                                                                                            \
    float *y = tile->y + first * tile->y_stride + row;                                           \
    _Pragma("unroll") for (int t = 0; t < tokens; t++)                                           \
      store_rows(y + t * tile->y_stride, tile->rows - row, sums[t]);                             \
  }                                                                                              \
  INLINE void float_half_##format(const packed_tile *tile, int64_t r, int half) {                \
    int64_t t = 0;                                                                               \
    for (; t + FLOAT_TOKENS <= tile->tokens; t += FLOAT_TOKENS)                                  \
      floats_##format(tile, r, half, t, FLOAT_TOKENS);                                           \
    for (; t < tile->tokens; t++) floats_##format(tile, r, half, t, 1);                          \
  }                                                                                              \
  EACH_HALF_BAND(format, float_half_##format)

FLOAT_KERNEL(CT_FORMAT_F32, 4)
FLOAT_KERNEL(CT_FORMAT_F16, 2)
FLOAT_KERNEL(CT_FORMAT_BF16, 2)

#define ENTRY(format) [format] = kernel_##format
static const packed_kernel kernels[CT_FORMATS] = {
  ENTRY(CT_FORMAT_F32),  ENTRY(CT_FORMAT_F16),  ENTRY(CT_FORMAT_BF16), ENTRY(CT_FORMAT_Q4_0),
  ENTRY(CT_FORMAT_Q4_1), ENTRY(CT_FORMAT_Q5_0), ENTRY(CT_FORMAT_Q5_1), ENTRY(CT_FORMAT_Q8_0),
  ENTRY(CT_FORMAT_Q4_K), ENTRY(CT_FORMAT_Q5_K), ENTRY(CT_FORMAT_Q6_K),
};

const packed_table packed_avx2 = {quantise, kernels};
#endif
