/* AVX-512 with VNNI: a band of 16 rows fills a register, four columns to a lane. */
#include "ct_quant.h"
#include "packed_layout.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define TARGET \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,f16c,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

/* ---- activations ---- */

/* Everything that the kernels need of 32 numbers: the steps of quantise_group in packed_scalar.c. */
INLINE void quantise_group(__m512 a, __m512 b, activation_group *out) {
  const __m512i magnitude = _mm512_set1_epi32(0x7fffffff);
  __m512i most_of = _mm512_max_epu32(_mm512_and_si512(_mm512_castps_si512(a), magnitude),
                                     _mm512_and_si512(_mm512_castps_si512(b), magnitude));
  __m256i most8 = _mm256_max_epu32(_mm512_castsi512_si256(most_of),
                                   _mm512_extracti64x4_epi64(most_of, 1));
  __m128i most4 = _mm_max_epu32(_mm256_castsi256_si128(most8), _mm256_extracti128_si256(most8, 1));
  most4 = _mm_max_epu32(most4, _mm_shuffle_epi32(most4, 0x4e));
  most4 = _mm_max_epu32(most4, _mm_shuffle_epi32(most4, 0xb1));
  float most = _mm_cvtss_f32(_mm_castsi128_ps(most4));
  float scale = most / 127, inverse = most >= 127 * 0x1p-126f ? 127 / most : 0;
  __m512 factor = _mm512_set1_ps(inverse);
  __m128i low = _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(_mm512_mul_ps(a, factor)));
  __m128i high = _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(_mm512_mul_ps(b, factor)));
  __m256i q = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
  __m256i sums = _mm256_dpbusd_epi32(_mm256_setzero_si256(), _mm256_set1_epi8(1), q);
  sums = _mm256_add_epi32(sums, _mm256_shuffle_epi32(sums, 0x4e));
  sums = _mm256_add_epi32(sums, _mm256_shuffle_epi32(sums, 0xb1));
  int first = _mm256_extract_epi32(sums, 0), second = _mm256_extract_epi32(sums, 4);
  int sum = first + second;
  _mm256_storeu_si256((__m256i *)out->q, q);
  __m256i rest = _mm256_mullo_epi32(
      _mm256_setr_epi32(0, 0, 0, sum, sum, sum, first, second),
      _mm256_setr_epi32(0, 0, 0, -8, -16, -128, -32, -32));
  __m256 floats = _mm256_setr_ps(scale, scale * (float)sum, 0, 0, 0, 0, 0, 0);
  _mm256_storeu_si256((__m256i *)&out->scale,
                      _mm256_blend_epi32(rest, _mm256_castps_si256(floats), 3));
}

TARGET static void quantise(const float *x, int64_t cols, uint8_t *out) {
  int64_t groups = groups_of(cols);
  float *floats = (float *)(out + groups * VECTOR);
  for (int64_t g = 0; g < groups; g++) {
    int64_t left = cols - g * GROUP;
    uint32_t mask = left >= GROUP ? UINT32_MAX : (1u << left) - 1;
    __m512 a = _mm512_maskz_loadu_ps((__mmask16)mask, x + g * GROUP);
    __m512 b = _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), x + g * GROUP + 16);
    quantise_group(a, b, (activation_group *)out + g);
    _mm512_storeu_ps(floats + g * GROUP, a);
    _mm512_storeu_ps(floats + g * GROUP + 16, b);
  }
}

/* ---- a record in registers ---- */

typedef struct {
  __m512i levels[8];
  __m512 scale, other; /* other: the minimum, or in q6_k the scale of the second half */
} record;

INLINE __m512i load(const uint8_t *from) { return _mm512_loadu_si512(from); }

INLINE __m512 halves(const uint8_t *from) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)from));
}

INLINE __m512 unsigned_bytes(const uint8_t *from) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)from)));
}

INLINE __m512 signed_bytes(const uint8_t *from) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)from)));
}

INLINE void levels_4(const uint8_t *from, record *to) {
  const __m512i fifteen = _mm512_set1_epi8(15);
  for (int p = 0; p < 4; p++) {
    __m512i pair = load(from + p * VECTOR);
    to->levels[2 * p] = _mm512_and_si512(pair, fifteen);
    to->levels[2 * p + 1] = _mm512_and_si512(_mm512_srli_epi16(pair, 4), fifteen);
  }
}

/* nibble | (high & mask) */
#define MERGE(nibbles, high, mask) _mm512_ternarylogic_epi32(nibbles, high, mask, 0xf8)

INLINE void levels_5(const uint8_t *from, record *to) {
  const __m512i sixteen = _mm512_set1_epi8(16);
  levels_4(from, to);
  __m512i high = load(from + 4 * VECTOR);
  for (int v = 0; v < 8; v++) {
    __m512i bit = v < 4 ? _mm512_slli_epi16(high, 4 - v) : _mm512_srli_epi16(high, v - 4);
    to->levels[v] = MERGE(to->levels[v], bit, sixteen);
  }
}

INLINE void levels_6(const uint8_t *from, record *to) {
  const __m512i top = _mm512_set1_epi8(0x30);
  levels_4(from, to);
  for (int v = 0; v < 8; v++) {
    __m512i high = load(from + (4 + v / 4) * VECTOR);
    __m512i bits = v % 4 < 2 ? _mm512_slli_epi16(high, 4 - v % 4 * 2)
                             : _mm512_srli_epi16(high, v % 4 * 2 - 4);
    to->levels[v] = MERGE(to->levels[v], bits, top);
  }
}

INLINE void levels_8(const uint8_t *from, record *to) {
  for (int v = 0; v < 8; v++) to->levels[v] = load(from + v * VECTOR);
}

#define SYMMETRIC_RECORD(format, bits)                                                \
  INLINE void load_##format(const uint8_t *head, const uint8_t *from, record *to) {   \
    (void)head;                                                                       \
    to->scale = to->other = halves(from);                                             \
    levels_##bits(from + 32, to);                                                     \
  }
#define ASYMMETRIC_RECORD(format, bits)                                               \
  INLINE void load_##format(const uint8_t *head, const uint8_t *from, record *to) {   \
    (void)head;                                                                       \
    to->scale = halves(from);                                                         \
    to->other = halves(from + 32);                                                    \
    levels_##bits(from + 64, to);                                                     \
  }
#define K_RECORD(format, bits)                                                        \
  INLINE void load_##format(const uint8_t *head, const uint8_t *from, record *to) {   \
    to->scale = _mm512_mul_ps(halves(head), unsigned_bytes(from));                    \
    to->other = _mm512_mul_ps(halves(head + 32), unsigned_bytes(from + 16));          \
    to->other = _mm512_xor_ps(to->other, _mm512_set1_ps(-0.0f));                      \
    levels_##bits(from + 32, to);                                                     \
  }
SYMMETRIC_RECORD(CT_FORMAT_Q4_0, 4)
SYMMETRIC_RECORD(CT_FORMAT_Q5_0, 5)
SYMMETRIC_RECORD(CT_FORMAT_Q8_0, 8)
ASYMMETRIC_RECORD(CT_FORMAT_Q4_1, 4)
ASYMMETRIC_RECORD(CT_FORMAT_Q5_1, 5)
K_RECORD(CT_FORMAT_Q4_K, 4)
K_RECORD(CT_FORMAT_Q5_K, 5)

INLINE void load_CT_FORMAT_Q6_K(const uint8_t *head, const uint8_t *from, record *to) {
  __m512 d = halves(head);
  to->scale = _mm512_mul_ps(d, signed_bytes(from));
  to->other = _mm512_mul_ps(d, signed_bytes(from + 16));
  levels_6(from + 32, to);
}

/* ---- records of two bands times tokens ---- */

/* Bands that share a broadcast of activations, and tokens whose chains of dot products run abreast:
 * each instruction of a chain waits for the one before it, so several chains keep the units busy. */
enum { BANDS = 2, ABREAST = 2 };

typedef struct { __m512i of[ABREAST][BANDS]; } integer_sums;

/* sums + levels of vectors first ..< last times the activations, four of them to a broadcast.
 * `tokens` and `bands` are constants at each call, here and below. */
INLINE void dot(const record *w, const int bands, const uint8_t *x, int64_t stride,
                const int tokens, const int first, const int last, integer_sums *sums) {
  _Pragma("unroll") for (int v = first; v < last; v++)
    _Pragma("unroll") for (int t = 0; t < tokens; t++) {
      int32_t four;
      memcpy(&four, x + t * stride + 4 * v, 4);
      __m512i all = _mm512_set1_epi32(four);
      _Pragma("unroll") for (int b = 0; b < bands; b++)
        sums->of[t][b] = _mm512_dpbusd_epi32(sums->of[t][b], w[b].levels[v], all);
    }
}

INLINE const activation_group *group_at(const uint8_t *x, int64_t stride, int token) {
  return (const activation_group *)(x + token * stride);
}

INLINE __m512 scaled(__m512i sums, __m512 scale, const activation_group *x, __m512 y) {
  return _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums), _mm512_mul_ps(scale, _mm512_set1_ps(x->scale)),
                         y);
}

/* How sums of a format start and end: SYMMETRIC ones start at minus what the level for zero adds,
 * ASYMMETRIC ones add the minimum times the sum of activations, HALVES are two symmetric ones. */
#define START(sums, bands, tokens, value)                          \
  _Pragma("unroll") for (int t = 0; t < tokens; t++)               \
    _Pragma("unroll") for (int b = 0; b < bands; b++)              \
      (sums).of[t][b] = _mm512_set1_epi32(value)

#define FINISH(bands, tokens, expression)                          \
  _Pragma("unroll") for (int t = 0; t < tokens; t++)               \
    _Pragma("unroll") for (int b = 0; b < bands; b++) {            \
      const activation_group *group = group_at(x, stride, t);      \
      __m512 y = _mm512_load_ps(out + (t * BANDS + b) * BAND);     \
      expression;                                                  \
      _mm512_store_ps(out + (t * BANDS + b) * BAND, y);            \
    }

#define SYMMETRIC(format, from)                                                                  \
  INLINE void add_##format(const record *w, const int bands, const uint8_t *x, int64_t stride,   \
                           const int tokens, float *out) {                                       \
    integer_sums sums;                                                                           \
    START(sums, bands, tokens, group_at(x, stride, t)->from);                                    \
    dot(w, bands, x, stride, tokens, 0, 8, &sums);                                               \
    FINISH(bands, tokens, y = scaled(sums.of[t][b], w[b].scale, group, y));                      \
  }
#define ASYMMETRIC(format)                                                                       \
  INLINE void add_##format(const record *w, const int bands, const uint8_t *x, int64_t stride,   \
                           const int tokens, float *out) {                                       \
    integer_sums sums;                                                                           \
    START(sums, bands, tokens, group_at(x, stride, t)->from_0);                                  \
    dot(w, bands, x, stride, tokens, 0, 8, &sums);                                               \
    FINISH(bands, tokens, y = _mm512_fmadd_ps(w[b].other, _mm512_set1_ps(group->scaled_sum), y); \
           y = scaled(sums.of[t][b], w[b].scale, group, y));                                     \
  }
#define HALVES(format)                                                                           \
  INLINE void add_##format(const record *w, const int bands, const uint8_t *x, int64_t stride,   \
                           const int tokens, float *out) {                                       \
    integer_sums sums;                                                                           \
    START(sums, bands, tokens, group_at(x, stride, t)->from_32[0]);                              \
    dot(w, bands, x, stride, tokens, 0, 4, &sums);                                               \
    FINISH(bands, tokens, y = scaled(sums.of[t][b], w[b].scale, group, y));                      \
    START(sums, bands, tokens, group_at(x, stride, t)->from_32[1]);                              \
    dot(w, bands, x, stride, tokens, 4, 8, &sums);                                               \
    FINISH(bands, tokens, y = scaled(sums.of[t][b], w[b].other, group, y));                      \
  }
SYMMETRIC(CT_FORMAT_Q4_0, from_8)
SYMMETRIC(CT_FORMAT_Q5_0, from_16)
SYMMETRIC(CT_FORMAT_Q8_0, from_128)
ASYMMETRIC(CT_FORMAT_Q4_1)
ASYMMETRIC(CT_FORMAT_Q5_1)
ASYMMETRIC(CT_FORMAT_Q4_K)
ASYMMETRIC(CT_FORMAT_Q5_K)
HALVES(CT_FORMAT_Q6_K)

/* ---- bands times tokens ---- */

enum { AHEAD_BYTES = 8192 };

/* Asks for what will be needed about a microsecond from now: memory is far from here. */
INLINE void fetch_ahead(const uint8_t *from, int64_t bytes) {
  for (int64_t i = 0; i < bytes; i += VECTOR)
    _mm_prefetch((const char *)from + AHEAD_BYTES + i, _MM_HINT_T0);
}

INLINE void store_rows(float *y, int64_t rows, __m512 sums) {
  if (rows >= BAND) _mm512_storeu_ps(y, sums);
  else _mm512_mask_storeu_ps(y, (__mmask16)((1u << rows) - 1), sums);
}

/* Asks for the lines that results of every so many tokens will be written to: when all are written
 * in a row at the end, there is nothing to hide the way to memory behind. */
INLINE void claim_results(const packed_tile *tile, int64_t r, int64_t g) {
  for (int64_t t = g; t < tile->tokens; t += groups_of(tile->cols))
    for (int b = 0; b < BANDS; b++)
      _mm_prefetch((const char *)(tile->y + t * tile->y_stride + r + b * BAND), _MM_HINT_ET0);
}

/* The kernel of a format: goes over the bands of a tile, two at a time as long as there are. */
#define EACH_BAND(format, bands)                                            \
  TARGET static void kernel_##format(const packed_tile *tile) {             \
    int64_t r = 0;                                                          \
    for (; r + BAND < tile->rows; r += BANDS * BAND) bands(tile, r, BANDS); \
    if (r < tile->rows) bands(tile, r, 1);                                  \
  }

/* Unpacks a record of each band once for all tokens of the tile; their sums lie in the first level
 * of cache meanwhile. */
#define KERNEL(format)                                                                           \
  INLINE void bands_##format(const packed_tile *tile, int64_t r, const int bands) {              \
    int64_t cols = tile->cols, stride = activation_stride(cols), size = record_bytes_##format;   \
    int64_t bytes = band_bytes(format, cols), head = head_bytes_##format;                        \
    const uint8_t *start = tile->weights + r / BAND * bytes;                                     \
    const uint8_t *records = start + groups_of(cols) / GROUPS_PER_HEAD * head;                   \
    _Alignas(64) float sums[TILE_TOKENS * BANDS * BAND];                                         \
    memset(sums, 0, (size_t)tile->tokens * BANDS * BAND * sizeof *sums);                         \
    for (int64_t g = 0; g < groups_of(cols); g++) {                                              \
      record w[BANDS];                                                                           \
      _Pragma("unroll") for (int b = 0; b < bands; b++) {                                        \
        fetch_ahead(records + b * bytes + g * size, size);                                       \
        load_##format(start + b * bytes + g / GROUPS_PER_HEAD * head,                            \
                      records + b * bytes + g * size, &w[b]);                                    \
      }                                                                                          \
      claim_results(tile, r, g);                                                                 \
      const uint8_t *x = tile->activations + g * (int64_t)sizeof(activation_group);              \
      float *out = sums;                                                                         \
      int64_t t = tile->tokens;                                                                  \
      for (; t >= ABREAST; t -= ABREAST, x += ABREAST * stride, out += ABREAST * BANDS * BAND)    \
        add_##format(w, bands, x, stride, ABREAST, out);                                         \
      for (; t > 0; t--, x += stride, out += BANDS * BAND)                                        \
        add_##format(w, bands, x, stride, 1, out);                                               \
    }                                                                                            \
    for (int64_t t = 0; t < tile->tokens; t++)                                                   \
      for (int b = 0; b < bands; b++)                                                            \
        store_rows(tile->y + t * tile->y_stride + r + b * BAND, tile->rows - r - b * BAND,       \
                   _mm512_load_ps(sums + (t * BANDS + b) * BAND));                               \
  }                                                                                              \
  EACH_BAND(format, bands_##format)

enum {
  head_bytes_CT_FORMAT_Q4_0 = 0, record_bytes_CT_FORMAT_Q4_0 = 288,
  head_bytes_CT_FORMAT_Q4_1 = 0, record_bytes_CT_FORMAT_Q4_1 = 320,
  head_bytes_CT_FORMAT_Q5_0 = 0, record_bytes_CT_FORMAT_Q5_0 = 352,
  head_bytes_CT_FORMAT_Q5_1 = 0, record_bytes_CT_FORMAT_Q5_1 = 384,
  head_bytes_CT_FORMAT_Q8_0 = 0, record_bytes_CT_FORMAT_Q8_0 = 544,
  head_bytes_CT_FORMAT_Q4_K = 64, record_bytes_CT_FORMAT_Q4_K = 288,
  head_bytes_CT_FORMAT_Q5_K = 64, record_bytes_CT_FORMAT_Q5_K = 352,
  head_bytes_CT_FORMAT_Q6_K = 32, record_bytes_CT_FORMAT_Q6_K = 416,
};

KERNEL(CT_FORMAT_Q4_0)
KERNEL(CT_FORMAT_Q4_1)
KERNEL(CT_FORMAT_Q5_0)
KERNEL(CT_FORMAT_Q5_1)
KERNEL(CT_FORMAT_Q8_0)
KERNEL(CT_FORMAT_Q4_K)
KERNEL(CT_FORMAT_Q5_K)
KERNEL(CT_FORMAT_Q6_K)

/* ---- float formats ---- */

INLINE __m512 column_CT_FORMAT_F32(const uint8_t *from) { return _mm512_loadu_ps(from); }

INLINE __m512 column_CT_FORMAT_F16(const uint8_t *from) { return halves(from); }

INLINE __m512 column_CT_FORMAT_BF16(const uint8_t *from) {
  __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)from));
  return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}

enum { FLOAT_TOKENS = 8 };

#define FLOAT_KERNEL(format, size)                                                               \
  INLINE void floats_##format(const packed_tile *tile, int64_t r, int64_t first,                 \
                              const int bands, const int tokens) {                               \
    int64_t bytes = band_bytes(format, tile->cols);                                              \
    int64_t stride = activation_stride(tile->cols) / (int64_t)sizeof(float);                     \
    const uint8_t *start = tile->weights + r / BAND * bytes;                                     \
    const float *x = activation_floats(tile->activations, tile->cols) + first * stride;          \
    __m512 sums[FLOAT_TOKENS][BANDS];                                                            \
    _Pragma("unroll") for (int t = 0; t < tokens; t++)                                           \
      _Pragma("unroll") for (int b = 0; b < bands; b++) sums[t][b] = _mm512_setzero_ps();        \
    for (int64_t k = 0; k < tile->cols; k++) {                                                   \
      __m512 w[BANDS];                                                                           \
      _Pragma("unroll") for (int b = 0; b < bands; b++) {                                        \
        const uint8_t *column = start + b * bytes + k * BAND * size;                             \
        _mm_prefetch((const char *)column + AHEAD_BYTES, _MM_HINT_T0);                           \
        w[b] = column_##format(column);                                                          \
      }                                                                                          \
      _Pragma("unroll") for (int t = 0; t < tokens; t++) {                                       \
        __m512 value = _mm512_set1_ps(x[t * stride + k]);                                        \
        _Pragma("unroll") for (int b = 0; b < bands; b++)                                        \
          sums[t][b] = _mm512_fmadd_ps(w[b], value, sums[t][b]);                                 \
      }                                                                                          \
    }                                                                                            \
    float *y = tile->y + first * tile->y_stride + r;                                             \
    _Pragma("unroll") for (int t = 0; t < tokens; t++)                                           \
      _Pragma("unroll") for (int b = 0; b < bands; b++)                                          \
        store_rows(y + t * tile->y_stride + b * BAND, tile->rows - r - b * BAND, sums[t][b]);    \
  }                                                                                              \
  INLINE void float_bands_##format(const packed_tile *tile, int64_t r, const int bands) {        \
    int64_t t = 0;                                                                               \
    for (; t + FLOAT_TOKENS <= tile->tokens; t += FLOAT_TOKENS)                                  \
      floats_##format(tile, r, t, bands, FLOAT_TOKENS);                                          \
    for (; t + 2 <= tile->tokens; t += 2) floats_##format(tile, r, t, bands, 2);                 \
    for (; t < tile->tokens; t++) floats_##format(tile, r, t, bands, 1);                         \
  }                                                                                              \
  EACH_BAND(format, float_bands_##format)

FLOAT_KERNEL(CT_FORMAT_F32, 4)
FLOAT_KERNEL(CT_FORMAT_F16, 2)
FLOAT_KERNEL(CT_FORMAT_BF16, 2)

#define ENTRY(format) [format] = kernel_##format
static const packed_kernel kernels[CT_FORMATS] = {
  ENTRY(CT_FORMAT_F32),  ENTRY(CT_FORMAT_F16),  ENTRY(CT_FORMAT_BF16), ENTRY(CT_FORMAT_Q4_0),
  ENTRY(CT_FORMAT_Q4_1), ENTRY(CT_FORMAT_Q5_0), ENTRY(CT_FORMAT_Q5_1), ENTRY(CT_FORMAT_Q8_0),
  ENTRY(CT_FORMAT_Q4_K), ENTRY(CT_FORMAT_Q5_K), ENTRY(CT_FORMAT_Q6_K),
};

const packed_table packed_avx512 = {quantise, kernels};
#endif
