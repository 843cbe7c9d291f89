#ifndef CT_MATH_F32_H
#define CT_MATH_F32_H

/* Single-precision functions that compilers turn into vector code: no branches, no calls. */

#include <stdint.h>
#include <string.h>

static inline float ct_pow2(int32_t n) {
  uint32_t bits = (uint32_t)(n + 127) << 23;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

/* exp(x) within 1.5 units in the last place, subnormal results included; NaN passes on.
 * x = n ln 2 + r, a polynomial in r (Cephes expf), and 2^n in two factors so that neither
 * overflows before the product does. */
static inline float ct_exp_f32(float x) {
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  const float shift = 12582912.0f; /* 1.5 * 2^23: adding it rounds to a whole number */
  float rounded = x * 1.44269504088896341f + shift;
  float n = rounded - shift;
  float r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  int32_t bits;
  memcpy(&bits, &rounded, 4);
  int32_t whole = bits - 0x4B400000; /* the low mantissa bits of `rounded` hold n */
  int32_t half = whole >> 1;
  /* A NaN has any bits here; the factor is clamped so that it stays a number times NaN. */
  half = half < -80 ? -80 : half > 80 ? 80 : half;
  int32_t other = whole - half;
  other = other < -80 ? -80 : other > 80 ? 80 : other;
  return p * ct_pow2(half) * ct_pow2(other);
}

/* 1 / (1 + exp(-x)) without overflow on either side. */
static inline float ct_sigmoid_f32(float x) {
  float e = ct_exp_f32(x < 0 ? x : -x);
  return (x < 0 ? e : 1.0f) / (1.0f + e);
}

/* tanh(x): a polynomial near zero (Cephes tanhf), 1 - 2 / (exp(2|x|) + 1) beyond. */
static inline float ct_tanh_f32(float x) {
  float size = x < 0 ? -x : x;
  float z = x * x;
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  float near_zero = p * z * x + x;
  float far = 1.0f - 2.0f / (ct_exp_f32(2.0f * size) + 1.0f);
  far = x < 0 ? -far : far;
  return size < 0.625f ? near_zero : far;
}

#endif
