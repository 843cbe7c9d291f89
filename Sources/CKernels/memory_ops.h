/* Loads, stores and atomics. Included once per vector level, behind access.h. */

#if OK_LEVEL >= 2
#include <immintrin.h>
#endif

OK_INLINE u32x ok_gather32(const uint8_t *origin, i32x offset) {
#if OK_LEVEL == 3
  u32x r;
  __m512i lanes[2];
  memcpy(lanes, &offset, 128);
  __m512i parts[2] = {_mm512_i32gather_epi32(lanes[0], origin, 1),
                      _mm512_i32gather_epi32(lanes[1], origin, 1)};
  memcpy(&r, parts, 128);
  return r;
#elif OK_LEVEL == 2
  u32x r;
  __m256i lanes[4], parts[4];
  memcpy(lanes, &offset, 128);
  for (int k = 0; k < 4; k++) parts[k] = _mm256_i32gather_epi32((const int *)origin, lanes[k], 1);
  memcpy(&r, parts, 128);
  return r;
#else
  uint32_t out[32] OK_ALIGNED;
  for (int l = 0; l < 32; l++) out[l] = *(const u32a *)(origin + offset[l]);
  return *(u32x *)out;
#endif
}

OK_INLINE u64x ok_gather64(const uint8_t *origin, i32x offset) {
  uint64_t out[32] OK_ALIGNED;
  int32_t at[32] OK_ALIGNED;
  *(i32x *)at = offset;
#if OK_LEVEL == 3
  for (int k = 0; k < 4; k++) {
    __m256i lanes = _mm256_load_si256((const __m256i *)(at + 8 * k));
    _mm512_store_si512((__m512i *)(out + 8 * k), _mm512_i32gather_epi64(lanes, origin, 1));
  }
#else
  for (int l = 0; l < 32; l++) out[l] = *(const u64a *)(origin + at[l]);
#endif
  return *(u64x *)out;
}

OK_INLINE void ok_scatter32(uint8_t *origin, i32x offset, u32x value, uint32_t active) {
#if OK_LEVEL == 3
  __m512i lanes[2], parts[2];
  memcpy(lanes, &offset, 128);
  memcpy(parts, &value, 128);
  _mm512_mask_i32scatter_epi32(origin, (__mmask16)active, lanes[0], parts[0], 1);
  _mm512_mask_i32scatter_epi32(origin, (__mmask16)(active >> 16), lanes[1], parts[1], 1);
#else
  uint32_t from[32] OK_ALIGNED;
  int32_t at[32] OK_ALIGNED;
  *(u32x *)from = value;
  *(i32x *)at = offset;
  for (uint32_t m = active; m; m &= m - 1) {
    int l = __builtin_ctz(m);
    *(u32a *)(origin + at[l]) = from[l];
  }
#endif
}

/* A register's word from 1, 2 or 4 bytes. */
OK_INLINE uint32_t ok_narrow(const uint8_t *p, int type, int width) {
  if (width == 1) return type == OK_S8 ? (uint32_t)(int8_t)*p : *p;
  if (width == 2) {
    uint16_t v = *(const u16a *)p;
    return type == OK_S16 ? (uint32_t)(int16_t)v : v;
  }
  return *(const u32a *)p;
}

OK_INLINE void ok_fetch(ok_warp *w, const ok_instruction *i, const ok_access *at, int part,
                        int width, int is_single, uint32_t slot) {
  const uint8_t *from = at->origin + part * (at->step == 4 ? width : 32 * width);
  if (width == 4) {
    if (at->pattern == OK_ONE_ADDRESS) {
      ok_put32(w, slot, (u32x){0} + *(const u32a *)from);
    } else if (is_single && at->pattern == OK_CONTIGUOUS) {
      u32x value;
      memcpy(&value, from, 128);
      ok_put32(w, slot, value);
    } else {
      ok_put32(w, slot, ok_gather32(from, at->offset));
    }
    return;
  }
  if (width == 8) {
    if (at->step != 4) {
      u64x low = __builtin_convertvector(ok_gather32(from, at->offset), u64x);
      u64x high = __builtin_convertvector(ok_gather32(from + 128, at->offset), u64x);
      ok_put64(w, slot, low | high << 32);
    } else if (at->pattern == OK_ONE_ADDRESS) {
      ok_put64(w, slot, (u64x){0} + *(const u64a *)from);
    } else {
      ok_put64(w, slot, ok_gather64(from, at->offset));
    }
    return;
  }
  /* Vectors of bytes in local memory lie inside words and then go on 128 bytes further. */
  uint32_t out[32] OK_ALIGNED;
  int32_t place[32] OK_ALIGNED;
  *(i32x *)place = at->offset;
  const int type = i->type;
  for (int l = 0; l < 32; l++) {
    const uint8_t *p = at->origin + place[l];
    if (at->step == 4) {
      p += part * width;
    } else {
      uint32_t byte = ((uint32_t)place[l] & 3) + (uint32_t)(part * width);
      p += (byte & 3) - ((uint32_t)place[l] & 3) + (byte >> 2) * 128;
    }
    out[l] = ok_narrow(p, type, width);
  }
  ok_put_array(w, slot, out, 4);
}

/* Lanes one by one: for accesses that fault or lie far apart. Gives every lane's place. */
static int ok_locate_each(ok_warp *w, const ok_instruction *i, uint32_t size, int is_store,
                          uint8_t **hosts, uint8_t *spaces) {
  uint64_t sectors[32], found[32], addresses[32] = {0};
  uint32_t shared[32] = {0}, shared_mask = 0;
  int n = 0, local = 0, constant = 0;
  for (uint32_t m = w->active; m; m &= m - 1) {
    int l = __builtin_ctz(m), space;
    uint64_t address;
    if (ok_locate_lane(w, i, l, size, is_store, &hosts[l], &space, &address)) return 1;
    spaces[l] = (uint8_t)space;
    addresses[l] = w->worker->fault.address;
    if (space == OK_GLOBAL) sectors[n++] = address >> 5;
    if (space == OK_SHARED) {
      shared[l] = (uint32_t)w->worker->fault.address;
      shared_mask |= 1u << l;
      if (w->worker->launch->checks & (OK_CHECK_RACES | OK_CHECK_UNINITIALISED)) {
        if (ok_note_shared(w, i, (uint32_t)l, shared[l], size, is_store)) return 1;
      }
    }
    local += space == OK_LOCAL;
    constant += space == OK_CONSTANT;
  }
  ok_site_count *site = &w->worker->sites[i->site];
  /* Lanes in several memories make a request of each. */
  site->requests += (uint64_t)(n > 0) + (shared_mask != 0) + (local > 0) + (constant > 0);
  site->lanes += (uint64_t)__builtin_popcount(w->active);
  const int distinct = ok_distinct(sectors, n, found);
  site->sectors += (uint64_t)distinct;
  if (OK_UNLIKELY(w->worker->trace != 0)) {
    const int space = n ? OK_GLOBAL : shared_mask ? OK_SHARED : local ? OK_LOCAL : OK_CONSTANT;
    ok_trace_access(w, i, space, w->active, addresses, size, (uint32_t)distinct);
  }
  if (shared_mask) {
    int ideal;
    site->shared_requests++;
    site->shared_lanes += (uint64_t)__builtin_popcount(shared_mask);
    site->wavefronts += (uint64_t)ok_wavefronts_listed(shared_mask, shared, size, &ideal);
    site->ideal += (uint64_t)ideal;
  }
  if (local) site->local_requests++, site->local_lanes += (uint64_t)local;
  if (constant) site->constant_requests++, site->constant_lanes += (uint64_t)constant;
  return 0;
}

/* The place of byte `byte` of a lane's value. */
OK_INLINE uint8_t *ok_byte_place(uint8_t *host, int space, uint32_t byte) {
  if (space != OK_LOCAL) return host + byte;
  uint32_t inside = (uint32_t)((uintptr_t)host & 3) + byte;
  return host - ((uintptr_t)host & 3) + (inside & 3) + (uint64_t)(inside >> 2) * 128;
}

OK_INLINE uint64_t ok_read_lane(uint8_t *host, int space, uint32_t byte, int type, int width) {
  uint8_t *p = ok_byte_place(host, space, byte);
  if (width < 8) return ok_narrow(p, type, width);
  uint64_t high = *(const u32a *)ok_byte_place(host, space, byte + 4);
  return *(const u32a *)p | high << 32;
}

OK_INLINE void ok_write_lane(uint8_t *host, int space, uint32_t byte, int width, uint64_t value) {
  uint8_t *p = ok_byte_place(host, space, byte);
  if (width == 1) *p = (uint8_t)value;
  else if (width == 2) *(u16a *)p = (uint16_t)value;
  else *(u32a *)p = (uint32_t)value;
  if (width == 8) *(u32a *)ok_byte_place(host, space, byte + 4) = (uint32_t)(value >> 32);
}

OK_INLINE uint32_t ok_slot_at(const ok_warp *w, const ok_instruction *i, int part, uint32_t one) {
  return i->count == 1 ? one : w->worker->launch->lists[i->list + (uint32_t)part];
}

static int ok_load_each(ok_warp *w, const ok_instruction *i) {
  uint8_t *hosts[32], spaces[32];
  if (ok_locate_each(w, i, (uint32_t)i->width * i->count, 0, hosts, spaces)) return 1;
  for (int k = 0; k < i->count; k++) {
    uint8_t *to = w->frame + ok_slot_at(w, i, k, i->d);
    for (uint32_t m = w->active; m; m &= m - 1) {
      int l = __builtin_ctz(m);
      uint64_t v = ok_read_lane(hosts[l], spaces[l], (uint32_t)(k * i->width), i->type, i->width);
      if (i->width == 8) ((u64a *)to)[l] = v;
      else ((u32a *)to)[l] = (uint32_t)v;
    }
  }
  return 0;
}

static int ok_store_each(ok_warp *w, const ok_instruction *i) {
  uint8_t *hosts[32], spaces[32];
  if (ok_locate_each(w, i, (uint32_t)i->width * i->count, 1, hosts, spaces)) return 1;
  for (uint32_t m = w->active; m; m &= m - 1) {
    int l = __builtin_ctz(m);
    for (int k = 0; k < i->count; k++) {
      const uint8_t *from = w->frame + ok_slot_at(w, i, k, i->c);
      uint64_t v = i->width == 8 ? ((const u64a *)from)[l] : ((const u32a *)from)[l];
      ok_write_lane(hosts[l], spaces[l], (uint32_t)(k * i->width), i->width, v);
    }
  }
  return 0;
}

/* `space`, `width` and `count` are constants in the copies below, so that their tests fold away. */
OK_INLINE int ok_load(ok_warp *w, const ok_instruction *i, int space, int width, int count) {
  ok_access at;
  const uint32_t size = (uint32_t)(width * count);
  if (i->flags & OK_VOLATILE) w->spins++;
  if (OK_UNLIKELY(ok_locate(w, i, space, size, 0, &at) != OK_LOCATED)) return ok_load_each(w, i);
  if (ok_count(w, i, &at, size, 0)) return 1;
  for (int k = 0; k < count; k++) {
    ok_fetch(w, i, &at, k, width, count == 1, ok_slot_at(w, i, k, i->d));
  }
  return 0;
}

OK_INLINE int ok_store(ok_warp *w, const ok_instruction *i, int space, int width, int count) {
  ok_access at;
  const uint32_t size = (uint32_t)(width * count);
  if (OK_UNLIKELY(ok_locate(w, i, space, size, 1, &at) != OK_LOCATED)) return ok_store_each(w, i);
  if (ok_count(w, i, &at, size, 1)) return 1;
  if (width == 4 && count == 1) {
    u32x value = *SLOT(u32x, c);
    if (at.pattern == OK_CONTIGUOUS && w->active == 0xffffffffu) memcpy(at.origin, &value, 128);
    else ok_scatter32(at.origin, at.offset, value, w->active);
    return 0;
  }
  int32_t place[32] OK_ALIGNED;
  *(i32x *)place = at.offset;
  for (int k = 0; k < count; k++) {
    const uint8_t *from = w->frame + ok_slot_at(w, i, k, i->c);
    for (uint32_t m = w->active; m; m &= m - 1) {
      int l = __builtin_ctz(m);
      uint64_t v = width == 8 ? ((const u64a *)from)[l] : ((const u32a *)from)[l];
      ok_write_lane(at.origin + place[l], at.space, (uint32_t)(k * width), width, v);
    }
  }
  return 0;
}

#define LOADS(NAME, SPACE)                                                                    \
  static int load_##NAME##_4(ok_warp *w, const ok_instruction *i) {                           \
    return ok_load(w, i, SPACE, 4, 1);                                                        \
  }                                                                                           \
  static int load_##NAME##_8(ok_warp *w, const ok_instruction *i) {                           \
    return ok_load(w, i, SPACE, 8, 1);                                                        \
  }                                                                                           \
  static int load_##NAME##_16(ok_warp *w, const ok_instruction *i) {                          \
    return ok_load(w, i, SPACE, 4, 4);                                                        \
  }                                                                                           \
  static int store_##NAME##_4(ok_warp *w, const ok_instruction *i) {                          \
    return ok_store(w, i, SPACE, 4, 1);                                                       \
  }
LOADS(global, OK_GLOBAL)
LOADS(shared, OK_SHARED)
static int load_any(ok_warp *w, const ok_instruction *i) {
  return ok_load(w, i, i->space, i->width, i->count);
}
static int store_any(ok_warp *w, const ok_instruction *i) {
  return ok_store(w, i, i->space, i->width, i->count);
}

static ok_function load_function(const ok_instruction *i) {
  if (i->space == OK_GLOBAL || i->space == OK_SHARED) {
    int shared = i->space == OK_SHARED;
    if (i->count == 1 && i->width == 4) return shared ? load_shared_4 : load_global_4;
    if (i->count == 1 && i->width == 8) return shared ? load_shared_8 : load_global_8;
    if (i->count == 4 && i->width == 4) return shared ? load_shared_16 : load_global_16;
  }
  return load_any;
}
static ok_function store_function(const ok_instruction *i) {
  if (i->count == 1 && i->width == 4) {
    if (i->space == OK_GLOBAL) return store_global_4;
    if (i->space == OK_SHARED) return store_shared_4;
  }
  return store_any;
}

/* ---- atomics ---- */

static uint64_t ok_combine_half(int operation, uint64_t old, uint64_t value, int is_bfloat) {
  float a = is_bfloat ? ok_from_bf16((uint32_t)old) : ok_from_f16((uint32_t)old);
  float b = is_bfloat ? ok_from_bf16((uint32_t)value) : ok_from_f16((uint32_t)value);
  float r = operation == OK_A_ADD       ? a + b
            : operation == OK_A_MINIMUM ? ok_min32(a, b) : ok_max32(a, b);
  return is_bfloat ? ok_to_bf16(r) : ok_to_f16(r);
}

/* The new value in memory; `expected` serves compare-and-swap. */
static uint64_t ok_combine(int operation, int type, uint64_t old, uint64_t value,
                           uint64_t expected) {
  switch (operation) {
    case OK_A_AND: return old & value;
    case OK_A_OR: return old | value;
    case OK_A_XOR: return old ^ value;
    case OK_A_EXCHANGE: return value;
    case OK_A_COMPARE_AND_SWAP: return old == expected ? value : old;
    case OK_A_INCREMENT: return old >= value ? 0 : old + 1;
    case OK_A_DECREMENT: return old == 0 || old > value ? value : old - 1;
  }
  switch (type) {
    case OK_F32: {
      float a = ok_float((uint32_t)old), b = ok_float((uint32_t)value);
      return ok_bits(operation == OK_A_ADD       ? a + b
                     : operation == OK_A_MINIMUM ? ok_min32(a, b) : ok_max32(a, b));
    }
    case OK_F64: {
      double a = ok_double(old), b = ok_double(value);
      return ok_bits64(operation == OK_A_ADD       ? a + b
                       : operation == OK_A_MINIMUM ? ok_min64(a, b) : ok_max64(a, b));
    }
    case OK_F16: case OK_BF16:
      return ok_combine_half(operation, old & 0xffffu, value & 0xffffu, type == OK_BF16);
    case OK_F16X2: case OK_BF16X2: {
      int bfloat = type == OK_BF16X2;
      return ok_combine_half(operation, old & 0xffffu, value & 0xffffu, bfloat) |
             ok_combine_half(operation, (old >> 16) & 0xffffu, (value >> 16) & 0xffffu, bfloat)
                 << 16;
    }
  }
  if (operation == OK_A_ADD) return old + value;
  int less;
  if (type == OK_S64) less = (int64_t)old < (int64_t)value;
  else if (type == OK_S32) less = (int32_t)old < (int32_t)value;
  else less = old < value;
  return (operation == OK_A_MINIMUM) == (less != 0) ? old : value;
}

/* Other threads may run blocks that touch the same place: try until nobody came between. */
static uint64_t ok_update_shared(uint8_t *p, const ok_instruction *i, uint64_t value,
                                 uint64_t expected) {
  if (i->width == 8) {
    uint64_t old = __atomic_load_n((u64a *)p, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n((u64a *)p, &old,
                                        ok_combine(i->operation, i->type, old, value, expected), 1,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
    return old;
  }
  if (i->width == 4) {
    if (i->operation == OK_A_ADD && i->type <= OK_S32) {
      return __atomic_fetch_add((u32a *)p, (uint32_t)value, __ATOMIC_RELAXED);
    }
    uint32_t old = __atomic_load_n((u32a *)p, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(
        (u32a *)p, &old, (uint32_t)ok_combine(i->operation, i->type, old, value, expected), 1,
        __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
    return old;
  }
  uint16_t old = __atomic_load_n((u16a *)p, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(
      (u16a *)p, &old, (uint16_t)ok_combine(i->operation, i->type, old, value, expected), 1,
      __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
  return old;
}

static int atomic_any(ok_warp *w, const ok_instruction *i) {
  uint8_t *hosts[32], spaces[32];
  ok_access at;
  w->spins++;
  if (ok_locate(w, i, i->space, i->width, 1, &at) == OK_LOCATED) {
    if (ok_count(w, i, &at, i->width, 2)) return 1;
    int32_t place[32] OK_ALIGNED;
    *(i32x *)place = at.offset;
    for (int l = 0; l < 32; l++) hosts[l] = at.origin + place[l], spaces[l] = (uint8_t)at.space;
  } else if (ok_locate_each(w, i, i->width, 1, hosts, spaces)) {
    return 1;
  }
  const int one_thread = w->worker->one_thread, swaps = i->operation == OK_A_COMPARE_AND_SWAP;
  const uint8_t *first = w->frame + i->c, *second = swaps ? w->frame + i->x : first;
  for (uint32_t m = w->active; m; m &= m - 1) {
    int l = __builtin_ctz(m);
    uint64_t a = i->width == 8 ? ((const u64a *)first)[l] : ((const u32a *)first)[l];
    uint64_t b = i->width == 8 ? ((const u64a *)second)[l] : ((const u32a *)second)[l];
    uint64_t old;
    if (one_thread || spaces[l] != OK_GLOBAL) {
      old = ok_read_lane(hosts[l], spaces[l], 0, OK_U32, i->width);
      ok_write_lane(hosts[l], spaces[l], 0, i->width, ok_combine(i->operation, i->type, old, b, a));
    } else {
      old = ok_update_shared(hosts[l], i, b, a);
    }
    if (i->d == OK_NONE) continue;
    if (i->width == 8) ((u64a *)(w->frame + i->d))[l] = old;
    else ((u32a *)(w->frame + i->d))[l] = (uint32_t)old;
  }
  return 0;
}
