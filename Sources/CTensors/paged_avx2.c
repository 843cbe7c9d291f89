/* Attention with AVX2: six query rows by 16 positions or dimensions a pass. */
#include "paged_tables.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,f16c,fma"))), apply_to = function)

#define LANES 8
#define ROWS 6
#define VECS 2
#define KERNELS paged_avx2
#include "paged_vector.h"

static const ivec lane_numbers = {0, 1, 2, 3, 4, 5, 6, 7};

INLINE vec from_half(const char *from) {
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)from));
}

/* Saturates: a finite value stays finite. Of an operand that is no number the second comes back. */
INLINE void to_half(char *to, vec v) {
  v = _mm256_max_ps(_mm256_set1_ps(-65504), _mm256_min_ps(_mm256_set1_ps(65504), v));
  _mm_storeu_si128((__m128i *)to, _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
}

/* The greater; `b` where one is no number. */
INLINE vec most(vec a, vec b) { return _mm256_max_ps(a, b); }

INLINE float highest(vec x) {
  __m128 four = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  four = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

/* 2^x for x up to 100, 0 from NOTHING on down. */
INLINE vec power(vec x) {
  x = _mm256_max_ps(_mm256_set1_ps(NOTHING), x);
  vec n = _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  vec p = power_of_fraction(x - n) * whole_power(n);
  return (vec)((ivec)p & ~(x == NOTHING));
}

#include "paged_kernels.h"

#pragma clang attribute pop
#endif
