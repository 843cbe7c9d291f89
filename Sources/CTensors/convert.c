/* Conversions between dtypes, and reading and writing strided blocks through them. */
#include <math.h>
#include <string.h>

#include "ct_clones.h"
#include "ct_types.h"

int ct_itemsize(int dtype) {
  static const int sizes[CT_DTYPES] = {8, 4, 2, 2, 1, 1, 8, 4, 1, 1, 1};
  return sizes[dtype];
}

uint32_t ct_encode_float(double x, int ebits, int mbits, int specials, int saturate) {
  uint64_t pattern;
  memcpy(&pattern, &x, 8);
  uint32_t sign = (uint32_t)(pattern >> 63) << (ebits + mbits);
  int bias = (1 << (ebits - 1)) - 1;
  uint32_t top = (1u << ebits) - 1;
  uint32_t infinity = top << mbits;
  uint32_t nan = specials == 0 ? infinity | 1u << (mbits - 1) : specials == 1 ? (1u << (ebits + mbits)) - 1 : 0;
  uint32_t largest = specials == 0 ? infinity - 1 : specials == 1 ? nan - 1 : (1u << (ebits + mbits)) - 1;
  uint32_t overflow = saturate || specials == 2 ? largest : specials == 0 ? infinity : nan;
  if (isnan(x)) return sign | nan;
  if (isinf(x)) return sign | overflow;
  double size = fabs(x);
  if (size == 0) return sign;
  int exponent;
  frexp(size, &exponent);
  exponent -= 1; /* size = 1.f * 2^exponent */
  if (exponent < 1 - bias) exponent = 1 - bias;
  /* In units of the last place this is exact: only the exponent changes. rint ties to even. */
  double units = rint(scalbn(size, mbits - exponent));
  if (units >= (double)(2u << mbits)) {
    units /= 2;
    exponent += 1;
  }
  if (exponent > (1 << ebits)) return sign | overflow;
  uint32_t whole = (uint32_t)units;
  /* A subnormal has no hidden bit; rounding up to the first normal number carries by itself. */
  uint32_t bits = whole + ((uint32_t)(exponent + bias - 1) << mbits);
  return sign | (bits > largest ? overflow : bits);
}

double ct_decode_float(uint32_t bits, int ebits, int mbits, int specials) {
  int bias = (1 << (ebits - 1)) - 1;
  uint32_t mantissa = bits & ((1u << mbits) - 1);
  int exponent = (int)(bits >> mbits & ((1u << ebits) - 1));
  double sign = bits >> (ebits + mbits) & 1 ? -1.0 : 1.0;
  int top = (1 << ebits) - 1;
  if (specials == 0 && exponent == top) return mantissa ? NAN : sign * INFINITY;
  if (specials == 1 && exponent == top && mantissa == (1u << mbits) - 1) return NAN;
  if (exponent == 0) return sign * scalbn(mantissa, 1 - bias - mbits);
  return sign * scalbn((double)(mantissa | 1u << mbits), exponent - bias - mbits);
}

static float f16_value(uint16_t bits) {
  uint32_t sign = (uint32_t)(bits & 0x8000) << 16, rest = bits & 0x7FFF;
  float value;
  /* Subnormals: the mantissa as an integer, exact. Others: rebias the exponent, by integers. */
  if (rest < 0x400) {
    value = (float)rest * 0x1p-24f;
    uint32_t pattern;
    memcpy(&pattern, &value, 4);
    pattern |= sign;
    memcpy(&value, &pattern, 4);
    return value;
  }
  uint32_t pattern = sign | (rest << 13) + (rest >= 0x7C00 ? 0x70000000u : 0x38000000u);
  memcpy(&value, &pattern, 4);
  return value;
}

static inline float bf16_value(uint16_t bits) {
  uint32_t pattern = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &pattern, 4);
  return value;
}

static inline uint16_t bf16_bits(float x) {
  uint32_t pattern;
  memcpy(&pattern, &x, 4);
  uint32_t rounded = (pattern + 0x7FFF + (pattern >> 16 & 1)) >> 16;
  return (uint16_t)((pattern & 0x7FFFFFFF) > 0x7F800000 ? (pattern >> 16 | 0x40) : rounded);
}

/* Rounds by integer arithmetic, with selections instead of branches so that it vectorises. */
static inline uint16_t f16_bits(float x) {
  uint32_t pattern, small, normal;
  memcpy(&pattern, &x, 4);
  uint32_t sign = pattern >> 16 & 0x8000, size = pattern & 0x7FFFFFFF;
  /* Below 2^-14, adding 1/2 lets the float unit round at the place of the last f16 bit. */
  float value;
  memcpy(&value, &size, 4);
  value += 0.5f;
  memcpy(&small, &value, 4);
  small -= 0x3F000000;
  normal = (size + 0xC8000FFF + (size >> 13 & 1)) >> 13;
  uint32_t special = size > 0x7F800000 ? 0x7E00 : 0x7C00;
  uint32_t bits = size < 0x38800000 ? small : size >= 0x47800000 ? special : normal;
  return (uint16_t)(sign | bits);
}

static inline int64_t to_i64(double x) {
  if (!(x == x)) return 0;
  if (x >= 0x1p63) return INT64_MAX;
  return x <= -0x1p63 ? INT64_MIN : (int64_t)x;
}

static inline int32_t to_i32(double x) {
  if (!(x == x)) return 0;
  return x >= 0x1p31 ? INT32_MAX : x <= -0x1p31 ? INT32_MIN : (int32_t)x;
}

#define SAME(x) (x)
#define TRUTH(x) ((x) != 0)
#define WRAP8(x) ((int8_t)to_i32(x))
#define WRAPU8(x) ((uint8_t)to_i32(x))
#define LOOP(NAME, TO, FROM, CONVERT)                                            \
  CT_CLONES static void NAME(void *out, const void *in, int64_t n) {             \
    TO *o = out;                                                                 \
    const FROM *x = in;                                                          \
    for (int64_t i = 0; i < n; i++) o[i] = (TO)CONVERT(x[i]);                    \
  }

/* The dtypes with native arithmetic; bool is stored as a byte of 0 or 1. */
#define FROM_FLOAT(S, FROM)          \
  LOOP(S##_f64, double, FROM, SAME)  \
  LOOP(S##_f32, float, FROM, SAME)   \
  LOOP(S##_i64, int64_t, FROM, to_i64) \
  LOOP(S##_i32, int32_t, FROM, to_i32) \
  LOOP(S##_i8, int8_t, FROM, WRAP8)  \
  LOOP(S##_u8, uint8_t, FROM, WRAPU8) \
  LOOP(S##_bool, uint8_t, FROM, TRUTH)
#define FROM_INTEGER(S, FROM)        \
  LOOP(S##_f64, double, FROM, SAME)  \
  LOOP(S##_f32, float, FROM, SAME)   \
  LOOP(S##_i64, int64_t, FROM, SAME) \
  LOOP(S##_i32, int32_t, FROM, SAME) \
  LOOP(S##_i8, int8_t, FROM, SAME)   \
  LOOP(S##_u8, uint8_t, FROM, SAME)  \
  LOOP(S##_bool, uint8_t, FROM, TRUTH)

FROM_FLOAT(f64, double)
FROM_FLOAT(f32, float)
FROM_INTEGER(i64, int64_t)
FROM_INTEGER(i32, int32_t)
FROM_INTEGER(i8, int8_t)
FROM_INTEGER(u8, uint8_t)

typedef void (*converter)(void *, const void *, int64_t);
#define ROW(S) {S##_f64, S##_f32, S##_i64, S##_i32, S##_i8, S##_u8, S##_bool}

static int is_narrow_float(int dtype) { return dtype >= CT_F16 && dtype <= CT_F8E5M2; }

static int native_number(int dtype) { return dtype <= CT_F32 ? dtype : dtype - CT_I64 + 2; }

static converter between(int in, int out) {
  static const converter table[7][7] = {ROW(f64), ROW(f32), ROW(i64), ROW(i32),
                                        ROW(i8),  ROW(u8),  ROW(u8)};
  return table[native_number(in)][native_number(out)];
}

CT_CLONES static void widen_bf16(float *out, const uint16_t *in, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = bf16_value(in[i]);
}

CT_CLONES static void narrow_bf16(uint16_t *out, const float *in, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = bf16_bits(in[i]);
}

CT_CLONES static void narrow_f16(uint16_t *out, const float *in, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = f16_bits(in[i]);
}

CT_CLONES static void widen_f16(float *out, const uint16_t *in, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = f16_value(in[i]);
}

static void widen(float *out, const void *in, int dtype, int64_t n) {
  const uint8_t *bytes = in;
  switch (dtype) {
    case CT_F16: widen_f16(out, in, n); break;
    case CT_BF16: widen_bf16(out, in, n); break;
    case CT_F8E4M3: for (int64_t i = 0; i < n; i++) out[i] = (float)ct_decode_float(bytes[i], 4, 3, 1); break;
    default: for (int64_t i = 0; i < n; i++) out[i] = (float)ct_decode_float(bytes[i], 5, 2, 0); break;
  }
}

static void narrow(void *out, int dtype, const double *in, int64_t n, int saturate) {
  uint16_t *halves = out;
  uint8_t *bytes = out;
  for (int64_t i = 0; i < n; i++) switch (dtype) {
    case CT_F16: halves[i] = (uint16_t)ct_encode_float(in[i], 5, 10, 0, 0); break;
    case CT_BF16: halves[i] = (uint16_t)ct_encode_float(in[i], 8, 7, 0, 0); break;
    case CT_F8E4M3: bytes[i] = (uint8_t)ct_encode_float(in[i], 4, 3, 1, saturate); break;
    default: bytes[i] = (uint8_t)ct_encode_float(in[i], 5, 2, 0, saturate); break;
  }
}

static void convert(void *out, int to, const void *in, int from, int64_t n, int saturate) {
  if (to == from) {
    memcpy(out, in, (size_t)(n * ct_itemsize(to)));
    return;
  }
  if (!is_narrow_float(from) && !is_narrow_float(to)) {
    between(from, to)(out, in, n);
    return;
  }
  if (from == CT_F32 && to == CT_BF16) {
    narrow_bf16(out, in, n);
    return;
  }
  if (from == CT_F32 && to == CT_F16) {
    narrow_f16(out, in, n);
    return;
  }
  float single[CT_CHUNK];
  double wide[CT_CHUNK];
  int in_size = ct_itemsize(from), out_size = ct_itemsize(to);
  for (int64_t at = 0; at < n; at += CT_CHUNK) {
    int64_t count = n - at < CT_CHUNK ? n - at : CT_CHUNK;
    const char *source = (const char *)in + at * in_size;
    char *target = (char *)out + at * out_size;
    int middle = from;
    if (is_narrow_float(from)) {
      widen(single, source, from, count);
      source = (const char *)single;
      middle = CT_F32;
    }
    if (is_narrow_float(to)) {
      between(middle, CT_F64)(wide, source, count);
      narrow(target, to, wide, count, saturate);
    } else {
      between(middle, to)(target, source, count);
    }
  }
}

void ct_convert(void *out, int out_dtype, const void *in, int in_dtype, int64_t n) {
  convert(out, out_dtype, in, in_dtype, n, 0);
}

void ct_convert_saturating(void *out, int out_dtype, const void *in, int in_dtype, int64_t n) {
  convert(out, out_dtype, in, in_dtype, n, 1);
}
