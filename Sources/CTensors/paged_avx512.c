/* Attention with AVX-512: six query rows by 64 positions or dimensions a pass. */
#include "paged_tables.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,f16c,fma"))), \
    apply_to = function)

#define LANES 16
#define ROWS 6
#define VECS 4
#define KERNELS paged_avx512
#include "paged_vector.h"

static const ivec lane_numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

INLINE vec from_half(const char *from) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)from));
}

/* Saturates: a finite value stays finite. Of an operand that is no number the second comes back. */
INLINE void to_half(char *to, vec v) {
  v = _mm512_max_ps(_mm512_set1_ps(-65504), _mm512_min_ps(_mm512_set1_ps(65504), v));
  _mm256_storeu_si256((__m256i *)to, _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
}

/* The greater; `b` where one is no number. */
INLINE vec most(vec a, vec b) { return _mm512_max_ps(a, b); }

INLINE float highest(vec x) { return _mm512_reduce_max_ps(x); }

/* 2^x for x up to 100, 0 from NOTHING on down: x = n + r, a polynomial in r, n to the exponent. */
INLINE vec power(vec x) {
  __mmask16 some = _mm512_cmp_ps_mask(x, _mm512_set1_ps(NOTHING), _CMP_NLE_UQ);
  vec n = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  return _mm512_maskz_scalef_ps(some, power_of_fraction(x - n), n);
}

#include "paged_kernels.h"

#pragma clang attribute pop
#endif
