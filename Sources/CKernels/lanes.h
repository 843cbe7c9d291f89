#ifndef OK_LANES_H
#define OK_LANES_H

/* How results reach a warp's frame, and how functions over lanes are written. Included once per
 * vector level, inside that level's target. */

#include "half.h"

OK_INLINE void ok_put32(ok_warp *w, uint32_t slot, u32x value) {
  u32x *to = (u32x *)(w->frame + slot);
  if (w->partial) {
    u32x m = *(u32x *)w->lanes;
    *to = (*to & ~m) | (value & m);
  } else {
    *to = value;
  }
}

OK_INLINE void ok_put64(ok_warp *w, uint32_t slot, u64x value) {
  u64x *to = (u64x *)(w->frame + slot);
  if (w->partial) {
    u64x m = (u64x)__builtin_convertvector(*(i32x *)w->lanes, i64x);
    *to = (*to & ~m) | (value & m);
  } else {
    *to = value;
  }
}

OK_INLINE void ok_put1(ok_warp *w, uint32_t slot, uint32_t mask) {
  u32a *to = (u32a *)(w->frame + slot);
  *to = (*to & ~w->active) | (mask & w->active);
}

/* Stores 32 results that lie in an array, by the width of an element. */
OK_INLINE void ok_put_array(ok_warp *w, uint32_t slot, const void *values, int width) {
  if (width == 4) {
    u32x v;
    memcpy(&v, values, sizeof v);
    ok_put32(w, slot, v);
  } else {
    u64x v;
    memcpy(&v, values, sizeof v);
    ok_put64(w, slot, v);
  }
}

OK_INLINE uint32_t ok_mask_of(i32x truth) {
  b32x bits = __builtin_convertvector(truth, b32x);
  uint32_t mask;
  memcpy(&mask, &bits, 4);
  return mask;
}

OK_INLINE uint32_t ok_mask_of_wide(i64x truth) {
  b32x bits = __builtin_convertvector(truth, b32x);
  uint32_t mask;
  memcpy(&mask, &bits, 4);
  return mask;
}

OK_INLINE i32x ok_lanes_of(uint32_t mask) {
  b32x bits;
  memcpy(&bits, &mask, 4);
  return -__builtin_convertvector(bits, i32x);
}

/* Reading a register's element as a value, and back. Narrow integers live in words: signed ones
 * sign-extended, unsigned ones with zeros above them. */
#define GET_SAME(x) (x)
#define GET_u8(x) ((uint8_t)(x))
#define GET_s8(x) ((int8_t)(x))
#define GET_u16(x) ((uint16_t)(x))
#define GET_s16(x) ((int16_t)(x))
#define GET_u32(x) ((uint32_t)(x))
#define GET_s32(x) ((int32_t)(x))
#define GET_u64(x) ((uint64_t)(x))
#define GET_s64(x) ((int64_t)(x))
#define GET_f16(x) ok_from_f16(x)
#define GET_bf16(x) ok_from_bf16(x)
#define GET_f32(x) (x)
#define GET_f64(x) (x)
#define PUT_u8(x) ((uint32_t)(uint8_t)(x))
#define PUT_s8(x) ((uint32_t)(int8_t)(x))
#define PUT_u16(x) ((uint32_t)(uint16_t)(x))
#define PUT_s16(x) ((uint32_t)(int16_t)(x))
#define PUT_u32(x) ((uint32_t)(x))
#define PUT_s32(x) ((uint32_t)(x))
#define PUT_u64(x) ((uint64_t)(x))
#define PUT_s64(x) ((uint64_t)(x))
#define PUT_f16(x) ok_to_f16(x)
#define PUT_bf16(x) ok_to_bf16(x)
#define PUT_f32(x) (x)
#define PUT_f64(x) (x)
/* The element of the frame, and the type of the value. */
#define RT_u8 u32a
#define RT_s8 u32a
#define RT_u16 u32a
#define RT_s16 u32a
#define RT_u32 u32a
#define RT_s32 u32a
#define RT_u64 u64a
#define RT_s64 u64a
#define RT_f16 u32a
#define RT_bf16 u32a
#define RT_f32 f32a
#define RT_f64 f64a
#define VT_u8 uint8_t
#define VT_s8 int8_t
#define VT_u16 uint16_t
#define VT_s16 int16_t
#define VT_u32 uint32_t
#define VT_s32 int32_t
#define VT_u64 uint64_t
#define VT_s64 int64_t
#define VT_f16 float
#define VT_bf16 float
#define VT_f32 float
#define VT_f64 double

#define SLOT(T, operand) ((const T *)(w->frame + i->operand))

/* A function of all lanes whose loop becomes vector code. */
#define MAP1(NAME, K, EXPR)                                     \
  static int NAME(ok_warp *w, const ok_instruction *i) {        \
    const RT_##K *pa = SLOT(RT_##K, a);                         \
    RT_##K out[32] OK_ALIGNED;                                  \
    for (int l = 0; l < 32; l++) {                              \
      VT_##K a = GET_##K(pa[l]);                                \
      out[l] = PUT_##K(EXPR);                                   \
    }                                                           \
    ok_put_array(w, i->d, out, sizeof(out[0]));                 \
    return 0;                                                   \
  }
#define MAP2(NAME, K, EXPR)                                     \
  static int NAME(ok_warp *w, const ok_instruction *i) {        \
    const RT_##K *pa = SLOT(RT_##K, a), *pb = SLOT(RT_##K, b);  \
    RT_##K out[32] OK_ALIGNED;                                  \
    for (int l = 0; l < 32; l++) {                              \
      VT_##K a = GET_##K(pa[l]), b = GET_##K(pb[l]);            \
      out[l] = PUT_##K(EXPR);                                   \
    }                                                           \
    ok_put_array(w, i->d, out, sizeof(out[0]));                 \
    return 0;                                                   \
  }
#define MAP3(NAME, K, EXPR)                                                            \
  static int NAME(ok_warp *w, const ok_instruction *i) {                               \
    const RT_##K *pa = SLOT(RT_##K, a), *pb = SLOT(RT_##K, b), *pc = SLOT(RT_##K, c);  \
    RT_##K out[32] OK_ALIGNED;                                                         \
    for (int l = 0; l < 32; l++) {                                                     \
      VT_##K a = GET_##K(pa[l]), b = GET_##K(pb[l]), c = GET_##K(pc[l]);               \
      out[l] = PUT_##K(EXPR);                                                          \
    }                                                                                  \
    ok_put_array(w, i->d, out, sizeof(out[0]));                                        \
    return 0;                                                                          \
  }
/* The same on two halves of a word. */
#define MAPX2(NAME, H, ARITY, EXPR)                                                        \
  static int NAME(ok_warp *w, const ok_instruction *i) {                                   \
    const u32a *pa = SLOT(u32a, a), *pb = ARITY > 1 ? SLOT(u32a, b) : pa;                  \
    const u32a *pc = ARITY > 2 ? SLOT(u32a, c) : pa;                                       \
    u32a out[32] OK_ALIGNED;                                                               \
    for (int l = 0; l < 32; l++) {                                                         \
      uint32_t parts[2];                                                                   \
      for (int h = 0; h < 2; h++) {                                                        \
        float a = GET_##H((pa[l] >> (16 * h)) & 0xffffu);                                  \
        float b = GET_##H((pb[l] >> (16 * h)) & 0xffffu);                                  \
        float c = GET_##H((pc[l] >> (16 * h)) & 0xffffu);                                  \
        (void)b, (void)c;                                                                  \
        parts[h] = PUT_##H(EXPR);                                                          \
      }                                                                                    \
      out[l] = parts[0] | parts[1] << 16;                                                  \
    }                                                                                      \
    ok_put_array(w, i->d, out, 4);                                                         \
    return 0;                                                                              \
  }
/* A function that is called for the acting lanes only: libm, division. */
#define EACH1(NAME, K, EXPR)                                    \
  static int NAME(ok_warp *w, const ok_instruction *i) {        \
    const RT_##K *pa = SLOT(RT_##K, a);                         \
    RT_##K *out = (RT_##K *)(w->frame + i->d);                  \
    for (uint32_t m = w->active; m; m &= m - 1) {               \
      int l = __builtin_ctz(m);                                 \
      VT_##K a = GET_##K(pa[l]);                                \
      out[l] = PUT_##K(EXPR);                                   \
    }                                                           \
    return 0;                                                   \
  }
#define EACH2(NAME, K, EXPR)                                    \
  static int NAME(ok_warp *w, const ok_instruction *i) {        \
    const RT_##K *pa = SLOT(RT_##K, a), *pb = SLOT(RT_##K, b);  \
    RT_##K *out = (RT_##K *)(w->frame + i->d);                  \
    for (uint32_t m = w->active; m; m &= m - 1) {               \
      int l = __builtin_ctz(m);                                 \
      VT_##K a = GET_##K(pa[l]), b = GET_##K(pb[l]);            \
      out[l] = PUT_##K(EXPR);                                   \
    }                                                           \
    return 0;                                                   \
  }

#endif
