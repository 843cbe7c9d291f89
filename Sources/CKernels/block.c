/* A block: its warps run in turn until each has left or waits; barriers let them go on. */

#include <stdlib.h>

#include "machine.h"

int ok_fail(ok_warp *w, const ok_instruction *i, int kind, uint32_t lane) {
  ok_fault *f = &w->worker->fault;
  f->kind = kind;
  f->pc = (uint32_t)(i - w->worker->launch->code);
  f->block = w->worker->block;
  f->warp = w->number;
  f->lane = lane != OK_NONE ? lane : w->active ? (uint32_t)__builtin_ctz(w->active) : 0;
  return 1;
}

int ok_must_stop(ok_worker *worker) {
  struct ok_shared_launch *common = worker->common;
  if (worker->asks && worker->launch->is_stopped &&
      worker->launch->is_stopped(worker->launch->context)) {
    atomic_store(&common->stop, 1);
  }
  return atomic_load_explicit(&common->stop, memory_order_relaxed);
}

/* A warp runs so many instructions in a turn: few enough that warps which read the same lines find
 * them in L1, as on a device, and many enough that turns cost nothing. */
enum { TURN = 256, TURNS_BETWEEN_LOOKS = 256 };

int ok_refuel(ok_warp *w, const ok_instruction *i) {
  const ok_launch *launch = w->worker->launch;
  const int64_t used = w->issued - w->fuel;
  if (launch->step_limit && used >= launch->step_limit) return OK_ENOUGH;
  if (used > launch->budget) return ok_fail(w, i, OK_F_BUDGET, OK_NONE);
  if (++w->worker->turns >= TURNS_BETWEEN_LOOKS) {
    w->worker->turns = 0;
    if (ok_must_stop(w->worker)) return ok_fail(w, i, OK_F_STOPPED, OK_NONE);
    /* A block before this one has failed: what this one does no longer matters. */
    if (atomic_load_explicit(&w->worker->common->first_fault, memory_order_relaxed) <
        w->worker->block) {
      return ok_fail(w, i, OK_F_STOPPED, OK_NONE);
    }
  }
  int64_t more = launch->budget - used + 1 < TURN ? launch->budget - used + 1 : TURN;
  if (launch->step_limit && launch->step_limit - used < more) more = launch->step_limit - used;
  w->issued += more;
  w->fuel += more;
  return w->worker->warp_count > 1 ? OK_TURN_OVER : 0;
}

/* ---- slots that no instruction sets ---- */

static uint32_t special_of_lane(const ok_worker *k, const ok_warp *w, uint16_t special, int lane) {
  const ok_launch *launch = k->launch;
  const uint32_t x = (uint32_t)launch->block[0], y = (uint32_t)launch->block[1];
  const uint32_t thread = w->number * 32 + (uint32_t)lane;
  switch (special) {
    case OK_THREAD_X: return thread % x;
    case OK_THREAD_Y: return thread / x % y;
    case OK_THREAD_Z: return thread / x / y;
    case OK_BLOCK_X: case OK_BLOCK_Y: case OK_BLOCK_Z: return k->block_index[special - OK_BLOCK_X];
    case OK_BLOCK_SIZE_X: case OK_BLOCK_SIZE_Y: case OK_BLOCK_SIZE_Z:
      return (uint32_t)launch->block[special - OK_BLOCK_SIZE_X];
    case OK_GRID_SIZE_X: case OK_GRID_SIZE_Y: case OK_GRID_SIZE_Z:
      return (uint32_t)launch->grid[special - OK_GRID_SIZE_X];
    case OK_LANE: return (uint32_t)lane;
    case OK_WARP: return w->number;
    case OK_LANE_MASK_EQUAL: return 1u << lane;
    case OK_LANE_MASK_LESS: return (1u << lane) - 1;
    case OK_LANE_MASK_LESS_OR_EQUAL: return (2u << lane) - 1;
    case OK_LANE_MASK_GREATER: return ~((2u << lane) - 1);
    case OK_LANE_MASK_GREATER_OR_EQUAL: return ~((1u << lane) - 1);
    case OK_DYNAMIC_SHARED_BYTES: return (uint32_t)launch->dynamic_shared_bytes;
    case OK_TOTAL_SHARED_BYTES: return (uint32_t)launch->shared_bytes;
    case OK_DYNAMIC_SHARED_OFFSET: return (uint32_t)launch->dynamic_shared_offset;
    case OK_MULTIPROCESSOR: return k->multiprocessor;
    case OK_MULTIPROCESSORS: return (uint32_t)launch->multiprocessors;
    default: return 0;
  }
}

static int belongs_to_block(const ok_fill *fill) {
  return fill->is_special && ((fill->special >= OK_BLOCK_X && fill->special <= OK_BLOCK_Z) ||
                              fill->special == OK_MULTIPROCESSOR);
}

void ok_fill_slots(ok_worker *k, int only_block) {
  for (int64_t n = 0; n < k->launch->fill_count; n++) {
    const ok_fill *fill = &k->launch->fills[n];
    if (only_block && !belongs_to_block(fill)) continue;
    for (uint32_t j = 0; j < k->warp_count; j++) {
      uint8_t *to = k->warps[j].frame + fill->slot;
      if (fill->bytes == 0) *(u32a *)to = fill->value ? ~0u : 0u;
      for (int l = 0; l < 32 && fill->bytes; l++) {
        uint64_t v = fill->is_special ? special_of_lane(k, &k->warps[j], fill->special, l)
                                      : fill->value;
        if (fill->bytes == 8) ((u64a *)to)[l] = v;
        else ((u32a *)to)[l] = (uint32_t)v;
      }
    }
  }
}

void ok_begin_block(ok_worker *k, int64_t block) {
  const ok_launch *launch = k->launch;
  k->block = block;
  k->block_index[0] = (uint32_t)(block % launch->grid[0]);
  k->block_index[1] = (uint32_t)(block / launch->grid[0] % launch->grid[1]);
  k->block_index[2] = (uint32_t)(block / launch->grid[0] / launch->grid[1]);
  for (int64_t n = 0; n < launch->traced_count && !k->trace; n++) {
    if (launch->traced_blocks[n] == block) k->trace = &k->traces[n];
  }
  if (k->trace) k->trace->block = block;
  ok_fill_slots(k, 1);
  memset(k->shared, 0, (size_t)launch->shared_bytes);
  memset(k->barriers, 0, sizeof k->barriers);
  k->epoch++;
  if (k->initialised) memset(k->initialised, 0, (size_t)launch->shared_bytes);
  if (launch->local_bytes) {
    memset(k->locals, 0, (size_t)(launch->local_bytes * 32) * k->warp_count);
  }
  const int64_t threads = (int64_t)launch->block[0] * launch->block[1] * launch->block[2];
  for (uint32_t j = 0; j < k->warp_count; j++) {
    ok_warp *w = &k->warps[j];
    int64_t lanes = threads - (int64_t)j * 32;
    w->alive = lanes >= 32 ? ~0u : (1u << lanes) - 1;
    w->current = w->alive;
    w->pc = w->ready = w->parked = w->spins = w->turn = w->rotation = 0;
    w->traced = 0;
    w->issued = w->fuel = launch->budget < TURN ? launch->budget : TURN;
    if (launch->step_limit && launch->step_limit < w->fuel) w->issued = w->fuel = launch->step_limit;
    for (int64_t n = 0; n < launch->cleared_count; n++) {
      memset(w->frame + launch->cleared[2 * n], 0, launch->cleared[2 * n + 1]);
    }
  }
}

/* ---- barriers ---- */

int ok_arrive(ok_warp *w, const ok_instruction *i) {
  ok_worker *k = w->worker;
  const int first = __builtin_ctz(w->current);
  uint32_t id = i->a == OK_NONE ? 0 : ((const u32a *)(w->frame + i->a))[first];
  uint32_t count = i->b == OK_NONE ? 0 : ((const u32a *)(w->frame + i->b))[first];
  if (i->operation == OK_B_GRID) {
    id = OK_GRID_BARRIER;
  } else if (id >= OK_BARRIERS) {
    k->fault.address = id;
    return ok_fail(w, i, OK_F_BARRIER_NUMBER, OK_NONE) ? -1 : -1;
  }
  ok_named_barrier *b = &k->barriers[id];
  b->arrived += (uint32_t)__builtin_popcount(w->current);
  b->warps += 32;
  if (count) b->expected = (count + 31) & ~31u;
  if (i->c != OK_NONE) {
    b->holds += (uint32_t)__builtin_popcount(*(const u32a *)(w->frame + i->c) & w->current);
  }
  if (i->operation == OK_B_ARRIVE) return 0;
  w->parked_groups[w->parked++] = (ok_group){.pc = w->pc, .mask = w->current,
                                             .state = OK_AT_BARRIER, .key = id,
                                             .expected = w->alive};
  return 1;
}

/* Lanes of one warp at different places of a barrier, or some that never came to it. */
static int is_divergent(ok_warp *w, uint32_t id) {
  uint32_t together = 0, pc = 0, expected = 0;
  for (uint32_t n = 0; n < w->parked; n++) {
    const ok_group *g = &w->parked_groups[n];
    if (g->state != OK_AT_BARRIER || g->key != id) continue;
    if (together && g->pc != pc) {
      w->active = g->mask;
      w->worker->fault.other_pc = pc - 1;
      w->worker->fault.mask = g->mask;
      w->worker->fault.other_mask = together;
      return ok_fail(w, w->worker->launch->code + g->pc - 1, OK_F_BARRIER_DIVERGENT, OK_NONE);
    }
    together |= g->mask;
    expected |= g->expected;
    pc = g->pc;
  }
  if (together == 0 || (expected & ~together) == 0) return 0;
  w->active = together;
  w->worker->fault.other_pc = OK_NONE;
  w->worker->fault.mask = together;
  w->worker->fault.other_mask = expected & ~together;
  return ok_fail(w, w->worker->launch->code + pc - 1, OK_F_BARRIER_DIVERGENT, OK_NONE);
}

static void give_result(ok_warp *w, const ok_group *g, const ok_named_barrier *b) {
  const ok_instruction *i = w->worker->launch->code + g->pc - 1;
  if (i->d == OK_NONE || i->operation < OK_B_COUNT) return;
  uint32_t v = i->operation == OK_B_COUNT ? b->holds
               : i->operation == OK_B_AND ? b->holds == b->arrived : b->holds != 0;
  if (i->flags & OK_PREDICATE_RESULT) {
    u32a *to = (u32a *)(w->frame + i->d);
    *to = (*to & ~g->mask) | (v ? g->mask : 0);
    return;
  }
  for (uint32_t m = g->mask; m; m &= m - 1) ((u32a *)(w->frame + i->d))[__builtin_ctz(m)] = v;
}

void ok_open_barrier(ok_worker *k, uint32_t id) {
  for (uint32_t j = 0; j < k->warp_count; j++) {
    ok_warp *w = &k->warps[j];
    uint32_t kept = 0;
    for (uint32_t n = 0; n < w->parked; n++) {
      ok_group g = w->parked_groups[n];
      if (g.state != OK_AT_BARRIER || g.key != id) {
        w->parked_groups[kept++] = g;
        continue;
      }
      give_result(w, &g, &k->barriers[id]);
      ok_add_group(w, g.pc, g.mask);
    }
    w->parked = kept;
  }
  memset(&k->barriers[id], 0, sizeof k->barriers[id]);
  k->epoch++;
}

/* What `settle` found beside barriers that it opened. */
enum { SETTLE_FAILED = -1, SETTLE_AT_GRID = -2 };

/* Opens the barriers that all have come to. Returns how many, or one of the above. */
static int settle(ok_worker *k) {
  uint32_t alive = 0;
  int opened = 0, waits_for_grid = 0;
  for (uint32_t j = 0; j < k->warp_count; j++) {
    alive += (uint32_t)__builtin_popcount(k->warps[j].alive);
  }
  for (uint32_t id = 0; id <= OK_GRID_BARRIER; id++) {
    ok_named_barrier *b = &k->barriers[id];
    if (b->arrived == 0) continue;
    if (b->expected ? b->warps < b->expected : b->arrived < alive) continue;
    if (k->launch->checks & OK_CHECK_BARRIERS) {
      for (uint32_t j = 0; j < k->warp_count; j++) {
        if (is_divergent(&k->warps[j], id)) return SETTLE_FAILED;
      }
    }
    if (id == OK_GRID_BARRIER && k->launch->cooperative) {
      waits_for_grid = 1;
      continue;
    }
    ok_open_barrier(k, id);
    opened++;
  }
  return opened == 0 && waits_for_grid ? SETTLE_AT_GRID : opened;
}

int ok_report_deadlock(ok_worker *k) {
  ok_fault *f = &k->fault;
  f->wait_count = 0;
  for (uint32_t j = 0; j < k->warp_count; j++) {
    ok_warp *w = &k->warps[j];
    for (uint32_t n = 0; n < w->parked; n++) {
      const ok_group *g = &w->parked_groups[n];
      w->active = g->mask;
      if (f->wait_count == 0) ok_fail(w, k->launch->code + g->pc - 1, OK_F_DEADLOCK, OK_NONE);
      if (f->wait_count == 8) continue;
      f->waits[f->wait_count].warp = w->number;
      f->waits[f->wait_count].mask = g->mask;
      f->waits[f->wait_count].pc = g->pc - 1;
      f->waits[f->wait_count].at_warp_barrier = g->state == OK_AT_WARP_BARRIER;
      f->wait_count++;
    }
  }
  return 1;
}

int ok_continue_block(ok_worker *k, const ok_engine *engine) {
  for (;;) {
    int runnable = 0, waiting = 0;
    for (uint32_t j = 0; j < k->warp_count; j++) {
      ok_warp *w = &k->warps[j];
      if (w->current == 0 && w->ready == 0) {
        waiting += w->parked != 0;
        continue;
      }
      int end = engine->step(w);
      if (end == OK_FAULTED) return OK_BLOCK_FAILED;
      runnable += end == OK_YIELDED;
      waiting += end == OK_BLOCKED;
    }
    if (runnable) continue;
    if (waiting == 0) return OK_BLOCK_ENDED;
    const int opened = settle(k);
    if (opened == SETTLE_FAILED) return OK_BLOCK_FAILED;
    if (opened == SETTLE_AT_GRID) return OK_BLOCK_AT_GRID;
    if (opened == 0 && ok_report_deadlock(k)) return OK_BLOCK_FAILED;
  }
}

void ok_end_block(ok_worker *k) {
  for (uint32_t j = 0; j < k->warp_count; j++) {
    const uint64_t issued = (uint64_t)(k->warps[j].issued - k->warps[j].fuel);
    k->instructions += issued;
    if (k->trace) k->trace->instructions += issued;
  }
  k->trace = 0;
}

int ok_run_block(ok_worker *k, int64_t block, const ok_engine *engine) {
  ok_begin_block(k, block);
  const int end = ok_continue_block(k, engine);
  ok_end_block(k);
  return end != OK_BLOCK_ENDED;
}
