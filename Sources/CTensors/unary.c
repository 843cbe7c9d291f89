/* Elementwise functions of one argument. */
#include <math.h>
#include <stddef.h>

#include "ct_clones.h"
#include "ct_elementwise.h"
#include "math_f32.h"

#define UNARY(NAME, T, EXPRESSION)                                                            \
  CT_CLONES static void NAME(void *out, const void *const *in, int64_t n, const double *p) {  \
    T *o = out;                                                                               \
    const T *v = in[0];                                                                       \
    (void)p;                                                                                  \
    for (int64_t i = 0; i < n; i++) {                                                         \
      T x = v[i];                                                                             \
      o[i] = (T)(EXPRESSION);                                                                 \
    }                                                                                         \
  }

static inline double sigmoid(double x) {
  double e = exp(-fabs(x));
  return (x < 0 ? e : 1) / (1 + e);
}

#define FLOATS(NAME, SINGLE, DOUBLE)  \
  UNARY(NAME##_f32, float, SINGLE)    \
  UNARY(NAME##_f64, double, DOUBLE)

/* Whole arithmetic wraps: it is done without sign. */
#define INTEGERS(NAME, EXPRESSION)        \
  UNARY(NAME##_i64, int64_t, EXPRESSION)  \
  UNARY(NAME##_i32, int32_t, EXPRESSION)  \
  UNARY(NAME##_i8, int8_t, EXPRESSION)    \
  UNARY(NAME##_u8, uint8_t, EXPRESSION)

FLOATS(neg, -x, -x)
INTEGERS(neg, 0 - (uint64_t)x)
FLOATS(abs, fabsf(x), fabs(x))
INTEGERS(abs, x < 0 ? 0 - (uint64_t)x : (uint64_t)x)
FLOATS(sign, x > 0 ? 1.0f : x < 0 ? -1.0f : x == 0 ? 0.0f : x, x > 0 ? 1.0 : x < 0 ? -1.0 : x == 0 ? 0.0 : x)
INTEGERS(sign, (x > 0) - (x < 0))
FLOATS(square, x * x, x * x)
INTEGERS(square, (uint64_t)x * (uint64_t)x)
FLOATS(sqrt, sqrtf(x), sqrt(x))
FLOATS(rsqrt, 1.0f / sqrtf(x), 1.0 / sqrt(x))
FLOATS(reciprocal, 1.0f / x, 1.0 / x)
FLOATS(floor, floorf(x), floor(x))
FLOATS(ceil, ceilf(x), ceil(x))
FLOATS(round, rintf(x), rint(x))
FLOATS(trunc, truncf(x), trunc(x))
/* The comparison is false for NaN, which therefore passes on. */
FLOATS(relu, x < 0 ? 0.0f : x, x < 0 ? 0.0 : x)
INTEGERS(relu, x < 0 ? 0 : x)
FLOATS(exp, ct_exp_f32(x), exp(x))
FLOATS(expm1, expm1f(x), expm1(x))
FLOATS(log, logf(x), log(x))
FLOATS(log1p, log1pf(x), log1p(x))
FLOATS(log2, log2f(x), log2(x))
FLOATS(log10, log10f(x), log10(x))
FLOATS(sin, sinf(x), sin(x))
FLOATS(cos, cosf(x), cos(x))
FLOATS(tanh, ct_tanh_f32(x), tanh(x))
FLOATS(erf, erff(x), erf(x))
FLOATS(sigmoid, ct_sigmoid_f32(x), sigmoid(x))
/* At -infinity the formulas below are infinity times zero, NaN, as elsewhere. */
FLOATS(silu, x * ct_sigmoid_f32(x), x * sigmoid(x))
/* erfc keeps the digits of the left tail, where 1 + erf would cancel. */
FLOATS(gelu, 0.5f * x * (float)erfc((double)x * -M_SQRT1_2), 0.5 * x * erfc(x * -M_SQRT1_2))
/* 0.5 (1 + tanh u) is sigmoid(2u), which does not cancel either. */
FLOATS(gelu_tanh,
       x * ct_sigmoid_f32(1.5957691216057308f * (x + 0.044715f * x * x * x)),
       x * sigmoid(1.5957691216057308 * (x + 0.044715 * x * x * x)))
INTEGERS(bitnot, ~x)
UNARY(bitnot_bool, uint8_t, !x)
FLOATS(clamp, x < (float)p[0] ? (float)p[0] : x > (float)p[1] ? (float)p[1] : x,
       x < p[0] ? p[0] : x > p[1] ? p[1] : x)
FLOATS(scale_shift, x * (float)p[0] + (float)p[1], x * p[0] + p[1])

#define FLOAT_ROW(NAME) {NAME##_f64, NAME##_f32}
#define FULL_ROW(NAME) {NAME##_f64, NAME##_f32, NULL, NULL, NULL, NULL, NAME##_i64, NAME##_i32, NAME##_i8, NAME##_u8}

ct_kernel ct_unary_kernel(int operation, int dtype) {
  static const ct_kernel table[CT_UNARY_COUNT][CT_DTYPES] = {
      [CT_NEG] = FULL_ROW(neg),
      [CT_ABS] = FULL_ROW(abs),
      [CT_SIGN] = FULL_ROW(sign),
      [CT_SQUARE] = FULL_ROW(square),
      [CT_SQRT] = FLOAT_ROW(sqrt),
      [CT_RSQRT] = FLOAT_ROW(rsqrt),
      [CT_RECIPROCAL] = FLOAT_ROW(reciprocal),
      [CT_FLOOR] = FLOAT_ROW(floor),
      [CT_CEIL] = FLOAT_ROW(ceil),
      [CT_ROUND] = FLOAT_ROW(round),
      [CT_TRUNC] = FLOAT_ROW(trunc),
      [CT_RELU] = FULL_ROW(relu),
      [CT_EXP] = FLOAT_ROW(exp),
      [CT_EXPM1] = FLOAT_ROW(expm1),
      [CT_LOG] = FLOAT_ROW(log),
      [CT_LOG1P] = FLOAT_ROW(log1p),
      [CT_LOG2] = FLOAT_ROW(log2),
      [CT_LOG10] = FLOAT_ROW(log10),
      [CT_SIN] = FLOAT_ROW(sin),
      [CT_COS] = FLOAT_ROW(cos),
      [CT_TANH] = FLOAT_ROW(tanh),
      [CT_ERF] = FLOAT_ROW(erf),
      [CT_SIGMOID] = FLOAT_ROW(sigmoid),
      [CT_SILU] = FLOAT_ROW(silu),
      [CT_GELU] = FLOAT_ROW(gelu),
      [CT_GELU_TANH] = FLOAT_ROW(gelu_tanh),
      [CT_BITNOT] = {NULL, NULL, NULL, NULL, NULL, NULL, bitnot_i64, bitnot_i32, bitnot_i8, bitnot_u8, bitnot_bool},
      [CT_CLAMP] = FLOAT_ROW(clamp),
      [CT_SCALE_SHIFT] = FLOAT_ROW(scale_shift),
  };
  return table[operation][dtype];
}
