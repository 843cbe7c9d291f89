/* A launch: blocks over threads, and what they counted put together.
 *
 * Block b belongs to multiprocessor b mod n; a thread takes all blocks of a multiprocessor in turn,
 * so that what the cache model sees does not depend on the number of threads. Of several failing
 * blocks the lowest is reported: threads go on with the blocks before it. */

#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "machine.h"

extern const ok_engine ok_engine_plain;
#if defined(__x86_64__)
extern const ok_engine ok_engine_avx2, ok_engine_avx512;
#endif

const ok_engine *ok_engine_at(int level) {
#if defined(__x86_64__)
  if (level >= 3) return &ok_engine_avx512;
  if (level == 2) return &ok_engine_avx2;
#endif
  (void)level;
  return &ok_engine_plain;
}

int64_t ok_link(ok_instruction *code, int64_t count, int level) {
  const ok_engine *engine = ok_engine_at(level);
  for (int64_t n = 0; n < count; n++) {
    code[n].call = engine->function(&code[n]);
    if (!code[n].call) return n;
    code[n].op = engine->op(&code[n]);
  }
  return -1;
}

/* ---- workers ---- */

static void *aligned(int64_t bytes) {
  void *p = 0;
  if (posix_memalign(&p, 4096, (size_t)(bytes > 0 ? bytes : 1))) return 0;
  memset(p, 0, (size_t)bytes);
  return p;
}

static void discard(ok_worker *k) {
  for (int64_t n = 0; k->footprints && n < k->launch->allocation_count; n++) {
    free(k->footprints[n].seen);
    free(k->footprints[n].written);
  }
  free(k->footprints), free(k->l1_all), free(k->l1), free(k->shadow), free(k->initialised);
  free(k->cached), free(k->sites), free(k->blocks), free(k->shared), free(k->frames);
  free(k->locals), free(k->warps), free(k->printed);
}

static int64_t l1_words(const ok_worker *k) { return (int64_t)k->l1_sets * OK_WAYS; }

int ok_make_block(ok_worker *k) {
  const ok_launch *launch = k->launch;
  /* An odd number of lines between frames, so that equal slots do not share cache sets. */
  const int64_t frame = launch->frame_bytes + 128;
  k->shared = aligned(launch->shared_bytes + 128);
  k->frames = aligned(frame * k->warp_count);
  k->locals = aligned(launch->local_bytes * 32 * k->warp_count + 128);
  k->warps = aligned((int64_t)sizeof(ok_warp) * k->warp_count);
  if (!k->shared || !k->frames || !k->locals || !k->warps) return 1;
  if (launch->checks & OK_CHECK_RACES) {
    k->shadow = calloc((size_t)launch->shared_bytes + 1, sizeof *k->shadow);
    if (!k->shadow) return 1;
  }
  if (launch->checks & OK_CHECK_UNINITIALISED) {
    k->initialised = calloc((size_t)launch->shared_bytes + 1, 1);
    if (!k->initialised) return 1;
  }
  for (uint32_t j = 0; j < k->warp_count; j++) {
    k->warps[j].frame = k->frames + frame * j;
    k->warps[j].local = k->locals + launch->local_bytes * 32 * j;
    k->warps[j].number = j;
    k->warps[j].worker = k;
  }
  ok_fill_slots(k, 0);
  return 0;
}

static int prepare(ok_worker *k, struct ok_shared_launch *common, int one_thread) {
  const ok_launch *launch = common->launch;
  const int64_t threads = (int64_t)launch->block[0] * launch->block[1] * launch->block[2];
  *k = (ok_worker){.launch = launch, .common = common, .one_thread = one_thread};
  k->warp_count = (uint32_t)((threads + 31) / 32);
  k->blocks = calloc((size_t)launch->block_count + 1, sizeof *k->blocks);
  k->sites = calloc((size_t)launch->site_count + 1, sizeof *k->sites);
  k->cached = calloc((size_t)launch->site_count + 1, sizeof *k->cached);
  if (!k->blocks || !k->sites || !k->cached) return 1;
  if (launch->model_caches) {
    k->l1_sets = launch->l1_lines / OK_WAYS > 0 ? (uint64_t)(launch->l1_lines / OK_WAYS) : 1;
    k->footprints = calloc((size_t)launch->allocation_count + 1, sizeof *k->footprints);
    k->l1 = aligned(l1_words(k) * 8);
    if (!k->footprints || !k->l1) return 1;
    if (launch->in_order || launch->cooperative) {
      k->l1_all = aligned(l1_words(k) * 8 * common->items);
      if (!k->l1_all) return 1;
    }
  }
  return ok_make_block(k);
}

/* Runs one block and keeps the fault of the lowest block. Returns 1 when all must stop. */
static int run_one(ok_worker *k, int64_t block, const ok_engine *engine) {
  struct ok_shared_launch *common = k->common;
  if (ok_must_stop(k)) return 1;
  if (block >= atomic_load_explicit(&common->first_fault, memory_order_relaxed)) return 0;
  ok_fault before = k->fault;
  if (!ok_run_block(k, block, engine)) {
    k->fault = before;
    return 0;
  }
  if (k->fault.kind == OK_F_STOPPED) {
    k->fault = before;
    return atomic_load(&common->stop);
  }
  long long first = atomic_load(&common->first_fault);
  while (block < first && !atomic_compare_exchange_weak(&common->first_fault, &first, block)) {}
  return 0;
}

/* Whether a block is to run at all. */
static int is_wanted(const ok_launch *launch, int64_t block) {
  if (!launch->only_blocks) return 1;
  int64_t low = 0, high = launch->only_count;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (launch->only_blocks[middle] < block) low = middle + 1;
    else high = middle;
  }
  return low < launch->only_count && launch->only_blocks[low] == block;
}

/* The end of the blocks that may have to run. */
static int64_t last_block(const ok_launch *launch, int64_t total) {
  if (!launch->only_blocks) return total;
  return launch->only_count ? launch->only_blocks[launch->only_count - 1] + 1 : 0;
}

static void run_items(ok_worker *k) {
  struct ok_shared_launch *common = k->common;
  const ok_engine *engine = ok_engine_at(k->launch->level);
  const int64_t end = last_block(k->launch, common->block_total);
  if (k->launch->cooperative) {
    ok_run_cooperative(k, engine);
    return;
  }
  if (k->launch->in_order) {
    for (int64_t b = 0; b < end; b++) {
      if (!is_wanted(k->launch, b)) continue;
      k->multiprocessor = (uint32_t)(b % k->launch->multiprocessors);
      uint64_t *own = k->l1;
      if (k->l1_all) k->l1 = k->l1_all + (int64_t)k->multiprocessor * l1_words(k);
      int stop = run_one(k, b, engine);
      k->l1 = own;
      if (stop || k->fault.kind) return;
    }
    return;
  }
  for (;;) {
    const int64_t item = atomic_fetch_add(&common->next_item, 1);
    if (item >= common->items) return;
    k->multiprocessor = (uint32_t)item;
    if (k->l1) memset(k->l1, 0, (size_t)l1_words(k) * 8);
    for (int64_t b = item; b < end; b += k->launch->multiprocessors) {
      if (is_wanted(k->launch, b) && run_one(k, b, engine)) return;
    }
  }
}

static void *help(void *argument) {
  ok_worker *k = argument;
  run_items(k);
  atomic_fetch_sub(&k->common->running, 1);
  return 0;
}

/* ---- putting together ---- */

static void add_counts(const ok_worker *k, ok_result *result) {
  for (int64_t n = 0; n < k->launch->block_count; n++) {
    result->blocks[n].executions += k->blocks[n].executions;
    result->blocks[n].lanes += k->blocks[n].lanes;
  }
  uint64_t *to = (uint64_t *)result->sites;
  const uint64_t *from = (const uint64_t *)k->sites;
  const size_t words = sizeof(ok_site_count) / 8 * (size_t)k->launch->site_count;
  for (size_t n = 0; n < words; n++) to[n] += from[n];
  result->instructions += k->instructions;
  result->l2_read_sectors += k->l2_reads;
  result->l2_write_sectors += k->l2_writes;
}

static uint64_t count_union(const ok_worker *workers, int count, int64_t allocation, int written) {
  const ok_allocation *a = &workers[0].launch->allocations[allocation];
  const uint64_t words = (a->end - a->start + 31) / 32 / 64 + 1;
  uint64_t total = 0;
  int used = 0;
  for (int t = 0; t < count; t++) {
    const ok_footprint *f = &workers[t].footprints[allocation];
    used |= (written ? f->written : f->seen) != 0;
  }
  for (uint64_t n = 0; used && n < words; n++) {
    uint64_t bits = 0;
    for (int t = 0; t < count; t++) {
      const ok_footprint *f = &workers[t].footprints[allocation];
      const uint64_t *map = written ? f->written : f->seen;
      if (map) bits |= map[n];
    }
    total += (uint64_t)__builtin_popcountll(bits);
  }
  return total;
}

typedef struct {
  const uint8_t *at;
  int64_t block, order, size;
} record;

static int by_block(const void *a, const void *b) {
  const record *x = a, *y = b;
  if (x->block != y->block) return x->block < y->block ? -1 : 1;
  return x->order < y->order ? -1 : 1;
}

/* Printed calls in order of blocks, whichever thread ran them, up to the limit. */
static void gather_prints(const ok_worker *workers, int count, ok_result *result) {
  int64_t bytes = 0, records = 0, found = 0;
  for (int t = 0; t < count; t++) {
    bytes += workers[t].printed_bytes;
    result->prints_dropped += workers[t].prints_dropped;
  }
  if (bytes == 0) return;
  records = bytes / (int64_t)sizeof(ok_print_head);
  record *list = malloc((size_t)records * sizeof *list);
  result->printed = malloc((size_t)bytes);
  if (!list || !result->printed) {
    free(list);
    return;
  }
  for (int t = 0; t < count; t++) {
    for (int64_t at = 0; at < workers[t].printed_bytes;) {
      ok_print_head head;
      memcpy(&head, workers[t].printed + at, sizeof head);
      int64_t size = (int64_t)sizeof head + 8 * (int64_t)head.count;
      list[found] = (record){workers[t].printed + at, head.block, found, size};
      found++;
      at += size;
    }
  }
  qsort(list, (size_t)found, sizeof *list, by_block);
  for (int64_t n = 0; n < found; n++) {
    if (result->printed_bytes + list[n].size > workers[0].launch->print_bytes) {
      result->prints_dropped++;
      continue;
    }
    memcpy(result->printed + result->printed_bytes, list[n].at, (size_t)list[n].size);
    result->printed_bytes += list[n].size;
  }
  free(list);
}

static void gather(const ok_worker *workers, int count, ok_result *result) {
  int64_t lowest = INT64_MAX;
  for (int t = 0; t < count; t++) {
    add_counts(&workers[t], result);
    if (workers[t].fault.kind && workers[t].fault.block < lowest) {
      lowest = workers[t].fault.block;
      result->fault = workers[t].fault;
    }
  }
  gather_prints(workers, count, result);
  if (!workers[0].launch->model_caches) return;
  for (int64_t a = 0; a < workers[0].launch->allocation_count; a++) {
    result->unique_read_sectors += count_union(workers, count, a, 0);
    result->unique_written_sectors += count_union(workers, count, a, 1);
  }
}

enum { MOST_THREADS = 256, WORTH_A_THREAD = 2048 };

static int thread_count(const ok_launch *launch, const struct ok_shared_launch *common) {
  const int64_t lanes = (int64_t)launch->block[0] * launch->block[1] * launch->block[2];
  int64_t count = launch->in_order || launch->cooperative ? 1 : launch->threads;
  if (count > common->items) count = common->items;
  if (common->block_total < WORTH_A_THREAD / lanes) count = 1;
  if (count > MOST_THREADS) count = MOST_THREADS;
  return count < 1 ? 1 : (int)count;
}

int ok_run(const ok_launch *launch, ok_result *result) {
  struct ok_shared_launch common = {.launch = launch};
  common.block_total = (int64_t)launch->grid[0] * launch->grid[1] * launch->grid[2];
  common.items = common.block_total < launch->multiprocessors ? common.block_total
                                                              : launch->multiprocessors;
  atomic_init(&common.first_fault, INT64_MAX);
  int count = thread_count(launch, &common), started = 0, failed = 0;
  ok_worker *workers = calloc((size_t)count, sizeof *workers);
  pthread_t threads[MOST_THREADS];
  for (int t = 0; workers && t < count && !failed; t++) {
    failed = prepare(&workers[t], &common, count == 1);
    workers[t].traces = result->traces;
  }
  if (!workers || failed) {
    for (int t = 0; workers && t < count; t++) {
      if (workers[t].launch) discard(&workers[t]);
    }
    free(workers);
    result->fault.kind = OK_F_MEMORY;
    return 1;
  }
  workers[0].asks = 1;
  for (int t = 1; t < count; t++) {
    atomic_fetch_add(&common.running, 1);
    if (pthread_create(&threads[started], 0, help, &workers[t])) {
      atomic_fetch_sub(&common.running, 1);
      break;
    }
    started++;
  }
  run_items(&workers[0]);
  while (atomic_load(&common.running) > 0) {
    ok_must_stop(&workers[0]);
    struct timespec pause = {.tv_nsec = 50000};
    nanosleep(&pause, 0);
  }
  for (int t = 0; t < started; t++) pthread_join(threads[t], 0);
  gather(workers, count, result);
  result->threads = started + 1;
  if (atomic_load(&common.stop)) result->fault.kind = OK_F_STOPPED;
  for (int t = 0; t < count; t++) discard(&workers[t]);
  free(workers);
  return result->fault.kind != OK_F_NONE;
}
