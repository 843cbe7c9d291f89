// Replays the steps of resident warps through the units of one multiprocessor.
//
// Each scheduler issues at most one instruction in a cycle: of the warp it issued last if that can,
// else of the oldest that can. An instruction can issue when the results it needs are there and its
// unit takes it. Accesses pass the memory pipeline in order, then, as far as they miss, this
// multiprocessor's shares of the second-level cache and of device memory, each a queue. When a block
// ends, the next one takes its place.

#include "orrery_replay.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  const or_stream *stream;  // NULL where the slot is empty
  int32_t *done;            // when each step's result is there
  uint8_t *from;            // the kind of each step
  int32_t next, block;
  int64_t age;
  int64_t ready;            // when the next step's operands are there
  int64_t idle_since;       // the cycle after the last issue
  uint8_t waits_for;        // the stall while operands are missing
  uint8_t at_barrier, is_over;
} warp;

typedef struct {
  int32_t number, live, arrived;
} block;

typedef struct {
  const or_multiprocessor *sm;
  warp *warps;
  block *blocks;
  int32_t warp_slots;
  double *pipe_free;       // [scheduler][pipe]
  int64_t *scheduler_free;
  int32_t *last;
  double memory_free, l2_free, dram_free;
  or_result *out;
} machine;

// When a scheduler's unit is free.
static double *pipe_of(const machine *m, int32_t scheduler, uint8_t pipe) {
  const int32_t owner = (m->sm->shared_pipes >> pipe) & 1 ? 0 : scheduler;
  return &m->pipe_free[owner * OR_PIPES + pipe];
}

static void prepare(warp *w) {
  if (w->next >= w->stream->count) return;
  const or_step *s = &w->stream->steps[w->next];
  int64_t ready = w->idle_since;
  uint8_t reason = OR_FIXED_LATENCY;
  for (int i = 0; i < OR_PRODUCERS; i++) {
    int32_t p = s->producers[i];
    if (p < 0 || w->done[p] <= ready) continue;
    ready = w->done[p];
    reason = w->from[p] == OR_GLOBAL_LOAD   ? OR_LONG_SCOREBOARD
             : w->from[p] == OR_SHARED_LOAD ? OR_SHORT_SCOREBOARD
                                            : OR_FIXED_LATENCY;
  }
  w->ready = ready;
  w->waits_for = reason;
}

static void start_block(machine *m, int32_t slot, const or_stream *streams, int32_t number,
                        int64_t at) {
  const int32_t count = m->sm->warps_per_block;
  m->blocks[slot] = (block){.number = number, .live = count, .arrived = 0};
  for (int32_t i = 0; i < count; i++) {
    warp *w = &m->warps[slot * count + i];
    w->stream = &streams[(int64_t)number * count + i];
    w->next = 0;
    w->block = slot;
    w->age = (int64_t)number * count + i;
    w->at_barrier = 0;
    w->is_over = w->stream->count == 0;
    w->idle_since = at;
    if (w->is_over) m->blocks[slot].live--;
    prepare(w);
  }
}

// When the unit of a step could take it, `cycle` if now.
static int64_t unit_time(const machine *m, int32_t scheduler, const or_step *s, int64_t cycle) {
  double free_at;
  if (s->kind == OR_ARITHMETIC || s->kind == OR_BARRIER) {
    free_at = *pipe_of(m, scheduler, s->pipe);
  } else {
    free_at = m->memory_free - m->sm->memory_queue;
    if (s->dram_sectors && m->dram_free - m->sm->backlog > free_at)
      free_at = m->dram_free - m->sm->backlog;
    if (s->l2_sectors && m->l2_free - m->sm->backlog > free_at)
      free_at = m->l2_free - m->sm->backlog;
  }
  int64_t whole = (int64_t)free_at;
  if ((double)whole < free_at) whole++;
  return whole > cycle ? whole : cycle;
}

static double greater(double a, double b) { return a > b ? a : b; }

// Puts an access into the queues and says when its result is there.
static double access_time(machine *m, const or_step *s, int64_t cycle) {
  const or_multiprocessor *sm = m->sm;
  const int is_shared = s->kind == OR_SHARED_LOAD || s->kind == OR_SHARED_STORE;
  double service = s->wavefronts;
  if (!is_shared) {
    service = greater(service, s->tag_passes);
    service = greater(service, 16.0 * s->sixteens / sm->l1_bytes_per_cycle);
  }
  if (service < 1) service = 1;
  double begin = greater((double)cycle, m->memory_free);
  m->memory_free = begin + service;
  m->out->memory_busy += service;
  if (is_shared) return m->memory_free + sm->shared_latency;
  double done = m->memory_free + sm->l1_latency;
  if (s->l2_sectors) {
    double time = s->l2_sectors * sm->l2_sector;
    m->l2_free = greater(m->memory_free, m->l2_free) + time;
    m->out->l2_busy += time;
    done = greater(done, m->l2_free + sm->l2_latency);
  }
  if (s->dram_sectors) {
    double time = s->dram_sectors * sm->dram_sector;
    m->dram_free = greater(m->memory_free - sm->dram_credit, m->dram_free) + time;
    m->out->dram_busy += time;
    done = greater(done, greater(m->memory_free, m->dram_free) + sm->dram_latency);
  }
  return done;
}

static void release_barrier(machine *m, int32_t slot, int64_t at) {
  const int32_t count = m->sm->warps_per_block;
  m->blocks[slot].arrived = 0;
  for (int32_t i = 0; i < count; i++) {
    warp *w = &m->warps[slot * count + i];
    if (!w->at_barrier) continue;
    w->at_barrier = 0;
    m->out->stalls[OR_AT_BARRIER] += at - w->idle_since;
    w->idle_since = at;
    prepare(w);
  }
}

static void issue(machine *m, int32_t scheduler, warp *w, int64_t cycle, uint8_t blocked_by) {
  const or_step *s = &w->stream->steps[w->next];
  if (w->ready > w->idle_since) m->out->stalls[w->waits_for] += w->ready - w->idle_since;
  if (cycle > w->ready) m->out->stalls[blocked_by] += cycle - w->ready;
  double done = (double)cycle + s->latency;
  if (s->kind == OR_ARITHMETIC || s->kind == OR_BARRIER) {
    *pipe_of(m, scheduler, s->pipe) = (double)cycle + s->interval;
    m->out->pipe_busy[s->pipe] += s->interval;
  } else {
    done = access_time(m, s, cycle) + s->latency;
  }
  m->scheduler_free[scheduler] = cycle + s->issues;
  m->out->issued += s->issues;
  w->done[w->next] = done > 2e9 ? 2000000000 : (int32_t)(done + 0.5);
  w->from[w->next] = s->kind;
  w->next++;
  w->idle_since = cycle + 1;
  block *b = &m->blocks[w->block];
  if (w->next >= w->stream->count) {
    w->is_over = 1;
    b->live--;
  }
  if (s->kind == OR_BARRIER && !w->is_over) {
    w->at_barrier = 1;
    b->arrived++;
  } else if (!w->is_over) {
    prepare(w);
  }
  if (b->live > 0 && b->arrived == b->live)
    release_barrier(m, w->block, cycle + m->sm->barrier_latency);
}

// Lets one scheduler issue; `soonest` becomes the first cycle at which anything could change.
static int try_scheduler(machine *m, int32_t scheduler, int64_t cycle, int64_t *soonest) {
  if (m->scheduler_free[scheduler] > cycle) {
    if (m->scheduler_free[scheduler] < *soonest) *soonest = m->scheduler_free[scheduler];
    return 0;
  }
  warp *chosen = NULL;
  for (int32_t i = scheduler; i < m->warp_slots; i += m->sm->schedulers) {
    warp *w = &m->warps[i];
    if (!w->stream || w->is_over || w->at_barrier) continue;
    int64_t when = w->ready;
    if (when <= cycle) when = unit_time(m, scheduler, &w->stream->steps[w->next], cycle);
    if (when > cycle) {
      if (when < *soonest) *soonest = when;
      continue;
    }
    if (i == m->last[scheduler]) {
      chosen = w;
      break;
    }
    if (!chosen || w->age < chosen->age) chosen = w;
  }
  if (!chosen) return 0;
  m->last[scheduler] = (int32_t)(chosen - m->warps);
  const or_step *s = &chosen->stream->steps[chosen->next];
  uint8_t blocked = OR_NOT_SELECTED;
  if (chosen->ready < cycle && m->scheduler_free[scheduler] < cycle) {
    blocked = s->kind == OR_ARITHMETIC ? OR_MATH_THROTTLE : OR_MEMORY_THROTTLE;
  }
  issue(m, scheduler, chosen, cycle, blocked);
  return 1;
}

static void run(machine *m, const or_stream *streams, int32_t blocks, int64_t *ends) {
  const or_multiprocessor *sm = m->sm;
  int32_t started = 0, over = 0;
  for (int32_t slot = 0; slot < sm->resident_blocks; slot++) {
    m->blocks[slot].number = -1;
    if (started < blocks) start_block(m, slot, streams, started++, sm->block_start);
  }
  int64_t cycle = 0;
  while (over < blocks) {
    int64_t soonest = INT64_MAX;
    int any = 0;
    for (int32_t s = 0; s < sm->schedulers; s++) any |= try_scheduler(m, s, cycle, &soonest);
    for (int32_t slot = 0; slot < sm->resident_blocks; slot++) {
      block *b = &m->blocks[slot];
      if (b->number < 0 || b->live > 0) continue;
      ends[b->number] = cycle + 1;
      over++;
      any = 1;
      b->number = -1;
      for (int32_t i = 0; i < sm->warps_per_block; i++)
        m->warps[slot * sm->warps_per_block + i].stream = NULL;
      if (started < blocks) start_block(m, slot, streams, started++, cycle + 1 + sm->block_start);
    }
    cycle = any || soonest == INT64_MAX || soonest <= cycle ? cycle + 1 : soonest;
  }
  m->out->cycles = cycle;
}

int or_replay(const or_multiprocessor *sm, const or_stream *streams, int32_t blocks,
              int64_t *block_ends, or_result *result) {
  memset(result, 0, sizeof *result);
  machine m = {.sm = sm, .warp_slots = sm->resident_blocks * sm->warps_per_block, .out = result};
  int32_t longest = 1;
  for (int64_t i = 0; i < (int64_t)blocks * sm->warps_per_block; i++)
    if (streams[i].count > longest) longest = streams[i].count;
  const size_t slots = (size_t)m.warp_slots;
  m.warps = calloc(slots, sizeof(warp));
  m.blocks = calloc((size_t)sm->resident_blocks, sizeof(block));
  m.pipe_free = calloc((size_t)sm->schedulers * OR_PIPES, sizeof(double));
  m.scheduler_free = calloc((size_t)sm->schedulers, sizeof(int64_t));
  m.last = malloc((size_t)sm->schedulers * sizeof(int32_t));
  int32_t *done = malloc(slots * (size_t)longest * sizeof(int32_t));
  uint8_t *from = malloc(slots * (size_t)longest);
  int ok = m.warps && m.blocks && m.pipe_free && m.scheduler_free && m.last && done && from;
  if (ok) {
    for (size_t i = 0; i < slots; i++) {
      m.warps[i].done = done + i * (size_t)longest;
      m.warps[i].from = from + i * (size_t)longest;
    }
    for (int32_t s = 0; s < sm->schedulers; s++) m.last[s] = -1;
    run(&m, streams, blocks, block_ends);
  }
  free(m.warps);
  free(m.blocks);
  free(m.pipe_free);
  free(m.scheduler_free);
  free(m.last);
  free(done);
  free(from);
  return ok ? 0 : -1;
}
