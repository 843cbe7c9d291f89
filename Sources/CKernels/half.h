#ifndef OK_HALF_H
#define OK_HALF_H

/* Half precision and bfloat16 by integer arithmetic: the same bits at every vector level, and no
 * branches, so that loops over lanes become vector code. */

#include "machine.h"

OK_INLINE uint32_t ok_bits(float x) { uint32_t b; memcpy(&b, &x, 4); return b; }
OK_INLINE float ok_float(uint32_t b) { float x; memcpy(&x, &b, 4); return x; }
OK_INLINE uint64_t ok_bits64(double x) { uint64_t b; memcpy(&b, &x, 8); return b; }
OK_INLINE double ok_double(uint64_t b) { double x; memcpy(&x, &b, 8); return x; }

OK_INLINE float ok_from_f16(uint32_t h) {
  uint32_t sign = (h & 0x8000u) << 16, rest = (h & 0x7fffu) << 13;
  /* Scaling by 2^112 moves the exponent and makes subnormals normal; infinity and NaN go apart. */
  float scaled = ok_float(rest) * 0x1p112f;
  uint32_t special = rest | 0x7f800000u;
  return ok_float(sign | (rest >= 0x0f800000u ? special : ok_bits(scaled)));
}

OK_INLINE uint32_t ok_to_f16(float x) {
  uint32_t b = ok_bits(x), sign = (b >> 16) & 0x8000u, size = b & 0x7fffffffu;
  /* Below 2^-14: adding 1/2 leaves a subnormal's digits, rounded, in the low bits. */
  uint32_t small = ok_bits(ok_float(size) + 0.5f) - 0x3f000000u;
  uint32_t normal = (size - 0x38000000u + 0xfffu + ((size >> 13) & 1u)) >> 13;
  uint32_t nan = 0x7fffu;
  uint32_t r = size < 0x38800000u ? small : normal;
  r = size >= 0x47800000u ? 0x7c00u : r;
  r = size > 0x7f800000u ? nan : r;
  return size > 0x7f800000u ? nan : sign | r;
}

OK_INLINE float ok_from_bf16(uint32_t h) { return ok_float(h << 16); }

OK_INLINE uint32_t ok_to_bf16(float x) {
  uint32_t b = ok_bits(x);
  uint32_t rounded = (b + 0x7fffu + ((b >> 16) & 1u)) >> 16;
  return (b & 0x7fffffffu) > 0x7f800000u ? 0x7fffu : rounded;
}

/* Rounds a double to a float whose last bit remembers what was cut off, so that rounding it once
 * more gives the nearest value of the narrower format. */
OK_INLINE float ok_to_odd(double x) {
  float f = (float)x;
  double back = (double)f;
  uint32_t b = ok_bits(f);
  int inexact = back != x && x == x;
  int outward = (x < 0 ? -back : back) > (x < 0 ? -x : x);
  uint32_t odd = (b & 1u) ? b : (outward ? b - 1u : b + 1u);
  return ok_float(inexact ? odd : b);
}

/* a·b + c rounded once to a narrow format: the product is exact in double, the sum keeps a sticky
 * last bit. */
OK_INLINE float ok_narrow_fma(float a, float b, float c) {
  double p = (double)a * (double)b, s = p + (double)c;
  double t = s - p, error = (p - (s - t)) + ((double)c - t);
  uint64_t bits = ok_bits64(s);
  int away = (error < 0) != (s < 0); /* the exact sum is nearer to zero than s */
  uint64_t odd = (bits & 1u) ? bits : (away ? bits - 1u : bits + 1u);
  int inexact = error != 0 && error == error && s - s == 0;
  return ok_to_odd(ok_double(inexact ? odd : bits));
}

#endif
