/* Operations on one value, by type. Included once per vector level. */

#include <math.h>

#include "math32.h"

OK_INLINE uint32_t ok_reverse32(uint32_t x) { return __builtin_bitreverse32(x); }
OK_INLINE uint32_t ok_reverse_width(uint32_t x, int width) {
  return __builtin_bitreverse32(x) >> (32 - width);
}

/* ---- integers ---- */
#define INTEGER1(K, U)                     \
  MAP1(neg_##K, K, (U)0 - (U)a)            \
  MAP1(not_##K, K, ~(U)a)
INTEGER1(u8, uint32_t) INTEGER1(s8, uint32_t) INTEGER1(u16, uint32_t) INTEGER1(s16, uint32_t)
INTEGER1(u32, uint32_t) INTEGER1(s32, uint32_t) INTEGER1(u64, uint64_t) INTEGER1(s64, uint64_t)
MAP1(abs_s8, s8, a < 0 ? -a : a)
MAP1(abs_s16, s16, a < 0 ? -a : a)
MAP1(abs_s32, s32, a < 0 ? 0u - (uint32_t)a : (uint32_t)a)
MAP1(abs_s64, s64, a < 0 ? UINT64_C(0) - (uint64_t)a : (uint64_t)a)
MAP1(reverse_u32, u32, __builtin_bitreverse32(a))
MAP1(reverse_u64, u64, __builtin_bitreverse64(a))
MAP1(reverse_u16, u16, __builtin_bitreverse16(a))
MAP1(reverse_u8, u8, __builtin_bitreverse8(a))

/* Counts of bits: a word whatever the operand's width. */
#define COUNT1(NAME, K, EXPR)                                       \
  static int NAME(ok_warp *w, const ok_instruction *i) {            \
    const RT_##K *pa = SLOT(RT_##K, a);                             \
    uint32_t out[32] OK_ALIGNED;                                    \
    for (int l = 0; l < 32; l++) {                                  \
      VT_##K a = GET_##K(pa[l]);                                    \
      out[l] = (uint32_t)(EXPR);                                    \
    }                                                               \
    if (i->flags & OK_WIDE_RESULT) {                                \
      uint64_t wide[32] OK_ALIGNED;                                 \
      for (int l = 0; l < 32; l++) wide[l] = (uint64_t)(int64_t)(int32_t)out[l]; \
      ok_put_array(w, i->d, wide, 8);                               \
    } else {                                                        \
      ok_put_array(w, i->d, out, 4);                                \
    }                                                               \
    return 0;                                                       \
  }
COUNT1(popc_u32, u32, __builtin_popcount(a))
COUNT1(popc_u64, u64, __builtin_popcountll(a))
COUNT1(clz_u32, u32, a ? __builtin_clz(a) : 32)
COUNT1(clz_u64, u64, a ? __builtin_clzll(a) : 64)
COUNT1(clz_u16, u16, a ? __builtin_clz((uint32_t)a) - 16 : 16)
COUNT1(high_u32, u32, a ? 31 - __builtin_clz(a) : -1)
COUNT1(high_u64, u64, a ? 63 - __builtin_clzll(a) : -1)
COUNT1(high_s32, s32, (a ^ (a >> 31)) ? 31 - __builtin_clz((uint32_t)(a ^ (a >> 31))) : -1)
COUNT1(high_s64, s64, (a ^ (a >> 63)) ? 63 - __builtin_clzll((uint64_t)(a ^ (a >> 63))) : -1)
COUNT1(ffs_u32, u32, __builtin_ffs((int)a))
COUNT1(ffs_u64, u64, __builtin_ffsll((long long)a))

/* ---- floats ---- */

/* Vector code for f32 and what computes in it, libm or a loop for f64. */
#define FLOATS1(NAME, E32, E64, EACH64)              \
  MAP1(NAME##_f32, f32, E32)                         \
  EACH64(NAME##_f64, f64, E64)                       \
  MAP1(NAME##_f16, f16, E32)                         \
  MAP1(NAME##_bf16, bf16, E32)                       \
  MAPX2(NAME##_f16x2, f16, 1, E32)                   \
  MAPX2(NAME##_bf16x2, bf16, 1, E32)
/* libm for all. */
#define LIBM1(NAME, E32, E64)                        \
  EACH1(NAME##_f32, f32, E32)                        \
  EACH1(NAME##_f64, f64, E64)                        \
  EACH1(NAME##_f16, f16, E32)                        \
  EACH1(NAME##_bf16, bf16, E32)                      \
  MAPX2(NAME##_f16x2, f16, 1, E32)                   \
  MAPX2(NAME##_bf16x2, bf16, 1, E32)

#define SIGN_FLIP(a) ok_float(ok_bits(a) ^ 0x80000000u)
#define SIGN_CLEAR(a) ok_float(ok_bits(a) & 0x7fffffffu)
FLOATS1(neg, SIGN_FLIP(a), -a, MAP1)
FLOATS1(abs, SIGN_CLEAR(a), fabs(a), MAP1)
FLOATS1(sqrt, __builtin_sqrtf(a), __builtin_sqrt(a), MAP1)
FLOATS1(rsqrt, ok_rsqrt_f32(a), 1.0 / __builtin_sqrt(a), MAP1)
FLOATS1(rcp, 1.0f / a, 1.0 / a, MAP1)
FLOATS1(floor, __builtin_floorf(a), __builtin_floor(a), MAP1)
FLOATS1(ceil, __builtin_ceilf(a), __builtin_ceil(a), MAP1)
FLOATS1(trunc, __builtin_truncf(a), __builtin_trunc(a), MAP1)
FLOATS1(rint, __builtin_rintf(a), __builtin_rint(a), MAP1)
FLOATS1(round, __builtin_roundf(a), __builtin_round(a), MAP1)
FLOATS1(exp, ok_exp_f32(a), exp(a), EACH1)
FLOATS1(exp2, ok_exp2_f32(a), exp2(a), EACH1)
FLOATS1(exp10, ok_exp10_f32(a), pow(10.0, a), EACH1)
FLOATS1(log, ok_log_f32(a), log(a), EACH1)
FLOATS1(log2, ok_log2_f32(a), log2(a), EACH1)
FLOATS1(log10, ok_log10_f32(a), log10(a), EACH1)
FLOATS1(tanh, ok_tanh_f32(a), tanh(a), EACH1)

/* Sines by vector code, and libm once more for the lanes whose angle is large or no number. */
#define ANGLE1(NAME, QUARTER, LIBM)                                             \
  static int NAME(ok_warp *w, const ok_instruction *i) {                        \
    const f32a *pa = SLOT(f32a, a);                                             \
    float in[32] OK_ALIGNED, out[32] OK_ALIGNED;                                \
    int large = 0;                                                              \
    for (int l = 0; l < 32; l++) {                                              \
      in[l] = pa[l];                                                            \
      large |= !(__builtin_fabsf(pa[l]) <= OK_LARGE_ANGLE);                     \
    }                                                                           \
    for (int l = 0; l < 32; l++) out[l] = ok_sin_f32(in[l], QUARTER);           \
    if (large) {                                                                \
      for (int l = 0; l < 32; l++) {                                            \
        if (!(__builtin_fabsf(in[l]) <= OK_LARGE_ANGLE)) out[l] = LIBM(in[l]);  \
      }                                                                         \
    }                                                                           \
    ok_put_array(w, i->d, out, 4);                                              \
    return 0;                                                                   \
  }
ANGLE1(sin_f32, 0, sinf)
ANGLE1(cos_f32, 1, cosf)
EACH1(sin_f64, f64, sin(a)) EACH1(sin_f16, f16, sinf(a)) EACH1(sin_bf16, bf16, sinf(a))
EACH1(cos_f64, f64, cos(a)) EACH1(cos_f16, f16, cosf(a)) EACH1(cos_bf16, bf16, cosf(a))
MAPX2(sin_f16x2, f16, 1, sinf(a)) MAPX2(sin_bf16x2, bf16, 1, sinf(a))
MAPX2(cos_f16x2, f16, 1, cosf(a)) MAPX2(cos_bf16x2, bf16, 1, cosf(a))

double ok_inverse_erf(double x);
double ok_sine_pi(double x);
double ok_cosine_pi(double x);

LIBM1(tan, tanf(a), tan(a))
LIBM1(asin, asinf(a), asin(a))
LIBM1(acos, acosf(a), acos(a))
LIBM1(atan, atanf(a), atan(a))
LIBM1(sinh, sinhf(a), sinh(a))
LIBM1(cosh, coshf(a), cosh(a))
LIBM1(asinh, asinhf(a), asinh(a))
LIBM1(acosh, acoshf(a), acosh(a))
LIBM1(atanh, atanhf(a), atanh(a))
LIBM1(expm1, expm1f(a), expm1(a))
LIBM1(log1p, log1pf(a), log1p(a))
LIBM1(cbrt, cbrtf(a), cbrt(a))
LIBM1(erf, erff(a), erf(a))
LIBM1(erfc, erfcf(a), erfc(a))
LIBM1(gamma, tgammaf(a), tgamma(a))
LIBM1(lgamma, (float)lgamma((double)a), lgamma(a))
LIBM1(erfinv, (float)ok_inverse_erf((double)a), ok_inverse_erf(a))
LIBM1(normcdf, (float)(0.5 * erfc(-(double)a * 0.70710678118654752440)),
      0.5 * erfc(-a * 0.70710678118654752440))
LIBM1(sinpi, (float)ok_sine_pi((double)a), ok_sine_pi(a))
LIBM1(cospi, (float)ok_cosine_pi((double)a), ok_cosine_pi(a))
LIBM1(j0, (float)j0((double)a), j0(a))
LIBM1(j1, (float)j1((double)a), j1(a))

/* Questions about a float: 0 or 1, in whatever register they go to. */
#define ASK1(NAME, K, EXPR)                                     \
  static int NAME(ok_warp *w, const ok_instruction *i) {        \
    const RT_##K *pa = SLOT(RT_##K, a);                         \
    uint32_t mask = 0;                                          \
    for (int l = 0; l < 32; l++) {                              \
      VT_##K a = GET_##K(pa[l]);                                \
      mask |= (uint32_t)((EXPR) != 0) << l;                     \
    }                                                           \
    if (i->flags & OK_PREDICATE_RESULT) {                       \
      ok_put1(w, i->d, mask);                                   \
    } else if (i->flags & OK_WIDE_RESULT) {                     \
      uint64_t out[32] OK_ALIGNED;                              \
      for (int l = 0; l < 32; l++) out[l] = (mask >> l) & 1u;   \
      ok_put_array(w, i->d, out, 8);                            \
    } else {                                                    \
      uint32_t out[32] OK_ALIGNED;                              \
      for (int l = 0; l < 32; l++) out[l] = (mask >> l) & 1u;   \
      ok_put_array(w, i->d, out, 4);                            \
    }                                                           \
    return 0;                                                   \
  }
#define QUESTIONS(K, SIGN)                                                \
  ASK1(isnan_##K, K, a != a)                                              \
  ASK1(isinf_##K, K, a == (VT_##K)INFINITY || a == -(VT_##K)INFINITY)     \
  ASK1(isfinite_##K, K, a - a == 0)                                       \
  ASK1(signbit_##K, K, SIGN)
QUESTIONS(f32, ok_bits(a) >> 31) QUESTIONS(f64, ok_bits64(a) >> 63)
QUESTIONS(f16, ok_bits(a) >> 31) QUESTIONS(bf16, ok_bits(a) >> 31)

#define ROW_FLOAT(NAME)                                                            \
  {                                                                                \
    [OK_F32] = NAME##_f32, [OK_F64] = NAME##_f64, [OK_F16] = NAME##_f16,           \
    [OK_BF16] = NAME##_bf16, [OK_F16X2] = NAME##_f16x2, [OK_BF16X2] = NAME##_bf16x2 \
  }
#define ROW_ASK(NAME)                                                      \
  {                                                                        \
    [OK_F32] = NAME##_f32, [OK_F64] = NAME##_f64, [OK_F16] = NAME##_f16,   \
    [OK_BF16] = NAME##_bf16                                                \
  }
#define INTS(NAME)                                                              \
  [OK_U8] = NAME##_u8, [OK_S8] = NAME##_s8, [OK_U16] = NAME##_u16,              \
  [OK_S16] = NAME##_s16, [OK_U32] = NAME##_u32, [OK_S32] = NAME##_s32,          \
  [OK_U64] = NAME##_u64, [OK_S64] = NAME##_s64
#define FLTS(NAME)                                                              \
  [OK_F32] = NAME##_f32, [OK_F64] = NAME##_f64, [OK_F16] = NAME##_f16,          \
  [OK_BF16] = NAME##_bf16, [OK_F16X2] = NAME##_f16x2, [OK_BF16X2] = NAME##_bf16x2

static const ok_function unary_table[OK_UNARY_COUNT][OK_TYPE_COUNT] = {
    [OK_NEGATE] = {INTS(neg), FLTS(neg)},
    [OK_ABSOLUTE] = {[OK_S8] = abs_s8, [OK_S16] = abs_s16, [OK_S32] = abs_s32,
                     [OK_S64] = abs_s64, FLTS(abs)},
    [OK_NOT] = {INTS(not), [OK_F16X2] = not_u32, [OK_BF16X2] = not_u32, [OK_F32] = not_u32,
                [OK_F64] = not_u64, [OK_F16] = not_u16, [OK_BF16] = not_u16},
    [OK_POPULATION_COUNT] = {[OK_U32] = popc_u32, [OK_S32] = popc_u32, [OK_U64] = popc_u64,
                             [OK_S64] = popc_u64, [OK_U16] = popc_u32, [OK_U8] = popc_u32},
    [OK_LEADING_ZEROS] = {[OK_U32] = clz_u32, [OK_S32] = clz_u32, [OK_U64] = clz_u64,
                          [OK_S64] = clz_u64, [OK_U16] = clz_u16},
    [OK_HIGHEST_BIT] = {[OK_U32] = high_u32, [OK_S32] = high_s32, [OK_U64] = high_u64,
                        [OK_S64] = high_s64},
    [OK_FIND_FIRST_SET] = {[OK_U32] = ffs_u32, [OK_S32] = ffs_u32, [OK_U64] = ffs_u64,
                           [OK_S64] = ffs_u64},
    [OK_REVERSE_BITS] = {[OK_U32] = reverse_u32, [OK_S32] = reverse_u32, [OK_U64] = reverse_u64,
                         [OK_S64] = reverse_u64, [OK_U16] = reverse_u16, [OK_U8] = reverse_u8},
    [OK_SQUARE_ROOT] = ROW_FLOAT(sqrt),
    [OK_RECIPROCAL_SQUARE_ROOT] = ROW_FLOAT(rsqrt),
    [OK_RECIPROCAL] = ROW_FLOAT(rcp),
    [OK_FLOOR] = ROW_FLOAT(floor),
    [OK_CEILING] = ROW_FLOAT(ceil),
    [OK_TRUNCATE] = ROW_FLOAT(trunc),
    [OK_ROUND_EVEN] = ROW_FLOAT(rint),
    [OK_ROUND_AWAY] = ROW_FLOAT(round),
    [OK_SINE] = ROW_FLOAT(sin),
    [OK_COSINE] = ROW_FLOAT(cos),
    [OK_TANGENT] = ROW_FLOAT(tan),
    [OK_ARC_SINE] = ROW_FLOAT(asin),
    [OK_ARC_COSINE] = ROW_FLOAT(acos),
    [OK_ARC_TANGENT] = ROW_FLOAT(atan),
    [OK_HYPERBOLIC_SINE] = ROW_FLOAT(sinh),
    [OK_HYPERBOLIC_COSINE] = ROW_FLOAT(cosh),
    [OK_HYPERBOLIC_TANGENT] = ROW_FLOAT(tanh),
    [OK_INVERSE_HYPERBOLIC_SINE] = ROW_FLOAT(asinh),
    [OK_INVERSE_HYPERBOLIC_COSINE] = ROW_FLOAT(acosh),
    [OK_INVERSE_HYPERBOLIC_TANGENT] = ROW_FLOAT(atanh),
    [OK_EXPONENTIAL] = ROW_FLOAT(exp),
    [OK_EXPONENTIAL2] = ROW_FLOAT(exp2),
    [OK_EXPONENTIAL10] = ROW_FLOAT(exp10),
    [OK_EXPONENTIAL_MINUS1] = ROW_FLOAT(expm1),
    [OK_LOGARITHM] = ROW_FLOAT(log),
    [OK_LOGARITHM2] = ROW_FLOAT(log2),
    [OK_LOGARITHM10] = ROW_FLOAT(log10),
    [OK_LOGARITHM1PLUS] = ROW_FLOAT(log1p),
    [OK_CUBE_ROOT] = ROW_FLOAT(cbrt),
    [OK_ERROR_FUNCTION] = ROW_FLOAT(erf),
    [OK_COMPLEMENTARY_ERROR_FUNCTION] = ROW_FLOAT(erfc),
    [OK_GAMMA] = ROW_FLOAT(gamma),
    [OK_LOG_GAMMA] = ROW_FLOAT(lgamma),
    [OK_INVERSE_ERROR_FUNCTION] = ROW_FLOAT(erfinv),
    [OK_NORMAL_DISTRIBUTION] = ROW_FLOAT(normcdf),
    [OK_SINE_PI] = ROW_FLOAT(sinpi),
    [OK_COSINE_PI] = ROW_FLOAT(cospi),
    [OK_BESSEL_J0] = ROW_FLOAT(j0),
    [OK_BESSEL_J1] = ROW_FLOAT(j1),
    [OK_IS_NAN] = ROW_ASK(isnan),
    [OK_IS_INFINITE] = ROW_ASK(isinf),
    [OK_IS_FINITE] = ROW_ASK(isfinite),
    [OK_SIGN_BIT] = ROW_ASK(signbit),
};
