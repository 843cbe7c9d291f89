/* A cooperative launch: all blocks are resident, and barriers of the grid let them go on together.
 *
 * One thread runs each block up to the barrier, in order of blocks, so that runs repeat. */

#include <stdlib.h>

#include "machine.h"

/* What a worker keeps of a block while another one runs. */
typedef struct {
  uint8_t *shared, *frames, *locals, *initialised;
  ok_warp *warps;
  ok_shadow *shadow;
  ok_block_trace *trace;
  ok_named_barrier barriers[OK_BARRIERS + 1];
  int64_t block;
  uint32_t block_index[3];
  uint32_t multiprocessor, epoch;
  int has_ended;
} resident;

static void keep(const ok_worker *k, resident *r) {
  r->shared = k->shared, r->frames = k->frames, r->locals = k->locals;
  r->initialised = k->initialised, r->warps = k->warps, r->shadow = k->shadow;
  r->trace = k->trace, r->block = k->block;
  r->multiprocessor = k->multiprocessor, r->epoch = k->epoch;
  memcpy(r->barriers, k->barriers, sizeof r->barriers);
  memcpy(r->block_index, k->block_index, sizeof r->block_index);
}

static void take(ok_worker *k, const resident *r) {
  k->shared = r->shared, k->frames = r->frames, k->locals = r->locals;
  k->initialised = r->initialised, k->warps = r->warps, k->shadow = r->shadow;
  k->trace = r->trace, k->block = r->block;
  k->multiprocessor = r->multiprocessor, k->epoch = r->epoch;
  memcpy(k->barriers, r->barriers, sizeof r->barriers);
  memcpy(k->block_index, r->block_index, sizeof r->block_index);
  if (k->l1_all) k->l1 = k->l1_all + (int64_t)(k->multiprocessor * k->l1_sets * OK_WAYS);
}

/* Runs a block as far as it comes. */
static int advance(ok_worker *k, resident *r, const ok_engine *engine) {
  take(k, r);
  const int end = ok_continue_block(k, engine);
  if (end != OK_BLOCK_AT_GRID) {
    ok_end_block(k);
    r->has_ended = 1;
  }
  keep(k, r);
  return end;
}

/* Lets all blocks go on, or reports those that wait for one that has ended. */
static int meet(ok_worker *k, resident *all, int64_t total) {
  int64_t ended = 0, waiting = -1;
  for (int64_t b = total - 1; b >= 0; b--) {
    if (all[b].has_ended) ended++;
    else waiting = b;
  }
  if (waiting < 0) return 1;
  if (ended > 0) {
    take(k, &all[waiting]);
    return ok_report_deadlock(k);
  }
  for (int64_t b = 0; b < total; b++) {
    take(k, &all[b]);
    ok_open_barrier(k, OK_GRID_BARRIER);
    keep(k, &all[b]);
  }
  return 0;
}

static int begin_all(ok_worker *k, resident *all, int64_t total) {
  for (int64_t b = 0; b < total; b++) {
    /* The first block has the arrays that the worker was made with. */
    if (b > 0) {
      k->shared = k->frames = k->locals = k->initialised = 0;
      k->warps = 0, k->shadow = 0;
      if (ok_make_block(k)) return 1;
    }
    k->multiprocessor = (uint32_t)(b % k->launch->multiprocessors);
    k->epoch = 0;
    ok_begin_block(k, b);
    keep(k, &all[b]);
    k->trace = 0;
  }
  return 0;
}

void ok_run_cooperative(ok_worker *k, const ok_engine *engine) {
  const int64_t total = k->common->block_total;
  uint64_t *own = k->l1;
  resident *all = calloc((size_t)total, sizeof *all);
  if (!all || begin_all(k, all, total)) {
    k->fault.kind = OK_F_MEMORY;
  } else {
    int failed = 0;
    do {
      for (int64_t b = 0; b < total && !failed; b++) {
        if (!all[b].has_ended) failed = advance(k, &all[b], engine) == OK_BLOCK_FAILED;
      }
    } while (!failed && !meet(k, all, total));
  }
  k->l1 = own;
  for (int64_t b = 0; all && b < total; b++) {
    /* What the worker holds is released with it. */
    if (all[b].warps == k->warps) continue;
    free(all[b].shared), free(all[b].frames), free(all[b].locals), free(all[b].initialised);
    free(all[b].warps), free(all[b].shadow);
  }
  free(all);
}
