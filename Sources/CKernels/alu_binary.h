/* Operations on two values, by type. Included once per vector level. */

/* ---- integers ---- */
#define WRAP2(NAME, EXPR)                                                            \
  MAP2(NAME##_u8, u8, EXPR) MAP2(NAME##_s8, s8, EXPR) MAP2(NAME##_u16, u16, EXPR)    \
  MAP2(NAME##_s16, s16, EXPR) MAP2(NAME##_u32, u32, EXPR) MAP2(NAME##_s32, s32, EXPR) \
  MAP2(NAME##_u64, u64, EXPR) MAP2(NAME##_s64, s64, EXPR)
WRAP2(add, (uint64_t)a + (uint64_t)b)
WRAP2(sub, (uint64_t)a - (uint64_t)b)
WRAP2(mul, (uint64_t)a * (uint64_t)b)
WRAP2(and, a & b)
WRAP2(or, a | b)
WRAP2(xor, a ^ b)
WRAP2(min, a < b ? a : b)
WRAP2(max, a > b ? a : b)

/* Division as the hardware's sequences do it: by zero all bits are set and the remainder is the
 * dividend; the lowest number by -1 is itself. */
#define DIVIDE2(K)                                              \
  EACH2(div_##K, K, b == 0 ? (VT_##K)~(VT_##K)0 : a / b)        \
  EACH2(rem_##K, K, b == 0 ? a : a % b)
DIVIDE2(u8) DIVIDE2(s8) DIVIDE2(u16) DIVIDE2(s16) DIVIDE2(u32) DIVIDE2(u64)
EACH2(div_s32, s32, b == 0 ? -1 : b == -1 ? (int32_t)(0u - (uint32_t)a) : a / b)
EACH2(rem_s32, s32, b == 0 ? a : b == -1 ? 0 : a % b)
EACH2(div_s64, s64, b == 0 ? -1 : b == -1 ? (int64_t)(UINT64_C(0) - (uint64_t)a) : a / b)
EACH2(rem_s64, s64, b == 0 ? a : b == -1 ? 0 : a % b)

MAP2(mulhi_u16, u16, ((uint32_t)a * b) >> 16)
MAP2(mulhi_s16, s16, ((int32_t)a * b) >> 16)
MAP2(mulhi_u32, u32, ((uint64_t)a * b) >> 32)
MAP2(mulhi_s32, s32, ((int64_t)a * b) >> 32)
MAP2(mulhi_u64, u64, (uint64_t)(((unsigned __int128)a * b) >> 64))
MAP2(mulhi_s64, s64, (uint64_t)(((__int128)a * b) >> 64))
MAP2(mul24_u32, u32, (a & 0xffffffu) * (b & 0xffffffu))
MAP2(mul24_s32, s32, (uint32_t)((int32_t)((uint32_t)a << 8) >> 8) *
                         (uint32_t)((int32_t)((uint32_t)b << 8) >> 8))
MAP2(average_u32, u32, (a & b) + ((a ^ b) >> 1))
MAP2(average_s32, s32, (a & b) + ((a ^ b) >> 1))
MAP2(average1_u32, u32, (a | b) - ((a ^ b) >> 1))
MAP2(average1_s32, s32, (a | b) - ((a ^ b) >> 1))
MAP2(addsat_s32, s32, __builtin_elementwise_add_sat(a, b))
MAP2(addsat_u32, u32, __builtin_elementwise_add_sat(a, b))
MAP2(subsat_s32, s32, __builtin_elementwise_sub_sat(a, b))
MAP2(subsat_u32, u32, __builtin_elementwise_sub_sat(a, b))
MAP2(addsat_s16, s16, __builtin_elementwise_add_sat(a, b))
MAP2(addsat_u16, u16, __builtin_elementwise_add_sat(a, b))
MAP2(subsat_s16, s16, __builtin_elementwise_sub_sat(a, b))
MAP2(subsat_u16, u16, __builtin_elementwise_sub_sat(a, b))
MAP2(addsat_s64, s64, __builtin_elementwise_add_sat(a, b))
MAP2(addsat_u64, u64, __builtin_elementwise_add_sat(a, b))
MAP2(subsat_s64, s64, __builtin_elementwise_sub_sat(a, b))
MAP2(subsat_u64, u64, __builtin_elementwise_sub_sat(a, b))

/* The whole product of 32-bit (16-bit) factors, twice as wide. */
static int mulwide_u32(ok_warp *w, const ok_instruction *i) {
  u64x a = __builtin_convertvector(*SLOT(u32x, a), u64x);
  u64x b = __builtin_convertvector(*SLOT(u32x, b), u64x);
  ok_put64(w, i->d, a * b);
  return 0;
}
static int mulwide_s32(ok_warp *w, const ok_instruction *i) {
  i64x a = __builtin_convertvector(*SLOT(i32x, a), i64x);
  i64x b = __builtin_convertvector(*SLOT(i32x, b), i64x);
  ok_put64(w, i->d, (u64x)(a * b));
  return 0;
}
#define MULWIDE16(K)                                                 \
  static int mulwide_##K(ok_warp *w, const ok_instruction *i) {      \
    const u32a *pa = SLOT(u32a, a), *pb = SLOT(u32a, b);             \
    uint32_t out[32] OK_ALIGNED;                                     \
    for (int l = 0; l < 32; l++) {                                   \
      out[l] = (uint32_t)GET_##K(pa[l]) * (uint32_t)GET_##K(pb[l]);  \
    }                                                                \
    ok_put_array(w, i->d, out, 4);                                   \
    return 0;                                                        \
  }
MULWIDE16(u16) MULWIDE16(s16)

/* Shifts: the count is an unsigned word, limited to the width. */
#define SHIFT2(NAME, K, EXPR)                                                     \
  static int NAME(ok_warp *w, const ok_instruction *i) {                          \
    const RT_##K *pa = SLOT(RT_##K, a);                                           \
    RT_##K out[32] OK_ALIGNED;                                                    \
    uint32_t count[32];                                                           \
    if (i->flags & OK_WIDE_COUNT) {                                               \
      const u64a *pb = SLOT(u64a, b);                                             \
      for (int l = 0; l < 32; l++) count[l] = pb[l] > 255 ? 255 : (uint32_t)pb[l]; \
    } else {                                                                      \
      const u32a *pb = SLOT(u32a, b);                                             \
      for (int l = 0; l < 32; l++) count[l] = pb[l];                              \
    }                                                                             \
    for (int l = 0; l < 32; l++) {                                                \
      VT_##K a = GET_##K(pa[l]);                                                  \
      uint32_t n = count[l];                                                      \
      out[l] = PUT_##K(EXPR);                                                     \
    }                                                                             \
    ok_put_array(w, i->d, out, sizeof(out[0]));                                   \
    return 0;                                                                     \
  }
#define SHIFTS(K, U, BITS, WORD)                                              \
  SHIFT2(shl_##K, K, n < BITS ? (U)((U)a << (n & (WORD - 1))) : (U)0)
#define RIGHT_U(K, BITS, WORD) SHIFT2(shr_##K, K, n < BITS ? a >> (n & (WORD - 1)) : 0)
#define RIGHT_S(K, BITS) SHIFT2(shr_##K, K, a >> (n < BITS ? n : BITS - 1))
SHIFTS(u8, uint32_t, 8, 32) SHIFTS(s8, uint32_t, 8, 32) SHIFTS(u16, uint32_t, 16, 32)
SHIFTS(s16, uint32_t, 16, 32) SHIFTS(u32, uint32_t, 32, 32) SHIFTS(s32, uint32_t, 32, 32)
SHIFTS(u64, uint64_t, 64, 64) SHIFTS(s64, uint64_t, 64, 64)
RIGHT_U(u8, 8, 32) RIGHT_U(u16, 16, 32) RIGHT_U(u32, 32, 32) RIGHT_U(u64, 64, 64)
RIGHT_S(s8, 8) RIGHT_S(s16, 16) RIGHT_S(s32, 32) RIGHT_S(s64, 64)

/* ---- floats ---- */
#define FLOATS2(NAME, E32, E64)                          \
  MAP2(NAME##_f32, f32, E32)                             \
  MAP2(NAME##_f64, f64, E64)                             \
  MAP2(NAME##_f16, f16, E32)                             \
  MAP2(NAME##_bf16, bf16, E32)                           \
  MAPX2(NAME##_f16x2, f16, 2, E32)                       \
  MAPX2(NAME##_bf16x2, bf16, 2, E32)
#define LIBM2(NAME, E32, E64)                            \
  EACH2(NAME##_f32, f32, E32)                            \
  EACH2(NAME##_f64, f64, E64)                            \
  EACH2(NAME##_f16, f16, E32)                            \
  EACH2(NAME##_bf16, bf16, E32)                          \
  MAPX2(NAME##_f16x2, f16, 2, E32)                       \
  MAPX2(NAME##_bf16x2, bf16, 2, E32)

/* The other operand where one is NaN; -0 is below +0. */
OK_INLINE float ok_min32(float a, float b) {
  float r = (a < b || b != b) ? a : b;
  return a == b ? ok_float(ok_bits(a) | ok_bits(b)) : r;
}
OK_INLINE float ok_max32(float a, float b) {
  float r = (a > b || b != b) ? a : b;
  return a == b ? ok_float(ok_bits(a) & ok_bits(b)) : r;
}
OK_INLINE double ok_min64(double a, double b) {
  double r = (a < b || b != b) ? a : b;
  return a == b ? ok_double(ok_bits64(a) | ok_bits64(b)) : r;
}
OK_INLINE double ok_max64(double a, double b) {
  double r = (a > b || b != b) ? a : b;
  return a == b ? ok_double(ok_bits64(a) & ok_bits64(b)) : r;
}
OK_INLINE float ok_sign32(float a, float b) {
  return ok_float((ok_bits(a) & 0x7fffffffu) | (ok_bits(b) & 0x80000000u));
}

FLOATS2(add, a + b, a + b)
FLOATS2(sub, a - b, a - b)
FLOATS2(mul, a * b, a * b)
FLOATS2(div, a / b, a / b)
FLOATS2(min, ok_min32(a, b), ok_min64(a, b))
FLOATS2(max, ok_max32(a, b), ok_max64(a, b))
FLOATS2(minnan, a != a || b != b ? a + b : ok_min32(a, b),
        a != a || b != b ? a + b : ok_min64(a, b))
FLOATS2(maxnan, a != a || b != b ? a + b : ok_max32(a, b),
        a != a || b != b ? a + b : ok_max64(a, b))
FLOATS2(copysign, ok_sign32(a, b), copysign(a, b))
LIBM2(pow, powf(a, b), pow(a, b))
LIBM2(atan2, atan2f(a, b), atan2(a, b))
LIBM2(hypot, hypotf(a, b), hypot(a, b))
LIBM2(fmod, fmodf(a, b), fmod(a, b))
LIBM2(remainder, remainderf(a, b), remainder(a, b))
LIBM2(fdim, fdimf(a, b), fdim(a, b))
EACH2(nextafter_f32, f32, nextafterf(a, b))
EACH2(nextafter_f64, f64, nextafter(a, b))

/* a · 2^b with a whole b. */
#define SCALE2(NAME, K, CALL)                                        \
  static int NAME(ok_warp *w, const ok_instruction *i) {             \
    const RT_##K *pa = SLOT(RT_##K, a);                              \
    const i32a *pb = SLOT(i32a, b);                                  \
    RT_##K *out = (RT_##K *)(w->frame + i->d);                       \
    for (uint32_t m = w->active; m; m &= m - 1) {                    \
      int l = __builtin_ctz(m);                                      \
      out[l] = PUT_##K(CALL(GET_##K(pa[l]), pb[l]));                 \
    }                                                                \
    return 0;                                                        \
  }
SCALE2(scale_f32, f32, ldexpf)
SCALE2(scale_f64, f64, ldexp)

#define BITS_AS_INTS(NAME)                                                          \
  [OK_F32] = NAME##_u32, [OK_F16] = NAME##_u16, [OK_BF16] = NAME##_u16,             \
  [OK_F16X2] = NAME##_u32, [OK_BF16X2] = NAME##_u32, [OK_F64] = NAME##_u64

static const ok_function binary_table[OK_BINARY_COUNT][OK_TYPE_COUNT] = {
    [OK_ADD] = {INTS(add), FLTS(add)},
    [OK_SUBTRACT] = {INTS(sub), FLTS(sub)},
    [OK_MULTIPLY] = {INTS(mul), FLTS(mul)},
    [OK_DIVIDE] = {INTS(div), FLTS(div)},
    [OK_REMAINDER] = {INTS(rem), FLTS(fmod)},
    [OK_MINIMUM] = {INTS(min), FLTS(min)},
    [OK_MAXIMUM] = {INTS(max), FLTS(max)},
    [OK_MULTIPLY_HIGH] = {[OK_U16] = mulhi_u16, [OK_S16] = mulhi_s16, [OK_U32] = mulhi_u32,
                          [OK_S32] = mulhi_s32, [OK_U64] = mulhi_u64, [OK_S64] = mulhi_s64},
    [OK_MULTIPLY_WIDE] = {[OK_U32] = mulwide_u32, [OK_S32] = mulwide_s32, [OK_U16] = mulwide_u16,
                          [OK_S16] = mulwide_s16},
    [OK_MULTIPLY24] = {[OK_U32] = mul24_u32, [OK_S32] = mul24_s32},
    [OK_AND] = {INTS(and), BITS_AS_INTS(and)},
    [OK_OR] = {INTS(or), BITS_AS_INTS(or)},
    [OK_XOR] = {INTS(xor), BITS_AS_INTS(xor)},
    [OK_SHIFT_LEFT] = {INTS(shl)},
    [OK_SHIFT_RIGHT] = {INTS(shr)},
    [OK_POWER] = {FLTS(pow)},
    [OK_ARC_TANGENT2] = {FLTS(atan2)},
    [OK_HYPOTENUSE] = {FLTS(hypot)},
    [OK_FLOAT_REMAINDER] = {FLTS(fmod)},
    [OK_IEEE_REMAINDER] = {FLTS(remainder)},
    [OK_COPY_SIGN] = {FLTS(copysign)},
    [OK_POSITIVE_DIFFERENCE] = {FLTS(fdim)},
    [OK_NEXT_AFTER] = {[OK_F32] = nextafter_f32, [OK_F64] = nextafter_f64},
    [OK_SCALE_BY_POWER] = {[OK_F32] = scale_f32, [OK_F64] = scale_f64},
    [OK_MINIMUM_NAN] = {FLTS(minnan)},
    [OK_MAXIMUM_NAN] = {FLTS(maxnan)},
    [OK_AVERAGE] = {[OK_U32] = average_u32, [OK_S32] = average_s32},
    [OK_AVERAGE_ROUNDED] = {[OK_U32] = average1_u32, [OK_S32] = average1_s32},
    [OK_ADD_SATURATING] = {[OK_U32] = addsat_u32, [OK_S32] = addsat_s32, [OK_U16] = addsat_u16,
                           [OK_S16] = addsat_s16, [OK_U64] = addsat_u64, [OK_S64] = addsat_s64},
    [OK_SUBTRACT_SATURATING] = {[OK_U32] = subsat_u32, [OK_S32] = subsat_s32,
                                [OK_U16] = subsat_u16, [OK_S16] = subsat_s16,
                                [OK_U64] = subsat_u64, [OK_S64] = subsat_s64},
};
