/* How an access finds its bytes and what it costs: addresses of a warp, bounds, sectors,
 * wavefronts. Included once per vector level. */

/* Where the lanes' bytes lie. Inactive lanes stand where the first active one does. */
typedef struct {
  i32x offset;        /* bytes from origin */
  uint8_t *origin;    /* the host's place of the lowest lane's first byte */
  uint64_t low, high; /* addresses of the lowest and the highest lane */
  int space;
  int pattern;
  int step;           /* bytes from one word of a value to the next: 4, or 128 in local memory */
  const ok_cached *cached;
} ok_access;

enum { OK_ANY_PATTERN, OK_ONE_ADDRESS, OK_CONTIGUOUS };
enum { OK_LOCATED, OK_STOPPED, OK_SCATTERED };

static const i32x ok_iota = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                             16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

OK_INLINE int ok_is_power(uint32_t x) { return (x & (x - 1)) == 0; }

/* The address of one lane, as the program computes it. */
OK_INLINE uint64_t ok_lane_address(const ok_warp *w, const ok_instruction *i, int lane) {
  uint64_t base = i->flags & OK_WIDE_BASE ? SLOT(u64a, a)[lane] : SLOT(u32a, a)[lane];
  uint64_t index = 0;
  if (i->b != OK_NONE) {
    uint32_t x = SLOT(u32a, b)[lane];
    index = i->flags & OK_SIGNED_INDEX ? (uint64_t)(int64_t)(int32_t)x : x;
  }
  return base + index * i->target + (uint64_t)i->offset;
}

/* The addresses of all lanes as the lowest one and 32-bit distances. */
OK_INLINE int ok_addresses(const ok_warp *w, const ok_instruction *i, uint32_t size,
                           ok_access *at) {
  const uint32_t active = w->active;
  const int first = __builtin_ctz(active);
  const int is_full = active == 0xffffffffu;
  int is_uniform = i->flags & OK_UNIFORM_BASE;
  uint64_t base;
  if (i->flags & OK_WIDE_BASE) {
    base = SLOT(u64a, a)[first];
    if (!is_uniform && i->b != OK_NONE) {
      is_uniform = (ok_mask_of_wide(*SLOT(i64x, a) != (int64_t)base) & active) == 0;
    }
  } else {
    base = SLOT(u32a, a)[first];
    if (!is_uniform) {
      is_uniform = (ok_mask_of(*SLOT(i32x, a) != (int32_t)base) & active) == 0;
    }
  }
  base += (uint64_t)i->offset;
  if (is_uniform) {
    if (i->b == OK_NONE) {
      at->offset = (i32x){0};
      at->low = at->high = base;
      at->pattern = OK_ONE_ADDRESS;
      return 1;
    }
    const int64_t scale = i->target;
    u32x index = *SLOT(u32x, b);
    /* Unsigned indices are compared as signed ones with the top bit turned. */
    const uint32_t turn = i->flags & OK_SIGNED_INDEX ? 0 : 0x80000000u;
    const uint32_t start = SLOT(u32a, b)[first];
    u32x distance = index - start;
    if (!is_full) distance &= *(const u32x *)w->lanes;
    const int64_t start_index = (int64_t)(int32_t)(start ^ turn) + turn;
    if (ok_mask_of((i32x)distance != 0) == 0) {
      at->offset = (i32x){0};
      at->low = at->high = base + (uint64_t)(start_index * scale);
      at->pattern = OK_ONE_ADDRESS;
      return 1;
    }
    if (is_full && scale == size && ok_mask_of((i32x)distance != ok_iota) == 0 &&
        start_index <= INT32_MAX - 31) {
      at->offset = ok_iota * (int32_t)size;
      at->low = base + (uint64_t)(start_index * scale);
      at->high = at->low + 31 * (uint64_t)size;
      at->pattern = OK_CONTIGUOUS;
      return 1;
    }
    i32x turned = (i32x)((distance + start) ^ turn);
    const int32_t low = __builtin_reduce_min(turned), high = __builtin_reduce_max(turned);
    if (((int64_t)high - low) * scale > INT32_MAX) return 0;
    at->offset = (turned - low) * (int32_t)scale;
    at->low = base + (uint64_t)(((int64_t)low + turn) * scale);
    at->high = base + (uint64_t)(((int64_t)high + turn) * scale);
    at->pattern = OK_ANY_PATTERN;
    return 1;
  }
  u64x address = i->flags & OK_WIDE_BASE ? *SLOT(u64x, a)
                                         : __builtin_convertvector(*SLOT(u32x, a), u64x);
  address += (uint64_t)i->offset;
  if (i->b != OK_NONE) {
    u64x index = i->flags & OK_SIGNED_INDEX
                     ? (u64x)__builtin_convertvector(*SLOT(i32x, b), i64x)
                     : __builtin_convertvector(*SLOT(u32x, b), u64x);
    address += index * (uint64_t)i->target;
  }
  uint64_t lane0[32] OK_ALIGNED;
  *(u64x *)lane0 = address;
  const uint64_t start = lane0[first];
  u64x distance = address - start;
  if (!is_full) {
    distance &= (u64x)__builtin_convertvector(*(const i32x *)w->lanes, i64x);
  }
  address = distance + start;
  at->low = __builtin_reduce_min(address);
  at->high = __builtin_reduce_max(address);
  if (at->high - at->low > INT32_MAX) return 0;
  at->offset = __builtin_convertvector((i64x)(address - at->low), i32x);
  at->pattern = at->low == at->high ? OK_ONE_ADDRESS
                : is_full && ok_mask_of(at->offset != ok_iota * (int32_t)size) == 0
                    ? OK_CONTIGUOUS : OK_ANY_PATTERN;
  return 1;
}

/* The place of a lane's word in local memory, which lies word by word for all lanes. */
OK_INLINE uint64_t ok_local_place(uint64_t offset, int lane) {
  return ((offset & ~UINT64_C(3)) << 5) + (uint64_t)lane * 4 + (offset & 3);
}

/* Finds the bytes of a whole warp, or says that lanes must be looked at one by one: because one of
 * them faults, or because they lie too far apart. */
OK_INLINE int ok_locate(ok_warp *w, const ok_instruction *i, int space, uint32_t size,
                        int is_store, ok_access *at) {
  if (!ok_addresses(w, i, size, at)) return OK_SCATTERED;
  const ok_launch *launch = w->worker->launch;
  if (space == OK_GENERIC) {
    space = OK_GLOBAL;
    if (OK_UNLIKELY(at->low >= OK_WINDOW_SHARED &&
                    at->low < OK_WINDOW_CONSTANT + OK_WINDOW_BYTES)) {
      uint64_t window = (at->low - OK_WINDOW_SHARED) / OK_WINDOW_BYTES;
      if ((at->high - OK_WINDOW_SHARED) / OK_WINDOW_BYTES != window) return OK_SCATTERED;
      space = window == 0 ? OK_SHARED : window == 1 ? OK_LOCAL : OK_CONSTANT;
      at->low -= OK_WINDOW_SHARED + window * OK_WINDOW_BYTES;
      at->high -= OK_WINDOW_SHARED + window * OK_WINDOW_BYTES;
    }
  }
  at->space = space;
  at->step = 4;
  const uint32_t alignment = ok_is_power(size) ? size : i->width;
  if (alignment > 1) {
    uint64_t bits = at->low;
    if (at->pattern == OK_ANY_PATTERN) bits |= (uint32_t)__builtin_reduce_or(at->offset);
    if (OK_UNLIKELY(bits & (alignment - 1))) return OK_SCATTERED;
  }
  if (space == OK_GLOBAL) {
    ok_cached *c = &w->worker->cached[i->site];
    if (OK_UNLIKELY(at->low < c->start || at->high + size > c->end || at->high < at->low)) {
      const ok_allocation *found = ok_find(launch, at->low, at->high - at->low + size);
      if (!found) return OK_SCATTERED;
      c->start = found->start, c->end = found->end, c->host = found->host;
      c->writable = found->writable, c->number = found->number;
    }
    if (OK_UNLIKELY(is_store && !c->writable)) return OK_SCATTERED;
    at->origin = c->host + (at->low - c->start);
    at->cached = c;
    return OK_LOCATED;
  }
  const uint64_t limit = space == OK_SHARED  ? (uint64_t)launch->shared_bytes
                         : space == OK_LOCAL ? (uint64_t)launch->local_bytes
                                             : (uint64_t)launch->constant_bytes;
  if (OK_UNLIKELY(at->low > limit || at->high + size > limit)) return OK_SCATTERED;
  if (space == OK_SHARED) {
    at->origin = w->worker->shared + at->low;
  } else if (space == OK_CONSTANT) {
    if (is_store) return OK_SCATTERED;
    at->origin = (uint8_t *)launch->constants + at->low;
  } else {
    i32x place = at->offset + (int32_t)(at->low & 3);
    at->offset = ((place & ~3) << 5) + (place & 3) + ok_iota * 4;
    at->origin = w->local + ((at->low & ~UINT64_C(3)) << 5);
    if (at->pattern == OK_ONE_ADDRESS) {
      at->pattern = size == 4 && w->active == 0xffffffffu ? OK_CONTIGUOUS : OK_ANY_PATTERN;
    } else {
      at->pattern = OK_ANY_PATTERN;
    }
    at->step = 128;
  }
  return OK_LOCATED;
}

/* One lane's bytes, with the fault it deserves where there are none. */
static int ok_locate_lane(ok_warp *w, const ok_instruction *i, int lane, uint32_t size,
                          int is_store, uint8_t **host, int *space_out, uint64_t *address_out) {
  const ok_launch *launch = w->worker->launch;
  uint64_t address = ok_lane_address(w, i, lane);
  int space = i->space;
  /* Offsets into the other spaces have 32 bits and come round: compilers subtract that way. */
  if (space != OK_GLOBAL && space != OK_GENERIC) address = (uint32_t)address;
  *address_out = address;
  w->worker->fault.address = address;
  w->worker->fault.size = size;
  w->worker->fault.is_store = is_store;
  if (space == OK_GENERIC) {
    space = OK_GLOBAL;
    if (address >= OK_WINDOW_SHARED && address < OK_WINDOW_CONSTANT + OK_WINDOW_BYTES) {
      uint64_t window = (address - OK_WINDOW_SHARED) / OK_WINDOW_BYTES;
      space = window == 0 ? OK_SHARED : window == 1 ? OK_LOCAL : OK_CONSTANT;
      address -= OK_WINDOW_SHARED + window * OK_WINDOW_BYTES;
    }
  }
  w->worker->fault.space = space;
  w->worker->fault.address = address;
  *space_out = space;
  const uint32_t alignment = ok_is_power(size) ? size : i->width;
  if (address & (alignment - 1)) return ok_fail(w, i, OK_F_MISALIGNED, (uint32_t)lane);
  if (space == OK_GLOBAL) {
    const ok_allocation *found = ok_find(launch, address, size);
    if (!found) return ok_fail(w, i, OK_F_OUT_OF_BOUNDS, (uint32_t)lane);
    if (is_store && !found->writable) return ok_fail(w, i, OK_F_READ_ONLY, (uint32_t)lane);
    *host = found->host + (address - found->start);
    return 0;
  }
  uint64_t limit = space == OK_SHARED  ? (uint64_t)launch->shared_bytes
                   : space == OK_LOCAL ? (uint64_t)launch->local_bytes
                                       : (uint64_t)launch->constant_bytes;
  if (address > limit || address + size > limit) {
    return ok_fail(w, i, OK_F_OUT_OF_BOUNDS, (uint32_t)lane);
  }
  if (space == OK_CONSTANT && is_store) return ok_fail(w, i, OK_F_READ_ONLY, (uint32_t)lane);
  *host = space == OK_SHARED     ? w->worker->shared + address
          : space == OK_CONSTANT ? (uint8_t *)launch->constants + address
                                 : w->local + ok_local_place(address, lane);
  return 0;
}

/* ---- what an access costs ---- */

/* How many different values a few lanes hold. */
static int ok_distinct(const uint64_t *values, int count, uint64_t *out) {
  int found = 0;
  for (int k = 0; k < count; k++) {
    int known = 0;
    for (int j = found - 1; j >= 0 && !known; j--) known = out[j] == values[k];
    if (!known) out[found++] = values[k];
  }
  return found;
}

/* The different sectors of an access; their numbers go to `out` when it is not NULL. */
OK_INLINE int ok_sectors(const ok_warp *w, const ok_access *at, uint32_t size, uint64_t *out) {
  const uint64_t first = at->low >> 5;
  if (at->pattern == OK_ONE_ADDRESS) {
    if (out) out[0] = first;
    return 1;
  }
  if (at->pattern == OK_CONTIGUOUS) {
    int count = (int)(((at->low + 32 * size - 1) >> 5) - first) + 1;
    if (out) for (int k = 0; k < count; k++) out[k] = first + (uint64_t)k;
    return count;
  }
  const uint64_t span = (at->high >> 5) - first;
  u32x sector = (u32x)(at->offset + (int32_t)(at->low & 31)) >> 5;
  if (span < 32) {
    u32x bit = (u32x){0} + 1;
    uint32_t bits = __builtin_reduce_or(bit << sector);
    int count = __builtin_popcount(bits);
    for (int k = 0; out && bits; bits &= bits - 1) {
      out[k++] = first + (uint64_t)__builtin_ctz(bits);
    }
    return count;
  }
  if (span < 64) {
    u64x bit = (u64x){0} + 1;
    uint64_t bits = __builtin_reduce_or(bit << __builtin_convertvector(sector, u64x));
    int count = __builtin_popcountll(bits);
    for (int k = 0; out && bits; bits &= bits - 1) {
      out[k++] = first + (uint64_t)__builtin_ctzll(bits);
    }
    return count;
  }
  /* Lanes in rising order: every change is a new sector. */
  uint32_t list[33] OK_ALIGNED;
  *(u32x *)list = sector;
  u32x before = __builtin_shufflevector(sector, sector, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                                        13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                                        28, 29, 30);
  uint32_t changed = ok_mask_of((i32x)(sector != before)) | 1u;
  if (ok_mask_of((i32x)sector < (i32x)before) == 0) {
    int count = __builtin_popcount(changed);
    if (out) {
      for (int k = 0; changed; changed &= changed - 1) {
        out[k++] = first + list[__builtin_ctz(changed)];
      }
    }
    return count;
  }
  uint64_t values[32], found[32];
  int n = 0;
  for (; changed; changed &= changed - 1) values[n++] = first + list[__builtin_ctz(changed)];
  (void)w;
  return ok_distinct(values, n, out ? out : found);
}

/* The most different words that one bank has to give, over words in a list. */
static int ok_bank_passes(const uint32_t *words, int count) {
  uint8_t filled[32] = {0};
  uint32_t held[32][64];
  int most = 0;
  for (int k = 0; k < count; k++) {
    uint32_t bank = words[k] & 31;
    int n = filled[bank], known = 0;
    for (int j = n - 1; j >= 0 && !known; j--) known = held[bank][j] == words[k];
    if (known) continue;
    held[bank][n] = words[k];
    filled[bank] = (uint8_t)(n + 1);
    if (n + 1 > most) most = n + 1;
  }
  return most;
}

/* Wavefronts of a shared access: all lanes at once, or by half and quarter warps where a lane takes
 * 8 and 16 bytes. `ideal` is what it takes without conflicts. */
static int ok_wavefronts_listed(uint32_t active, const uint32_t *address, uint32_t size,
                                int *ideal) {
  const int lanes = size <= 4 ? 32 : size <= 8 ? 16 : 8;
  const int words = size <= 4 ? 1 : (int)(size / 4);
  int passes = 0;
  *ideal = 0;
  for (int start = 0; start < 32; start += lanes) {
    uint32_t list[64];
    int count = 0;
    for (int l = start; l < start + lanes; l++) {
      if (!((active >> l) & 1)) continue;
      for (int k = 0; k < words && count < 64; k++) list[count++] = (address[l] >> 2) + (uint32_t)k;
    }
    if (count == 0) continue;
    *ideal += 1;
    passes += ok_bank_passes(list, count);
  }
  return passes;
}

OK_INLINE int ok_wavefronts(const ok_warp *w, const ok_access *at, uint32_t size, int *ideal) {
  if (size <= 4) {
    *ideal = 1;
    if (((at->high + size - 1) >> 2) - (at->low >> 2) < 32) return 1;
    u32x word = (u32x)(at->offset + (int32_t)(at->low & 127)) >> 2;
    u32x bit = (u32x){0} + 1;
    uint32_t banks = __builtin_reduce_or(bit << (word & 31));
    if (__builtin_popcount(banks) == __builtin_popcount(w->active)) return 1;
    /* Equal distances of d words: the banks repeat after 32 / gcd(d, 32) lanes. */
    uint32_t list[32] OK_ALIGNED;
    *(u32x *)list = word;
    int32_t distance = (int32_t)(list[1] - list[0]);
    if (w->active == 0xffffffffu && distance != 0 &&
        ok_mask_of((i32x)(word - list[0]) != ok_iota * distance) == 0) {
      int shared = __builtin_ctz((uint32_t)distance | 32u);
      return 1 << shared;
    }
  }
  uint32_t address[32] OK_ALIGNED;
  *(i32x *)address = at->offset + (int32_t)at->low;
  return ok_wavefronts_listed(w->active, address, size, ideal);
}

static int ok_check_shared(ok_warp *w, const ok_instruction *i, const ok_access *at, uint32_t size,
                           int is_store) {
  uint32_t address[32] OK_ALIGNED;
  *(i32x *)address = at->offset + (int32_t)at->low;
  for (uint32_t m = w->active; m; m &= m - 1) {
    int l = __builtin_ctz(m);
    if (ok_note_shared(w, i, (uint32_t)l, address[l], size, is_store)) return 1;
  }
  return 0;
}

/* Shows a located access to the trace. */
static void ok_trace_located(ok_warp *w, const ok_instruction *i, const ok_access *at,
                             uint32_t size, uint32_t misses) {
  uint64_t addresses[32];
  int32_t place[32] OK_ALIGNED;
  *(i32x *)place = at->offset;
  for (int l = 0; l < 32; l++) addresses[l] = at->low + (uint64_t)(int64_t)place[l];
  ok_trace_access(w, i, at->space, w->active, addresses, size, misses);
}

/* Counts a located access and shows it to the checks and the cache model. */
OK_INLINE int ok_count(ok_warp *w, const ok_instruction *i, const ok_access *at, uint32_t size,
                       int is_store) {
  ok_site_count *site = &w->worker->sites[i->site];
  const uint32_t lanes = (uint32_t)__builtin_popcount(w->active);
  site->requests++;
  site->lanes += lanes;
  if (at->space == OK_GLOBAL) {
    uint64_t misses = 0;
    if (w->worker->launch->model_caches) {
      uint64_t list[64];
      const uint64_t before = w->worker->l2_reads;
      int count = ok_sectors(w, at, size, list);
      site->sectors += (uint64_t)count;
      ok_note_sectors(w->worker, site, at->cached, list, count, is_store);
      misses = is_store ? (uint64_t)count : w->worker->l2_reads - before;
    } else {
      misses = (uint64_t)ok_sectors(w, at, size, 0);
      site->sectors += misses;
    }
    if (OK_UNLIKELY(w->worker->trace != 0)) ok_trace_located(w, i, at, size, (uint32_t)misses);
    return 0;
  }
  if (at->space == OK_SHARED) {
    int ideal;
    site->shared_requests++;
    site->shared_lanes += lanes;
    site->wavefronts += (uint64_t)ok_wavefronts(w, at, size, &ideal);
    site->ideal += (uint64_t)ideal;
    if (OK_UNLIKELY(w->worker->trace != 0)) ok_trace_located(w, i, at, size, 0);
    if (OK_UNLIKELY(w->worker->launch->checks & (OK_CHECK_RACES | OK_CHECK_UNINITIALISED))) {
      return ok_check_shared(w, i, at, size, is_store);
    }
    return 0;
  }
  if (at->space == OK_LOCAL) {
    site->local_requests++;
    site->local_lanes += lanes;
    uint64_t pieces = size <= 4 ? 1 : size / 4;
    ok_access pieces_at = *at;
    pieces_at.low = 0;
    pieces_at.high = (uint64_t)(uint32_t)__builtin_reduce_max(at->offset);
    if (pieces_at.pattern == OK_CONTIGUOUS) site->local_sectors += 4;
    else site->local_sectors += pieces * (uint64_t)ok_sectors(w, &pieces_at, 4, 0);
    if (OK_UNLIKELY(w->worker->trace != 0)) ok_trace_located(w, i, at, size, 0);
    return 0;
  }
  if (OK_UNLIKELY(w->worker->trace != 0)) ok_trace_located(w, i, at, size, 0);
  site->constant_requests++;
  site->constant_lanes += lanes;
  return 0;
}
