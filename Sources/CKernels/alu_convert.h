/* Conversions between types. Included once per vector level. */

/* ---- the usual ones, as vector code ---- */
#define CONVERT(NAME, FROM, TO, EXPR)                                \
  static int NAME(ok_warp *w, const ok_instruction *i) {             \
    const RT_##FROM *pa = SLOT(RT_##FROM, a);                        \
    RT_##TO out[32] OK_ALIGNED;                                      \
    for (int l = 0; l < 32; l++) {                                   \
      VT_##FROM a = GET_##FROM(pa[l]);                               \
      out[l] = PUT_##TO(EXPR);                                       \
    }                                                                \
    ok_put_array(w, i->d, out, sizeof(out[0]));                      \
    return 0;                                                        \
  }
OK_INLINE int32_t ok_to_s32(float a) {
  float c = a < -2147483648.0f ? -2147483648.0f : a > 2147483520.0f ? 2147483520.0f : a;
  int32_t r = (int32_t)(c == c ? c : 0.0f);
  return a >= 2147483648.0f ? INT32_MAX : r;
}
CONVERT(f32_from_s32, s32, f32, (float)a)
CONVERT(f32_from_u32, u32, f32, (float)a)
CONVERT(s32_from_f32, f32, s32, ok_to_s32(a))
CONVERT(s64_from_s32, s32, s64, (int64_t)a)
CONVERT(u64_from_u32, u32, u64, (uint64_t)a)
CONVERT(u32_from_u64, u64, u32, (uint32_t)a)
CONVERT(f64_from_s32, s32, f64, (double)a)
CONVERT(f64_from_f32, f32, f64, (double)a)
CONVERT(f32_from_f64, f64, f32, (float)a)
CONVERT(f32_from_f16, f16, f32, a)
CONVERT(f16_from_f32, f32, f16, a)
CONVERT(f32_from_bf16, bf16, f32, a)
CONVERT(bf16_from_f32, f32, bf16, a)

/* ---- every other one, lane by lane ---- */

OK_INLINE int ok_type_bits(int type) {
  switch (type) {
    case OK_U8: case OK_S8: return 8;
    case OK_U16: case OK_S16: case OK_F16: case OK_BF16: return 16;
    case OK_U64: case OK_S64: case OK_F64: return 64;
    default: return 32;
  }
}
OK_INLINE int ok_type_float(int type) { return type >= OK_F16 && type <= OK_F64; }
OK_INLINE int ok_type_signed(int type) {
  return type == OK_S8 || type == OK_S16 || type == OK_S32 || type == OK_S64;
}

static double ok_float_of(int type, uint64_t bits) {
  switch (type) {
    case OK_F16: return ok_from_f16((uint32_t)bits & 0xffffu);
    case OK_BF16: return ok_from_bf16((uint32_t)bits & 0xffffu);
    case OK_F32: return ok_float((uint32_t)bits);
    default: return ok_double(bits);
  }
}

/* The nearest value of a narrower float. */
static uint64_t ok_nearest(int type, double x) {
  switch (type) {
    case OK_F16: return ok_to_f16(ok_to_odd(x));
    case OK_BF16: return ok_to_bf16(ok_to_odd(x));
    case OK_F32: return ok_bits((float)x);
    default: return ok_bits64(x);
  }
}

/* One step of a float's bits up or down. */
static uint64_t ok_neighbour(int type, uint64_t bits, int up) {
  int width = ok_type_bits(type);
  uint64_t sign = UINT64_C(1) << (width - 1);
  if ((bits & ~sign) == 0) return up ? 1 : sign | 1;
  return ((bits & sign) == 0) == (up != 0) ? bits + 1 : bits - 1;
}

/* Narrows with a rounding direction: the nearest value, moved by one step where it lies on the
 * wrong side of the exact one. `exact` is its sign against `x` as (exact - nearest). */
static uint64_t ok_directed(int type, double nearest, uint64_t bits, int side, int rounding) {
  if (side == 0) return bits;
  int is_negative = nearest < 0 || (nearest == 0 && side < 0);
  int want_up = rounding == OK_UP || (rounding == OK_TOWARD_ZERO && is_negative);
  if (side > 0 && want_up) return ok_neighbour(type, bits, 1);
  if (side < 0 && !want_up) return ok_neighbour(type, bits, 0);
  return bits;
}

static uint64_t ok_float_to_float(int to, double x, int rounding, int saturates) {
  if (saturates) x = x > 1 ? 1 : x > 0 ? x : 0;
  uint64_t bits = ok_nearest(to, x);
  if (rounding == OK_NEAREST || x != x) return bits;
  double back = ok_float_of(to, bits);
  return ok_directed(to, back, bits, (x > back) - (x < back), rounding);
}

static uint64_t ok_integer_to_float(int to, uint64_t value, int is_signed, int rounding) {
  int is_negative = is_signed && (int64_t)value < 0;
  uint64_t size = is_negative ? UINT64_C(0) - value : value;
  /* To double by way of an odd last bit, so that a second rounding does no harm. */
  double x = (double)size;
  int inexact = 0;
  if (size >> 53) {
    int shift = 11 - __builtin_clzll(size);
    uint64_t kept = size >> shift, lost = size & ((UINT64_C(1) << shift) - 1);
    inexact = lost != 0;
    x = ldexp((double)kept, shift);
    if (to == OK_F64) {
      uint64_t half = UINT64_C(1) << (shift - 1);
      int up = rounding == OK_NEAREST ? lost > half || (lost == half && (kept & 1))
               : rounding == OK_UP ? inexact && !is_negative
               : rounding == OK_DOWN ? inexact && is_negative : 0;
      if (up) x = ldexp((double)(kept + 1), shift);
      return ok_bits64(is_negative ? -x : x);
    }
    if (inexact) x = ldexp((double)(kept | 1), shift);
  }
  return ok_float_to_float(to, is_negative ? -x : x, rounding, 0);
}

/* Out of range goes to the nearest end; NaN to 0, or to the top bit where 64 bits take part. */
static uint64_t ok_float_to_integer(int from, int to, double x, int rounding) {
  int bits = ok_type_bits(to), is_signed = ok_type_signed(to);
  if (x != x) {
    return from != OK_F64 && bits != 64 ? 0 : UINT64_C(1) << (bits - 1);
  }
  switch (rounding) {
    case OK_TOWARD_ZERO: x = trunc(x); break;
    case OK_UP: x = ceil(x); break;
    case OK_DOWN: x = floor(x); break;
    default: x = rint(x);
  }
  if (is_signed) {
    double top = ldexp(1, bits - 1);
    int64_t most = (int64_t)((UINT64_C(1) << (bits - 1)) - 1);
    return (uint64_t)(x >= top ? most : x < -top ? -most - 1 : (int64_t)x);
  }
  double top = ldexp(1, bits);
  uint64_t most = bits == 64 ? ~UINT64_C(0) : (UINT64_C(1) << bits) - 1;
  return x >= top ? most : x <= 0 ? 0 : (uint64_t)x;
}

static uint64_t ok_limit_integer(int from, int to, uint64_t value) {
  int bits = ok_type_bits(to);
  int negative = ok_type_signed(from) && (int64_t)value < 0;
  if (ok_type_signed(to)) {
    uint64_t most = (UINT64_C(1) << (bits - 1)) - 1;
    if (negative) return (int64_t)value < -(int64_t)most - 1 ? ~most : value;
    return value > most ? most : value;
  }
  uint64_t most = bits == 64 ? ~UINT64_C(0) : (UINT64_C(1) << bits) - 1;
  return negative ? 0 : value > most ? most : value;
}

/* A register's bits as the form of the type asks: sign-extended or with zeros above. */
static uint64_t ok_extend(int type, uint64_t value) {
  switch (type) {
    case OK_U8: return (uint8_t)value;
    case OK_S8: return (uint64_t)(int64_t)(int8_t)value;
    case OK_U16: case OK_F16: case OK_BF16: return (uint16_t)value;
    case OK_S16: return (uint64_t)(int64_t)(int16_t)value;
    case OK_S32: return (uint64_t)(int64_t)(int32_t)value;
    case OK_U64: case OK_S64: case OK_F64: return value;
    default: return (uint32_t)value;
  }
}

static uint64_t ok_convert_one(const ok_instruction *i, uint64_t bits) {
  int from = i->from, to = i->type, rounding = i->rounding, saturates = i->flags & OK_SATURATES;
  uint64_t value = ok_extend(from, bits);
  if (ok_type_float(from)) {
    double x = ok_float_of(from, value);
    if (ok_type_float(to)) return ok_float_to_float(to, x, rounding, saturates);
    return ok_extend(to, ok_float_to_integer(from, to, x, rounding));
  }
  if (ok_type_float(to)) {
    return ok_integer_to_float(to, value, ok_type_signed(from), rounding);
  }
  return ok_extend(to, saturates ? ok_limit_integer(from, to, value) : value);
}

static int convert_any(ok_warp *w, const ok_instruction *i) {
  int wide_from = ok_class(i->from), wide_to = ok_class(i->type);
  uint8_t *out = w->frame + i->d;
  uint32_t source = wide_from == 0 ? *SLOT(u32a, a) : 0, truth = 0;
  for (uint32_t m = w->active; m; m &= m - 1) {
    int l = __builtin_ctz(m);
    uint64_t value = wide_from == 0 ? (source >> l) & 1
                     : wide_from == 1 ? SLOT(u32a, a)[l] : SLOT(u64a, a)[l];
    if (wide_to == 0) {
      int holds = ok_type_float(i->from) ? ok_float_of(i->from, value) != 0 : value != 0;
      truth |= (uint32_t)holds << l;
      continue;
    }
    uint64_t r = ok_convert_one(i, value);
    if (wide_to == 2) ((u64a *)out)[l] = r;
    else ((u32a *)out)[l] = (uint32_t)r;
  }
  if (wide_to == 0) ok_put1(w, i->d, truth);
  return 0;
}

static ok_function convert_function(const ok_instruction *i) {
  int from = i->from, to = i->type, rounding = i->rounding;
  if (from >= OK_F16X2 || to >= OK_F16X2) return 0;
  if (i->flags & OK_SATURATES) return convert_any;
  int is_plain = rounding == OK_NEAREST;
  if (to == OK_F32 && is_plain) {
    if (from == OK_S32) return f32_from_s32;
    if (from == OK_U32) return f32_from_u32;
    if (from == OK_F64) return f32_from_f64;
  }
  if (to == OK_F32 && from == OK_F16) return f32_from_f16;
  if (to == OK_F32 && from == OK_BF16) return f32_from_bf16;
  if (to == OK_F16 && from == OK_F32 && is_plain) return f16_from_f32;
  if (to == OK_BF16 && from == OK_F32 && is_plain) return bf16_from_f32;
  if (to == OK_F64 && from == OK_S32) return f64_from_s32;
  if (to == OK_F64 && from == OK_F32) return f64_from_f32;
  if (to == OK_S32 && from == OK_F32 && rounding == OK_TOWARD_ZERO) return s32_from_f32;
  if (ok_class(to) == 2 && !ok_type_float(to)) {
    if (from == OK_S32) return s64_from_s32;
    if (from == OK_U32) return u64_from_u32;
    if (from == OK_U64 || from == OK_S64) return move64;
  }
  if (to == OK_U32 || to == OK_S32) {
    if (from == OK_U64 || from == OK_S64) return u32_from_u64;
    if (from == OK_U32 || from == OK_S32) return move32;
  }
  return convert_any;
}
