/* Traced blocks: what their warps did, step by step, for the model of time and for pictures. */

#include <stdlib.h>

#include "machine.h"

enum { FIRST_ROOM = 1024, MOST_SAMPLES = 256 };

static void add(ok_warp *w, ok_trace_event event) {
  ok_block_trace *t = w->worker->trace;
  if (w->traced >= w->worker->launch->trace_events) return;
  if (t->count == t->room) {
    const int64_t room = t->room ? 2 * t->room : FIRST_ROOM;
    void *more = realloc(t->events, (size_t)room * sizeof *t->events);
    if (!more) return; /* the trace ends early; nothing else depends on it */
    t->events = more;
    t->room = room;
  }
  event.warp = (uint16_t)w->number;
  t->events[t->count++] = event;
  w->traced++;
}

void ok_trace_block(ok_warp *w, const ok_instruction *i) {
  add(w, (ok_trace_event){.what = (uint32_t)i->site,
                          .lanes = (uint8_t)__builtin_popcount(w->active)});
}

/* The different values that lanes have after a shift; `seen` has room for 64. */
static int distinct(uint32_t mask, const uint64_t *values, int shift, uint32_t last,
                    uint64_t *seen) {
  int count = 0;
  for (uint32_t m = mask; m; m &= m - 1) {
    const int l = __builtin_ctz(m);
    for (uint32_t part = 0; part < 2; part++) {
      const uint64_t v = (values[l] + part * last) >> shift;
      int n = 0;
      while (n < count && seen[n] != v) n++;
      if (n == count) seen[count++] = v;
    }
  }
  return count;
}

/* The tags lie in four banks, of which each looks up one line in a cycle. The bank of a line is its
 * number with all pairs of bits folded into one: with it the cycles of strided loads come out as
 * measured on A100, A40 and H200 (te42kyfo/gpu-benches, gpu-strides). */
uint32_t ok_tag_passes(const uint64_t *lines, int count) {
  uint32_t filled[4] = {0}, most = 0;
  for (int n = 0; n < count; n++) {
    uint64_t folded = lines[n];
    for (int shift = 32; shift > 1; shift /= 2) folded ^= folded >> shift;
    const uint32_t held = ++filled[folded & 3];
    if (held > most) most = held;
  }
  return most;
}

/* Passes over 32 banks of 4 bytes: by half and quarter warps where lanes take 8 and 16. */
static uint32_t passes(uint32_t mask, const uint64_t *addresses, uint32_t size) {
  const int lanes = size <= 4 ? 32 : size <= 8 ? 16 : 8;
  const uint32_t words = size <= 4 ? 1 : size / 4;
  uint32_t total = 0;
  for (int start = 0; start < 32; start += lanes) {
    uint64_t held[32][64];
    uint32_t filled[32] = {0}, most = 0;
    for (int l = start; l < start + lanes; l++) {
      if (!((mask >> l) & 1)) continue;
      for (uint32_t k = 0; k < words; k++) {
        const uint64_t word = (addresses[l] >> 2) + k;
        const uint32_t bank = word & 31;
        uint32_t n = 0;
        while (n < filled[bank] && held[bank][n] != word) n++;
        if (n < filled[bank] || n == 64) continue;
        held[bank][filled[bank]++] = word;
        if (filled[bank] > most) most = filled[bank];
      }
    }
    total += most;
  }
  return total;
}

/* The most lanes that meet at one address. */
static uint32_t crowd(uint32_t mask, const uint64_t *addresses) {
  uint32_t most = 0;
  for (uint32_t m = mask; m; m &= m - 1) {
    const uint64_t address = addresses[__builtin_ctz(m)];
    uint32_t count = 0;
    for (uint32_t o = mask; o; o &= o - 1) count += addresses[__builtin_ctz(o)] == address;
    if (count > most) most = count;
  }
  return most;
}

static void sample(ok_warp *w, const ok_instruction *i, const ok_trace_event *event, uint32_t mask,
                   const uint64_t *addresses, uint32_t size) {
  ok_block_trace *t = w->worker->trace;
  if (t->sample_count >= MOST_SAMPLES) return;
  for (int64_t n = 0; n < t->sample_count; n++) {
    if (t->samples[n].site == (uint32_t)i->site) return;
  }
  if (!t->samples) t->samples = malloc(MOST_SAMPLES * sizeof *t->samples);
  if (!t->samples) return;
  ok_access_sample *s = &t->samples[t->sample_count++];
  *s = (ok_access_sample){.site = (uint32_t)i->site, .warp = w->number, .mask = mask, .size = size,
                          .block = w->worker->block, .space = event->space,
                          .is_store = i->kind == OK_K_STORE, .wavefronts = event->wavefronts,
                          .sectors = event->sectors};
  memcpy(s->addresses, addresses, sizeof s->addresses);
}

void ok_trace_access(ok_warp *w, const ok_instruction *i, int space, uint32_t mask,
                     const uint64_t *addresses, uint32_t size, uint32_t misses) {
  if (w->traced >= w->worker->launch->trace_events) return;
  ok_trace_event event = {.what = OK_TRACE_ACCESS | (uint32_t)i->site, .space = (uint8_t)space,
                          .lanes = (uint8_t)__builtin_popcount(mask)};
  uint64_t seen[64];
  event.sectors = (uint8_t)distinct(mask, addresses, 5, size - 1, seen);
  event.tag_passes = (uint8_t)ok_tag_passes(seen, distinct(mask, addresses, 7, size - 1, seen));
  event.misses = (uint8_t)misses;
  event.wavefronts = (uint8_t)passes(mask, addresses, size);
  sample(w, i, &event, mask, addresses, size);
  if (i->kind == OK_K_ATOMIC) {
    const uint32_t together = crowd(mask, addresses);
    if (together > event.wavefronts) event.wavefronts = (uint8_t)together;
  }
  add(w, event);
}

void ok_trace_tile(ok_warp *w, const ok_instruction *i, ok_trace_event event) {
  event.what = OK_TRACE_ACCESS | (uint32_t)i->site;
  add(w, event);
}

void ok_release_traces(ok_block_trace *traces, int64_t count) {
  for (int64_t n = 0; n < count; n++) {
    free(traces[n].events);
    free(traces[n].samples);
  }
}
