/* What running warps call for: allocations, checks of shared memory, the cache model, printing. */

#include <stdlib.h>

#include "machine.h"

const ok_allocation *ok_find(const ok_launch *launch, uint64_t address, uint64_t size) {
  int64_t low = 0, high = launch->allocation_count;
  while (low < high) {
    int64_t middle = (low + high) / 2;
    if (launch->allocations[middle].start <= address) low = middle + 1;
    else high = middle;
  }
  if (low == 0) return 0;
  const ok_allocation *a = &launch->allocations[low - 1];
  return address <= a->end && size <= a->end - address ? a : 0;
}

/* ---- checks ---- */

int ok_note_shared(ok_warp *w, const ok_instruction *i, uint32_t lane, uint32_t offset,
                   uint32_t size, int is_store) {
  ok_worker *k = w->worker;
  const uint32_t pc = (uint32_t)(i - k->launch->code);
  const uint32_t thread = w->number * 32 + lane;
  const int is_atomic = is_store == 2;
  for (uint32_t b = offset; b < offset + size; b++) {
    if (k->initialised) {
      if (is_store != 1 && !k->initialised[b]) {
        k->fault.address = offset;
        k->fault.size = size;
        k->fault.space = OK_SHARED;
        return ok_fail(w, i, OK_F_UNINITIALISED, lane);
      }
      if (is_store) k->initialised[b] = 1;
    }
    if (!k->shadow) continue;
    ok_shadow *s = &k->shadow[b];
    const int is_current = s->epoch == k->epoch;
    const int other_warp = is_current && (s->thread / 32 != w->number || s->several);
    /* Two atomics take turns, two reads do no harm. */
    const int harmless = (!is_store && !s->is_store) || (is_atomic && s->is_store == 2);
    if (other_warp && !harmless) {
      k->fault.address = offset;
      k->fault.size = size;
      k->fault.space = OK_SHARED;
      k->fault.is_store = is_store != 0;
      k->fault.other_pc = s->pc;
      k->fault.other_warp = s->thread / 32;
      k->fault.other_lane = s->thread % 32;
      k->fault.other_is_store = s->is_store != 0;
      return ok_fail(w, i, OK_F_RACE, lane);
    }
    /* A store is remembered in place of reads; readers of several warps are kept apart. */
    if (!is_current || is_store) {
      *s = (ok_shadow){.epoch = k->epoch, .pc = pc, .thread = (uint16_t)thread,
                       .is_store = (uint8_t)is_store};
    } else if (s->is_store == 0 && s->thread / 32 != w->number) {
      s->several = 1;
    }
  }
  return 0;
}

/* ---- caches ---- */

static uint64_t *bitmap(uint64_t **map, const ok_launch *launch, int32_t number) {
  if (!*map) {
    const ok_allocation *a = &launch->allocations[number];
    *map = calloc((size_t)((a->end - a->start + 31) / 32 / 64 + 1), 8);
  }
  return *map;
}

static void mark(uint64_t *map, uint64_t sector) {
  if (map) map[sector / 64] |= UINT64_C(1) << (sector % 64);
}

/* Looks for sectors of a line in the set's entries, the last used first. Returns those missing. */
static uint32_t look_up(uint64_t *set, uint64_t line, uint32_t sectors) {
  for (int way = 0; way < OK_WAYS; way++) {
    uint64_t entry = set[way];
    if (entry >> OK_LINE_SECTORS != line || (entry & 15) == 0) continue;
    uint32_t missing = sectors & ~(uint32_t)(entry & 15);
    for (int j = way; j > 0; j--) set[j] = set[j - 1];
    set[0] = entry | sectors;
    return missing;
  }
  for (int j = OK_WAYS - 1; j > 0; j--) set[j] = set[j - 1];
  set[0] = line << OK_LINE_SECTORS | sectors;
  return sectors;
}

void ok_note_sectors(ok_worker *k, ok_site_count *site, const ok_cached *allocation,
                     const uint64_t *sectors, int count, int is_store) {
  ok_footprint *footprint = &k->footprints[allocation->number];
  const uint64_t begin = k->launch->allocations[allocation->number].start >> 5;
  if (is_store) {
    uint64_t *map = bitmap(&footprint->written, k->launch, allocation->number);
    for (int n = 0; n < count; n++) mark(map, sectors[n] - begin);
    k->l2_writes += (uint64_t)count;
    return;
  }
  uint64_t *map = bitmap(&footprint->seen, k->launch, allocation->number);
  for (int n = 0; n < count;) {
    const uint64_t line = sectors[n] / OK_LINE_SECTORS;
    uint32_t wanted = 0;
    int end = n;
    for (; end < count && sectors[end] / OK_LINE_SECTORS == line; end++) {
      wanted |= 1u << (sectors[end] % OK_LINE_SECTORS);
    }
    /* Neighbours lie in different sets, and folding keeps rows of a matrix apart. */
    const uint32_t folded = (uint32_t)(line ^ line >> 8 ^ line >> 16);
    uint64_t *set = k->l1 + (uint64_t)(folded % (uint32_t)k->l1_sets) * OK_WAYS;
    uint32_t missing = look_up(set, line, wanted);
    site->l1_hits += (uint64_t)(end - n - __builtin_popcount(missing));
    k->l2_reads += (uint64_t)__builtin_popcount(missing);
    for (; missing; missing &= missing - 1) {
      mark(map, line * OK_LINE_SECTORS + (uint64_t)__builtin_ctz(missing) - begin);
    }
    n = end;
  }
}

/* ---- printing ---- */

int ok_print(ok_warp *w, const ok_instruction *i) {
  ok_worker *k = w->worker;
  const int64_t size = (int64_t)sizeof(ok_print_head) + 8 * i->count;
  for (uint32_t m = w->active; m; m &= m - 1) {
    const int l = __builtin_ctz(m);
    if (k->printed_bytes + size > k->launch->print_bytes) {
      k->prints_dropped++;
      continue;
    }
    if (k->printed_bytes + size > k->printed_room) {
      int64_t room = k->printed_room ? 2 * k->printed_room : 4096;
      uint8_t *grown = realloc(k->printed, (size_t)room);
      if (!grown) return ok_fail(w, i, OK_F_MEMORY, (uint32_t)l);
      k->printed = grown, k->printed_room = room;
    }
    ok_print_head head = {.block = k->block, .thread = w->number * 32 + (uint32_t)l,
                          .format = (uint32_t)i->offset, .count = i->count,
                          .pc = (uint32_t)(i - k->launch->code)};
    memcpy(k->printed + k->printed_bytes, &head, sizeof head);
    uint8_t *to = k->printed + k->printed_bytes + sizeof head;
    for (int n = 0; n < i->count; n++) {
      /* The list holds pairs: the slot, and how wide it is. */
      const uint32_t slot = k->launch->lists[i->list + 2 * (uint32_t)n];
      const uint32_t width = k->launch->lists[i->list + 2 * (uint32_t)n + 1];
      const uint8_t *from = w->frame + slot;
      uint64_t v = width == 8 ? ((const u64a *)from)[l]
                   : width == 4 ? ((const u32a *)from)[l] : (*(const u32a *)from >> l) & 1;
      memcpy(to + 8 * n, &v, 8);
    }
    k->printed_bytes += size;
  }
  return 0;
}
