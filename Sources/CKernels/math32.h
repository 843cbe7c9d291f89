#ifndef OK_MATH32_H
#define OK_MATH32_H

/* Single-precision functions by double arithmetic: within 1 unit in the last place, no branches and
 * no calls, so that a loop over lanes becomes vector code, with the same bits at every level. */

#include "half.h"

/* Adding and subtracting it rounds a double to a whole number. */
#define OK_ROUNDER 6755399441055744.0

/* 2^t for |t| <= 1100: t = n + r, a polynomial in r ln 2, and n added to the exponent in halves. */
OK_INLINE double ok_pow2(double t) {
  double shifted = t + OK_ROUNDER, n = shifted - OK_ROUNDER;
  double r = (t - n) * 0.693147180559945309;
  double p = 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  return ok_double(ok_bits64(p) + (ok_bits64(shifted) << 52));
}

OK_INLINE double ok_clamped(double t) {
  t = t < -200.0 ? -200.0 : t;
  return t > 200.0 ? 200.0 : t;
}

OK_INLINE float ok_exp2_f32(float x) {
  float r = (float)ok_pow2(ok_clamped((double)x));
  return x != x ? x : r;
}
OK_INLINE float ok_exp_f32(float x) {
  float r = (float)ok_pow2(ok_clamped((double)x * 1.44269504088896340736));
  return x != x ? x : r;
}
OK_INLINE float ok_exp10_f32(float x) {
  float r = (float)ok_pow2(ok_clamped((double)x * 3.32192809488736234787));
  return x != x ? x : r;
}

/* The natural logarithm of a positive finite double that came from a float: x = 2^e m with m
 * around 1, and ln m = 2 artanh((m - 1) / (m + 1)). */
OK_INLINE double ok_log_double(double x) {
  uint64_t b = ok_bits64(x);
  uint64_t shifted = b - UINT64_C(0x3fe6a09e667f3bcd);
  int64_t e = (int64_t)(shifted & UINT64_C(0xfff0000000000000));
  double m = ok_double(b - (uint64_t)e);
  /* e / 2^52 as a double without a 64-bit conversion, which AVX2 lacks. */
  double whole = ok_double(((uint64_t)e >> 52) + UINT64_C(0x4330000000000800) -
                           (((uint64_t)e >> 63) << 12)) - 4503599627372544.0;
  double s = (m - 1.0) / (m + 1.0), z = s * s;
  double p = 1.0 / 17;
  p = p * z + 1.0 / 15;
  p = p * z + 1.0 / 13;
  p = p * z + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  p = p * z + 1.0;
  return 2.0 * s * p + whole * 0.693147180559945309;
}

OK_INLINE float ok_log_scaled(float x, double scale) {
  float r = (float)(ok_log_double((double)x) * scale);
  r = x == 0 ? -__builtin_inff() : r;
  r = x == __builtin_inff() ? x : r;
  r = x < 0 ? __builtin_nanf("") : r;
  return x != x ? x : r;
}
OK_INLINE float ok_log_f32(float x) { return ok_log_scaled(x, 1.0); }
OK_INLINE float ok_log2_f32(float x) { return ok_log_scaled(x, 1.44269504088896340736); }
OK_INLINE float ok_log10_f32(float x) { return ok_log_scaled(x, 0.43429448190325182765); }

/* Beyond this the reduction below has too few digits, and libm takes over. */
#define OK_LARGE_ANGLE 1.0e8f

/* sin(x + quarter · π/2): x = n π/2 + r, and a polynomial of the sine or cosine of r. */
OK_INLINE float ok_sin_f32(float x, uint64_t quarter) {
  double d = (double)x;
  double shifted = d * 0.63661977236758134308 + OK_ROUNDER, n = shifted - OK_ROUNDER;
  /* π/2 in pieces of 24 bits: their products with n are exact. */
  double r = d - n * 1.57079625129699707031;
  r = r - n * 7.54978941586159635335e-08;
  r = r - n * 5.39030252995776476554e-15;
  uint64_t q = ok_bits64(shifted) + quarter;
  double z = r * r;
  double s = 1.0 / 6227020800.0;
  s = s * z - 1.0 / 39916800;
  s = s * z + 1.0 / 362880;
  s = s * z - 1.0 / 5040;
  s = s * z + 1.0 / 120;
  s = s * z - 1.0 / 6;
  s = s * z * r + r;
  double c = -1.0 / 87178291200.0;
  c = c * z + 1.0 / 479001600;
  c = c * z - 1.0 / 3628800;
  c = c * z + 1.0 / 40320;
  c = c * z - 1.0 / 720;
  c = c * z + 1.0 / 24;
  c = c * z - 0.5;
  c = c * z + 1.0;
  double v = (q & 1) ? c : s;
  v = (q & 2) ? -v : v;
  float result = (float)v;
  return (quarter == 0 && x == 0) ? x : result;
}

/* tanh: a series near zero, 1 - 2 / (exp(2|x|) + 1) beyond. */
OK_INLINE float ok_tanh_f32(float x) {
  double d = (double)(x < 0 ? -x : x), z = d * d;
  double p = -0.00145583438705131827;
  p = p * z + 0.00359212803657248102;
  p = p * z - 0.00886323552990219656;
  p = p * z + 0.02186948853615520282;
  p = p * z - 0.05396825396825396825;
  p = p * z + 0.13333333333333333333;
  p = p * z - 0.33333333333333333333;
  double near_zero = p * z * d + d;
  double far = 1.0 - 2.0 / (ok_pow2(ok_clamped(d * 2.88539008177792681472)) + 1.0);
  float r = (float)(d < 0.35 ? near_zero : far);
  r = ok_float(ok_bits(r) | (ok_bits(x) & 0x80000000u));
  return x != x ? x : r;
}

OK_INLINE float ok_rsqrt_f32(float x) { return (float)(1.0 / __builtin_sqrt((double)x)); }

#endif
