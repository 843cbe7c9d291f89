/* Filling blocks with random numbers, in tasks whose bounds do not depend on the threads. */
#include <math.h>
#include <stdatomic.h>

#include "ct_pool.h"
#include "ct_rows.h"

enum { PER_TASK = 8 * CT_CHUNK }; /* a multiple of four, so that tasks begin at whole blocks */

typedef struct {
  uint64_t key, counter;
  void *out;
  int dtype;
  int64_t n;
  double shift, scale;
  atomic_int stopped;
} job;

static void put(const job *job, int64_t at, double value) {
  double result = job->shift + job->scale * value;
  if (at >= job->n) return;
  if (job->dtype == CT_F64) ((double *)job->out)[at] = result;
  else ((float *)job->out)[at] = (float)result;
}

static double wide(const uint32_t *words) {
  uint64_t word = (uint64_t)words[0] | (uint64_t)words[1] << 32;
  return (double)(word >> 11) * 0x1p-53;
}

static int stop(job *job) {
  if (ct_cancelled()) atomic_store(&job->stopped, 1);
  return atomic_load(&job->stopped);
}

static void uniform_task(void *context, int64_t task) {
  job *job = context;
  if (stop(job)) return;
  int per_block = job->dtype == CT_F64 ? 2 : 4;
  int64_t start = task * PER_TASK, end = start + PER_TASK < job->n ? start + PER_TASK : job->n;
  for (int64_t at = start; at < end; at += per_block) {
    uint32_t words[4];
    ct_philox(job->key, 0, job->counter + (uint64_t)(at / per_block), words, 1);
    if (per_block == 2) {
      put(job, at, wide(words));
      put(job, at + 1, wide(words + 2));
    } else {
      for (int w = 0; w < 4; w++) put(job, at + w, (double)(words[w] >> 8) * 0x1p-24);
    }
  }
}

static void normal_task(void *context, int64_t task) {
  job *job = context;
  if (stop(job)) return;
  int64_t start = task * PER_TASK, end = start + PER_TASK < job->n ? start + PER_TASK : job->n;
  for (int64_t at = start; at < end; at += 2) {
    uint32_t words[4];
    ct_philox(job->key, 0, job->counter + (uint64_t)(at / 2), words, 1);
    double radius = sqrt(-2 * log(1 - wide(words))), angle = 2 * M_PI * wide(words + 2);
    put(job, at, radius * cos(angle));
    put(job, at + 1, radius * sin(angle));
  }
}

static int run(job *job, ct_task task) {
  ct_parallel((job->n + PER_TASK - 1) / PER_TASK, task, job);
  return atomic_load(&job->stopped);
}

int ct_uniform(uint64_t key, uint64_t counter, void *out, int dtype, int64_t n, double shift,
               double scale) {
  job job = {.key = key, .counter = counter, .out = out, .dtype = dtype, .n = n, .shift = shift,
             .scale = scale};
  return run(&job, uniform_task);
}

int ct_normal(uint64_t key, uint64_t counter, void *out, int dtype, int64_t n, double shift,
              double scale) {
  job job = {.key = key, .counter = counter, .out = out, .dtype = dtype, .n = n, .shift = shift,
             .scale = scale};
  return run(&job, normal_task);
}
