/* Operations on three values, comparisons, selections, moves and predicate logic, by type. Included
 * once per vector level. */

#define WRAP3(NAME, EXPR)                                                              \
  MAP3(NAME##_u8, u8, EXPR) MAP3(NAME##_s8, s8, EXPR) MAP3(NAME##_u16, u16, EXPR)      \
  MAP3(NAME##_s16, s16, EXPR) MAP3(NAME##_u32, u32, EXPR) MAP3(NAME##_s32, s32, EXPR)  \
  MAP3(NAME##_u64, u64, EXPR) MAP3(NAME##_s64, s64, EXPR)
WRAP3(mad, (uint64_t)a * (uint64_t)b + (uint64_t)c)
WRAP3(addadd, (uint64_t)a + (uint64_t)b + (uint64_t)c)

MAP3(mad_f32, f32, __builtin_fmaf(a, b, c))
MAP3(mad_f64, f64, __builtin_fma(a, b, c))
MAP3(mad_f16, f16, ok_narrow_fma(a, b, c))
MAP3(mad_bf16, bf16, ok_narrow_fma(a, b, c))
MAPX2(mad_f16x2, f16, 3, ok_narrow_fma(a, b, c))
MAPX2(mad_bf16x2, bf16, 3, ok_narrow_fma(a, b, c))
MAP3(addadd_f32, f32, a + b + c)

static int madwide_u32(ok_warp *w, const ok_instruction *i) {
  u64x a = __builtin_convertvector(*SLOT(u32x, a), u64x);
  u64x b = __builtin_convertvector(*SLOT(u32x, b), u64x);
  ok_put64(w, i->d, a * b + *SLOT(u64x, c));
  return 0;
}
static int madwide_s32(ok_warp *w, const ok_instruction *i) {
  i64x a = __builtin_convertvector(*SLOT(i32x, a), i64x);
  i64x b = __builtin_convertvector(*SLOT(i32x, b), i64x);
  ok_put64(w, i->d, (u64x)(a * b) + *SLOT(u64x, c));
  return 0;
}
#define MADWIDE16(K)                                                         \
  static int madwide_##K(ok_warp *w, const ok_instruction *i) {              \
    const u32a *pa = SLOT(u32a, a), *pb = SLOT(u32a, b), *pc = SLOT(u32a, c); \
    uint32_t out[32] OK_ALIGNED;                                             \
    for (int l = 0; l < 32; l++) {                                           \
      out[l] = (uint32_t)GET_##K(pa[l]) * (uint32_t)GET_##K(pb[l]) + pc[l];  \
    }                                                                        \
    ok_put_array(w, i->d, out, 4);                                           \
    return 0;                                                                \
  }
MADWIDE16(u16) MADWIDE16(s16)

MAP3(madhi_u32, u32, (uint32_t)(((uint64_t)a * b) >> 32) + c)
MAP3(madhi_s32, s32, (uint32_t)(((int64_t)a * b) >> 32) + (uint32_t)c)
MAP3(madhi_u64, u64, (uint64_t)(((unsigned __int128)a * b) >> 64) + c)
MAP3(madhi_s64, s64, (uint64_t)(((__int128)a * b) >> 64) + (uint64_t)c)
MAP3(sad_u16, u16, (a > b ? a - b : b - a) + c)
MAP3(sad_s16, s16, (a > b ? a - b : b - a) + c)
MAP3(sad_u32, u32, (a > b ? a - b : b - a) + c)
MAP3(sad_s32, s32, (a > b ? (uint32_t)a - (uint32_t)b : (uint32_t)b - (uint32_t)a) + (uint32_t)c)
MAP3(sad_u64, u64, (a > b ? a - b : b - a) + c)
MAP3(sad_s64, s64, (a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a) + (uint64_t)c)

/* Bits of `a` from `start` on, `length` of them: both count up to 255, and what lies beyond the
 * word is the sign, or zero. */
OK_INLINE uint64_t ok_extract(uint64_t a, uint32_t start, uint32_t length, int bits,
                              int is_signed) {
  start &= 255, length &= 255;
  uint32_t top = start + length - 1;
  if (top >= (uint32_t)bits) top = (uint32_t)bits - 1;
  uint64_t sign = is_signed && length ? (a >> top) & 1 : 0;
  uint64_t field = start < (uint32_t)bits ? a >> start : 0;
  uint32_t kept = length;
  if (start >= (uint32_t)bits) kept = 0;
  else if (start + length > (uint32_t)bits) kept = (uint32_t)bits - start;
  uint64_t mask = kept >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << kept) - 1;
  return sign ? field | ~mask : field & mask;
}
OK_INLINE uint64_t ok_insert(uint64_t a, uint64_t b, uint32_t start, uint32_t length, int bits) {
  start &= 255, length &= 255;
  if (start >= (uint32_t)bits) return b;
  if (length > (uint32_t)bits - start) length = (uint32_t)bits - start;
  uint64_t mask = (length >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << length) - 1) << start;
  return (b & ~mask) | ((a << start) & mask);
}
#define EXTRACT(K, BITS, SIGNED)                                                          \
  static int extract_##K(ok_warp *w, const ok_instruction *i) {                           \
    const RT_##K *pa = SLOT(RT_##K, a);                                                   \
    const u32a *pb = SLOT(u32a, b), *pc = SLOT(u32a, c);                                  \
    RT_##K out[32] OK_ALIGNED;                                                            \
    for (int l = 0; l < 32; l++) {                                                        \
      out[l] = PUT_##K(ok_extract((uint64_t)GET_##K(pa[l]), pb[l], pc[l], BITS, SIGNED)); \
    }                                                                                     \
    ok_put_array(w, i->d, out, sizeof(out[0]));                                           \
    return 0;                                                                             \
  }
EXTRACT(u32, 32, 0) EXTRACT(s32, 32, 1) EXTRACT(u64, 64, 0) EXTRACT(s64, 64, 1)
#define INSERT(K, BITS)                                                        \
  static int insert_##K(ok_warp *w, const ok_instruction *i) {                 \
    const RT_##K *pa = SLOT(RT_##K, a), *pb = SLOT(RT_##K, b);                 \
    const u32a *pc = SLOT(u32a, c), *px = SLOT(u32a, x);                       \
    RT_##K out[32] OK_ALIGNED;                                                 \
    for (int l = 0; l < 32; l++) {                                             \
      out[l] = PUT_##K(ok_insert(pa[l], pb[l], pc[l], px[l], BITS));           \
    }                                                                          \
    ok_put_array(w, i->d, out, sizeof(out[0]));                                \
    return 0;                                                                  \
  }
INSERT(u32, 32) INSERT(u64, 64)

OK_INLINE uint32_t ok_permute(uint32_t a, uint32_t b, uint32_t selectors) {
  uint64_t bytes = (uint64_t)b << 32 | a;
  uint32_t result = 0;
  for (int k = 0; k < 4; k++) {
    uint32_t s = (selectors >> (4 * k)) & 15u;
    uint32_t byte = (uint32_t)(bytes >> (8 * (s & 7))) & 255u;
    if (s & 8) byte = byte & 128u ? 255u : 0u;
    result |= byte << (8 * k);
  }
  return result;
}
MAP3(permute_u32, u32, ok_permute(a, b, c))
MAP3(funnel_left_u32, u32, (uint32_t)((((uint64_t)b << 32 | a) << (c & 31)) >> 32))
MAP3(funnel_right_u32, u32, (uint32_t)(((uint64_t)b << 32 | a) >> (c & 31)))
MAP3(funnel_left_clamped_u32, u32, c >= 32 ? a : (uint32_t)((((uint64_t)b << 32 | a) << c) >> 32))
MAP3(funnel_right_clamped_u32, u32, c >= 32 ? b : (uint32_t)(((uint64_t)b << 32 | a) >> c))
OK_INLINE uint32_t ok_dot_unsigned(uint32_t a, uint32_t b) {
  return (a & 255u) * (b & 255u) + ((a >> 8) & 255u) * ((b >> 8) & 255u) +
         ((a >> 16) & 255u) * ((b >> 16) & 255u) + (a >> 24) * (b >> 24);
}
OK_INLINE uint32_t ok_dot_signed(uint32_t a, uint32_t b) {
  return (uint32_t)((int8_t)a * (int8_t)b + (int8_t)(a >> 8) * (int8_t)(b >> 8) +
                    (int8_t)(a >> 16) * (int8_t)(b >> 16) + (int8_t)(a >> 24) * (int8_t)(b >> 24));
}
MAP3(dot_u32, u32, ok_dot_unsigned(a, b) + c)
MAP3(dot_s32, s32, ok_dot_signed((uint32_t)a, (uint32_t)b) + (uint32_t)c)

static int logic3_u32(ok_warp *w, const ok_instruction *i) {
  u32x a = *SLOT(u32x, a), b = *SLOT(u32x, b), c = *SLOT(u32x, c), r = {0};
  uint32_t table = *SLOT(u32a, x);
  for (int k = 0; k < 8; k++) {
    if ((table >> k) & 1) r |= (k & 4 ? a : ~a) & (k & 2 ? b : ~b) & (k & 1 ? c : ~c);
  }
  ok_put32(w, i->d, r);
  return 0;
}

#define WORDS(F) [OK_U32] = F, [OK_S32] = F
static const ok_function ternary_table[OK_TERNARY_COUNT][OK_TYPE_COUNT] = {
    [OK_MULTIPLY_ADD] = {INTS(mad), FLTS(mad)},
    [OK_MULTIPLY_ADD_WIDE] = {[OK_U32] = madwide_u32, [OK_S32] = madwide_s32,
                              [OK_U16] = madwide_u16, [OK_S16] = madwide_s16},
    [OK_MULTIPLY_HIGH_ADD] = {[OK_U32] = madhi_u32, [OK_S32] = madhi_s32, [OK_U64] = madhi_u64,
                              [OK_S64] = madhi_s64},
    [OK_SUM_OF_DIFFERENCES] = {[OK_U16] = sad_u16, [OK_S16] = sad_s16, [OK_U32] = sad_u32,
                               [OK_S32] = sad_s32, [OK_U64] = sad_u64, [OK_S64] = sad_s64},
    [OK_BIT_FIELD_EXTRACT] = {[OK_U32] = extract_u32, [OK_S32] = extract_s32,
                              [OK_U64] = extract_u64, [OK_S64] = extract_s64},
    [OK_BIT_FIELD_INSERT] = {WORDS(insert_u32), [OK_U64] = insert_u64, [OK_S64] = insert_u64},
    [OK_PERMUTE_BYTES] = {WORDS(permute_u32)},
    [OK_FUNNEL_SHIFT_LEFT] = {WORDS(funnel_left_u32)},
    [OK_FUNNEL_SHIFT_RIGHT] = {WORDS(funnel_right_u32)},
    [OK_FUNNEL_SHIFT_LEFT_CLAMPED] = {WORDS(funnel_left_clamped_u32)},
    [OK_FUNNEL_SHIFT_RIGHT_CLAMPED] = {WORDS(funnel_right_clamped_u32)},
    [OK_DOT_PRODUCT4] = {[OK_U32] = dot_u32, [OK_S32] = dot_s32},
    [OK_LOGIC3] = {WORDS(logic3_u32)},
    [OK_ADD_ADD] = {INTS(addadd), [OK_F32] = addadd_f32},
};

/* ---- comparisons ---- */
#define COMPARE(NAME, K, EXPR)                                          \
  static int NAME(ok_warp *w, const ok_instruction *i) {                \
    const RT_##K *pa = SLOT(RT_##K, a), *pb = SLOT(RT_##K, b);          \
    uint32_t truth[32] OK_ALIGNED;                                      \
    for (int l = 0; l < 32; l++) {                                      \
      VT_##K a = GET_##K(pa[l]), b = GET_##K(pb[l]);                    \
      truth[l] = (EXPR) ? ~0u : 0u;                                     \
    }                                                                   \
    i32x t;                                                             \
    memcpy(&t, truth, sizeof t);                                        \
    ok_put1(w, i->d, ok_mask_of(t));                                    \
    return 0;                                                           \
  }
#define COMPARE_ORDER(K)                                                            \
  COMPARE(eq_##K, K, a == b) COMPARE(ne_##K, K, a != b) COMPARE(lt_##K, K, a < b)   \
  COMPARE(le_##K, K, a <= b) COMPARE(gt_##K, K, a > b) COMPARE(ge_##K, K, a >= b)
#define COMPARE_FLOAT(K)                                                            \
  COMPARE_ORDER(K)                                                                  \
  COMPARE(equ_##K, K, !(a < b || a > b)) COMPARE(neo_##K, K, a < b || a > b)        \
  COMPARE(ltu_##K, K, !(a >= b)) COMPARE(leu_##K, K, !(a > b))                      \
  COMPARE(gtu_##K, K, !(a <= b)) COMPARE(geu_##K, K, !(a < b))                      \
  COMPARE(num_##K, K, a == a && b == b) COMPARE(nan_##K, K, a != a || b != b)
COMPARE_ORDER(u8) COMPARE_ORDER(s8) COMPARE_ORDER(u16) COMPARE_ORDER(s16)
COMPARE_ORDER(u32) COMPARE_ORDER(s32) COMPARE_ORDER(u64) COMPARE_ORDER(s64)
COMPARE_FLOAT(f32) COMPARE_FLOAT(f64) COMPARE_FLOAT(f16) COMPARE_FLOAT(bf16)
#define ROW_ORDER(NAME) {INTS(NAME), [OK_F32] = NAME##_f32, [OK_F64] = NAME##_f64, \
                         [OK_F16] = NAME##_f16, [OK_BF16] = NAME##_bf16}
/* The unordered forms are the ordered ones where there is no NaN. */
#define ROW_MIXED(NAME, ORDERED) {INTS(ORDERED), [OK_F32] = NAME##_f32, [OK_F64] = NAME##_f64, \
                                  [OK_F16] = NAME##_f16, [OK_BF16] = NAME##_bf16}
static const ok_function compare_table[OK_COMPARISON_COUNT][OK_TYPE_COUNT] = {
    [OK_EQUAL] = ROW_ORDER(eq), [OK_NOT_EQUAL] = ROW_ORDER(ne), [OK_LESS] = ROW_ORDER(lt),
    [OK_LESS_OR_EQUAL] = ROW_ORDER(le), [OK_GREATER] = ROW_ORDER(gt),
    [OK_GREATER_OR_EQUAL] = ROW_ORDER(ge), [OK_EQUAL_OR_UNORDERED] = ROW_MIXED(equ, eq),
    [OK_NOT_EQUAL_ORDERED] = ROW_MIXED(neo, ne), [OK_LESS_OR_UNORDERED] = ROW_MIXED(ltu, lt),
    [OK_LESS_OR_EQUAL_OR_UNORDERED] = ROW_MIXED(leu, le),
    [OK_GREATER_OR_UNORDERED] = ROW_MIXED(gtu, gt),
    [OK_GREATER_OR_EQUAL_OR_UNORDERED] = ROW_MIXED(geu, ge),
    [OK_ORDERED] = ROW_ASK(num), [OK_UNORDERED] = ROW_ASK(nan),
};

/* ---- selections, moves, logic ---- */
static int select32(ok_warp *w, const ok_instruction *i) {
  u32x p = (u32x)ok_lanes_of(*SLOT(u32a, c));
  ok_put32(w, i->d, (*SLOT(u32x, a) & p) | (*SLOT(u32x, b) & ~p));
  return 0;
}
static int select64(ok_warp *w, const ok_instruction *i) {
  u64x p = (u64x)__builtin_convertvector(ok_lanes_of(*SLOT(u32a, c)), i64x);
  ok_put64(w, i->d, (*SLOT(u64x, a) & p) | (*SLOT(u64x, b) & ~p));
  return 0;
}
static int select1(ok_warp *w, const ok_instruction *i) {
  uint32_t p = *SLOT(u32a, c);
  ok_put1(w, i->d, (*SLOT(u32a, a) & p) | (*SLOT(u32a, b) & ~p));
  return 0;
}
static int move32(ok_warp *w, const ok_instruction *i) {
  ok_put32(w, i->d, *SLOT(u32x, a));
  return 0;
}
static int move64(ok_warp *w, const ok_instruction *i) {
  ok_put64(w, i->d, *SLOT(u64x, a));
  return 0;
}
static int move1(ok_warp *w, const ok_instruction *i) {
  ok_put1(w, i->d, *SLOT(u32a, a));
  return 0;
}

OK_INLINE int ok_class(int type) {
  if (type == OK_PREDICATE) return 0;
  return type == OK_U64 || type == OK_S64 || type == OK_F64 ? 2 : 1;
}
static const ok_function move_table[3] = {move1, move32, move64};
static const ok_function select_table[3] = {select1, select32, select64};

static int logic1(ok_warp *w, const ok_instruction *i) {
  uint32_t a = *SLOT(u32a, a), b = i->b == OK_NONE ? 0 : *SLOT(u32a, b), r = 0;
  switch (i->operation) {
    case OK_L_AND: r = a & b; break;
    case OK_L_OR: r = a | b; break;
    case OK_L_XOR: r = a ^ b; break;
    case OK_L_NOT: r = ~a; break;
    case OK_L_AND_NOT: r = a & ~b; break;
    case OK_L_OR_NOT: r = a | ~b; break;
  }
  ok_put1(w, i->d, r);
  return 0;
}
