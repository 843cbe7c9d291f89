/* Elementwise functions of two arguments, and the choice between two by a mask. */
#include <math.h>
#include <stddef.h>

#include "ct_clones.h"
#include "ct_elementwise.h"

#define BINARY(NAME, R, T, EXPRESSION)                                                        \
  CT_CLONES static void NAME(void *out, const void *const *in, int64_t n, const double *p) {  \
    R *o = out;                                                                               \
    const T *v = in[0], *w = in[1];                                                           \
    (void)p;                                                                                  \
    for (int64_t i = 0; i < n; i++) {                                                         \
      T x = v[i], y = w[i];                                                                   \
      o[i] = (R)(EXPRESSION);                                                                 \
    }                                                                                         \
  }

#define FLOATS(NAME, SINGLE, DOUBLE)       \
  BINARY(NAME##_f32, float, float, SINGLE) \
  BINARY(NAME##_f64, double, double, DOUBLE)

#define INTEGERS(NAME, EXPRESSION)                 \
  BINARY(NAME##_i64, int64_t, int64_t, EXPRESSION) \
  BINARY(NAME##_i32, int32_t, int32_t, EXPRESSION) \
  BINARY(NAME##_i8, int8_t, int8_t, EXPRESSION)    \
  BINARY(NAME##_u8, uint8_t, uint8_t, EXPRESSION)

#define COMPARISON(NAME, OP)                      \
  BINARY(NAME##_f64, uint8_t, double, x OP y)     \
  BINARY(NAME##_f32, uint8_t, float, x OP y)      \
  BINARY(NAME##_i64, uint8_t, int64_t, x OP y)    \
  BINARY(NAME##_i32, uint8_t, int32_t, x OP y)    \
  BINARY(NAME##_i8, uint8_t, int8_t, x OP y)      \
  BINARY(NAME##_u8, uint8_t, uint8_t, x OP y)

/* The remainder has the divisor's sign, as Lua's %; an exact zero takes it too. */
static inline double floored_remainder(double x, double y) {
  double r = fmod(x, y);
  if (r == 0) return copysign(0.0, y);
  return (r < 0) != (y < 0) ? r + y : r;
}

static inline double floored_quotient(double x, double y) {
  if (y == 0) return x / y;
  double r = fmod(x, y);
  double q = (x - r) / y;
  if (r != 0 && (r < 0) != (y < 0)) q -= 1;
  if (q == 0) return copysign(0.0, x / y);
  double whole = floor(q);
  return q - whole > 0.5 ? whole + 1 : whole;
}

/* Whole division; a zero divisor was refused before, and the one overflow wraps. */
static inline int64_t floor_divide_whole(int64_t x, int64_t y) {
  if (y == 0) return 0;
  if (y == -1) return (int64_t)(0 - (uint64_t)x);
  int64_t q = x / y;
  return x % y != 0 && (x < 0) != (y < 0) ? q - 1 : q;
}

static inline int64_t remainder_whole(int64_t x, int64_t y) {
  if (y == 0 || y == -1) return 0;
  int64_t r = x % y;
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

static inline int64_t power_whole(int64_t x, int64_t y) {
  if (y < 0) return x == 1 ? 1 : x == -1 ? (y & 1 ? -1 : 1) : 0;
  uint64_t base = (uint64_t)x, result = 1;
  for (; y > 0; y >>= 1, base *= base)
    if (y & 1) result *= base;
  return (int64_t)result;
}

/* Shifts by the width or more give what the last bit out would: 0, or the sign. */
static inline int64_t shift_left(int64_t x, int64_t y, int width) {
  return y < 0 || y >= width ? 0 : (int64_t)((uint64_t)x << y);
}

static inline int64_t shift_right(int64_t x, int64_t y, int width) {
  return y < 0 || y >= width ? (x < 0 ? -1 : 0) : x >> y;
}

FLOATS(add, x + y, x + y)
INTEGERS(add, (uint64_t)x + (uint64_t)y)
FLOATS(sub, x - y, x - y)
INTEGERS(sub, (uint64_t)x - (uint64_t)y)
FLOATS(mul, x *y, x *y)
INTEGERS(mul, (uint64_t)x *(uint64_t)y)
FLOATS(div, x / y, x / y)
/* Either NaN passes on; of two zeros the sign decides, as IEEE 754-2019 maximum does. */
FLOATS(maximum, x != x ? x : x > y ? x : x == y ? (signbit(x) ? y : x) : y,
       x != x ? x : x > y ? x : x == y ? (signbit(x) ? y : x) : y)
FLOATS(minimum, x != x ? x : x < y ? x : x == y ? (signbit(x) ? x : y) : y,
       x != x ? x : x < y ? x : x == y ? (signbit(x) ? x : y) : y)
INTEGERS(maximum, x > y ? x : y)
INTEGERS(minimum, x < y ? x : y)
FLOATS(pow, powf(x, y), pow(x, y))
INTEGERS(pow, power_whole(x, y))
FLOATS(remainder, (float)floored_remainder(x, y), floored_remainder(x, y))
INTEGERS(remainder, remainder_whole(x, y))
FLOATS(fmod, fmodf(x, y), fmod(x, y))
INTEGERS(fmod, y == 0 || (int64_t)y == -1 ? 0 : (int64_t)x % (int64_t)y)
FLOATS(floor_divide, (float)floored_quotient(x, y), floored_quotient(x, y))
INTEGERS(floor_divide, floor_divide_whole(x, y))
INTEGERS(and, x &y)
INTEGERS(or, x | y)
INTEGERS(xor, x ^ y)
INTEGERS(shl, shift_left(x, y, 8 * (int)sizeof x))
INTEGERS(shr, shift_right(x, y, 8 * (int)sizeof x))
COMPARISON(eq, ==)
COMPARISON(ne, !=)
COMPARISON(lt, <)
COMPARISON(le, <=)
COMPARISON(gt, >)
COMPARISON(ge, >=)

/* A byte of 0 or 1 behaves as a small number in all but arithmetic, where bool has no kernel. */
#define FULL_ROW(NAME) {NAME##_f64, NAME##_f32, NULL, NULL, NULL, NULL, NAME##_i64, NAME##_i32, NAME##_i8, NAME##_u8}
#define TRUTH_ROW(NAME) {NAME##_f64, NAME##_f32, NULL, NULL, NULL, NULL, NAME##_i64, NAME##_i32, NAME##_i8, NAME##_u8, NAME##_u8}
#define BITS_ROW(NAME) {NULL, NULL, NULL, NULL, NULL, NULL, NAME##_i64, NAME##_i32, NAME##_i8, NAME##_u8, NAME##_u8}

ct_kernel ct_binary_kernel(int operation, int dtype) {
  static const ct_kernel table[CT_BINARY_COUNT][CT_DTYPES] = {
      [CT_ADD] = FULL_ROW(add),
      [CT_SUB] = FULL_ROW(sub),
      [CT_MUL] = FULL_ROW(mul),
      [CT_DIV] = {div_f64, div_f32},
      [CT_MAXIMUM] = TRUTH_ROW(maximum),
      [CT_MINIMUM] = TRUTH_ROW(minimum),
      [CT_POW] = FULL_ROW(pow),
      [CT_REMAINDER] = FULL_ROW(remainder),
      [CT_FMOD] = FULL_ROW(fmod),
      [CT_FLOOR_DIVIDE] = FULL_ROW(floor_divide),
      [CT_AND] = BITS_ROW(and),
      [CT_OR] = BITS_ROW(or),
      [CT_XOR] = BITS_ROW(xor),
      [CT_SHL] = {NULL, NULL, NULL, NULL, NULL, NULL, shl_i64, shl_i32, shl_i8, shl_u8},
      [CT_SHR] = {NULL, NULL, NULL, NULL, NULL, NULL, shr_i64, shr_i32, shr_i8, shr_u8},
      [CT_EQ] = TRUTH_ROW(eq),
      [CT_NE] = TRUTH_ROW(ne),
      [CT_LT] = TRUTH_ROW(lt),
      [CT_LE] = TRUTH_ROW(le),
      [CT_GT] = TRUTH_ROW(gt),
      [CT_GE] = TRUTH_ROW(ge),
  };
  return table[operation][dtype];
}

#define WHERE(NAME, T)                                                                        \
  CT_CLONES static void NAME(void *out, const void *const *in, int64_t n, const double *p) {  \
    T *o = out;                                                                               \
    const uint8_t *mask = in[0];                                                              \
    const T *v = in[1], *w = in[2];                                                           \
    (void)p;                                                                                  \
    for (int64_t i = 0; i < n; i++) o[i] = mask[i] ? v[i] : w[i];                             \
  }

WHERE(where_8, uint8_t)
WHERE(where_16, uint16_t)
WHERE(where_32, uint32_t)
WHERE(where_64, uint64_t)

ct_kernel ct_where_kernel(int dtype) {
  switch (ct_itemsize(dtype)) {
    case 1: return where_8;
    case 2: return where_16;
    case 4: return where_32;
    default: return where_64;
  }
}
