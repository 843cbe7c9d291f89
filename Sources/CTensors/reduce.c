/* Reductions and scans. Everything accumulates in f64 or i64. */
#include "ct_reduce.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ct_clones.h"
#include "ct_pool.h"

/* Elements of one output handled as one block: a constant, so sums do not depend on threads. */
enum { BLOCK = 32 * CT_CHUNK };

/* What is known about a part of a reduced block. The meaning of a and b depends on the reduction:
 * a sum and its compensation; a mean and a sum of squared deviations; a maximum and a scaled sum. */
typedef struct {
  double a, b;
  int64_t whole, position, count;
} state;

static inline void add_compensated(state *s, double x) {
  double sum = s->a + x;
  /* Neumaier: what the larger operand lost. Infinities and NaN leave the compensation alone. */
  double lost = fabs(s->a) >= fabs(x) ? (s->a - sum) + x : (x - sum) + s->a;
  if (isfinite(sum)) s->b += lost;
  s->a = sum;
}

CT_CLONES static double sum_chunk(const double *x, int64_t n) {
  double lanes[8] = {0};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int l = 0; l < 8; l++) lanes[l] += x[i + l];
  double rest = 0;
  for (; i < n; i++) rest += x[i];
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7])) + rest;
}

CT_CLONES static int64_t sum_chunk_i64(const int64_t *x, int64_t n) {
  uint64_t sum = 0;
  for (int64_t i = 0; i < n; i++) sum += (uint64_t)x[i];
  return (int64_t)sum;
}

/* The greatest (or least) of a chunk; NaN where there is one. */
CT_CLONES static double extreme_chunk(const double *x, int64_t n, double direction) {
  double lanes[8];
  int bad = 0;
  for (int l = 0; l < 8; l++) lanes[l] = -INFINITY;
  int64_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int l = 0; l < 8; l++) {
      double v = x[i + l] * direction;
      lanes[l] = v > lanes[l] ? v : lanes[l];
    }
  for (; i < n; i++) lanes[0] = x[i] * direction > lanes[0] ? x[i] * direction : lanes[0];
  for (i = 0; i < n; i++) bad |= x[i] != x[i];
  if (bad) return NAN;
  double top = lanes[0];
  for (int l = 1; l < 8; l++) top = lanes[l] > top ? lanes[l] : top;
  return top * direction;
}

static double transformed(int reduction, double x, double p) {
  switch (reduction) {
    case CT_SUM_ABS: case CT_MAX_ABS: case CT_MIN_ABS: return fabs(x);
    case CT_SUM_SQUARES: return x * x;
    case CT_SUM_POWERS: return pow(fabs(x), p);
    case CT_COUNT_NONZERO: return x != 0;
    case CT_NANSUM: return isnan(x) ? 0 : x;
    default: return x;
  }
}

static int is_sum(int reduction) { return reduction <= CT_COUNT_NONZERO || reduction == CT_NANSUM; }

static int transforms(int reduction) {
  return (is_sum(reduction) && reduction != CT_SUM) || reduction == CT_MAX_ABS ||
         reduction == CT_MIN_ABS;
}

static void begin(int reduction, state *s) {
  memset(s, 0, sizeof *s);
  s->position = -1;
  if (reduction == CT_PROD) s->a = 1, s->whole = 1;
  if (reduction == CT_ALL) s->whole = 1;
  if (reduction == CT_LOGSUMEXP) s->a = -INFINITY;
}

static inline int beats(double x, double best, int wants_more) {
  if (isnan(best)) return 0;
  return isnan(x) || (wants_more ? x > best : x < best);
}

/* Adds a dense chunk that starts at `first` in its block. */
static void update(int reduction, state *s, double *x, int64_t n, int64_t first, double p) {
  if (transforms(reduction))
    for (int64_t i = 0; i < n; i++) x[i] = transformed(reduction, x[i], p);
  if (is_sum(reduction)) {
    add_compensated(s, sum_chunk(x, n));
  } else if (reduction == CT_PROD) {
    for (int64_t i = 0; i < n; i++) s->a *= x[i];
  } else if (reduction == CT_ANY) {
    for (int64_t i = 0; i < n; i++) s->whole |= x[i] != 0;
  } else if (reduction == CT_ALL) {
    for (int64_t i = 0; i < n; i++) s->whole &= x[i] != 0;
  } else if (reduction == CT_VARIANCE) {
    double mean = sum_chunk(x, n) / (double)n, squares = 0;
    for (int64_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
    double total = (double)(s->count + n), delta = mean - s->a;
    s->b += squares + delta * delta * ((double)s->count * (double)n / total);
    s->a += delta * ((double)n / total);
  } else if (reduction == CT_LOGSUMEXP) {
    double top = s->a;
    for (int64_t i = 0; i < n; i++) top = x[i] > top || isnan(x[i]) ? x[i] : top;
    if (isfinite(top)) {
      double sum = s->count ? s->b * exp(s->a - top) : 0;
      for (int64_t i = 0; i < n; i++) sum += exp(x[i] - top);
      s->b = sum;
    } else if (isnan(top)) {
      s->b = NAN;
    }
    s->a = isnan(s->a) ? s->a : top;
  } else {
    int more = reduction == CT_MAX || reduction == CT_MAX_ABS || reduction == CT_ARGMAX;
    double best = n == 1 ? x[0] : extreme_chunk(x, n, more ? 1 : -1);
    if (s->position < 0 || beats(best, s->a, more)) {
      int64_t i = 0;
      while (x[i] != best && !(isnan(x[i]) && isnan(best))) i++;
      s->a = x[i];
      s->position = first + i;
    }
  }
  s->count += n;
}

static void update_whole(int reduction, state *s, const int64_t *x, int64_t n, int64_t first) {
  if (reduction == CT_SUM) {
    s->whole = (int64_t)((uint64_t)s->whole + (uint64_t)sum_chunk_i64(x, n));
  } else if (reduction == CT_PROD) {
    for (int64_t i = 0; i < n; i++) s->whole = (int64_t)((uint64_t)s->whole * (uint64_t)x[i]);
  } else if (reduction == CT_COUNT_NONZERO) {
    for (int64_t i = 0; i < n; i++) s->whole += x[i] != 0;
  } else if (reduction == CT_ANY) {
    for (int64_t i = 0; i < n; i++) s->whole |= x[i] != 0;
  } else if (reduction == CT_ALL) {
    for (int64_t i = 0; i < n; i++) s->whole &= x[i] != 0;
  } else {
    int more = reduction == CT_MAX || reduction == CT_ARGMAX;
    for (int64_t i = 0; i < n; i++) {
      if (s->position >= 0 && !(more ? x[i] > s->whole : x[i] < s->whole)) continue;
      s->whole = x[i];
      s->position = first + i;
    }
  }
  s->count += n;
}

/* Joins the state of a later part to that of an earlier one. */
static void combine(int reduction, int integer, state *s, const state *later) {
  if (later->count == 0) return;
  if (s->count == 0) {
    *s = *later;
    return;
  }
  int more = reduction == CT_MAX || reduction == CT_MAX_ABS || reduction == CT_ARGMAX;
  if (reduction == CT_ANY) s->whole |= later->whole;
  else if (reduction == CT_ALL) s->whole &= later->whole;
  else if (integer && (is_sum(reduction))) s->whole = (int64_t)((uint64_t)s->whole + (uint64_t)later->whole);
  else if (integer && reduction == CT_PROD) s->whole = (int64_t)((uint64_t)s->whole * (uint64_t)later->whole);
  else if (integer) {
    if (more ? later->whole > s->whole : later->whole < s->whole) {
      s->whole = later->whole;
      s->position = later->position;
    }
  } else if (is_sum(reduction)) {
    add_compensated(s, later->a);
    s->b += later->b;
  } else if (reduction == CT_PROD) {
    s->a *= later->a;
  } else if (reduction == CT_VARIANCE) {
    double total = (double)(s->count + later->count), delta = later->a - s->a;
    s->b += later->b + delta * delta * ((double)s->count * (double)later->count / total);
    s->a += delta * ((double)later->count / total);
  } else if (reduction == CT_LOGSUMEXP) {
    double top = isnan(s->a) || isnan(later->a) ? NAN : s->a > later->a ? s->a : later->a;
    if (isfinite(top)) s->b = s->b * exp(s->a - top) + later->b * exp(later->a - top);
    s->a = top;
  } else if (beats(later->a, s->a, more)) {
    s->a = later->a;
    s->position = later->position;
  }
  s->count += later->count;
}

static double result(int reduction, const state *s) {
  if (is_sum(reduction)) return isfinite(s->b) ? s->a + s->b : s->a;
  if (reduction == CT_VARIANCE) return s->b;
  if (reduction == CT_LOGSUMEXP) return isfinite(s->a) ? s->a + log(s->b) : s->a;
  return s->a;
}

static void finish(int reduction, int integer, const state *s, void *out, int64_t index) {
  if (reduction == CT_ARGMAX || reduction == CT_ARGMIN) ((int64_t *)out)[index] = s->position;
  else if (integer || reduction == CT_ANY || reduction == CT_ALL) ((int64_t *)out)[index] = s->whole;
  else ((double *)out)[index] = result(reduction, s);
}

typedef struct {
  ct_view view;         /* kept dimensions first, each group joined */
  ct_view across;       /* reduced dimensions first, for blocks that are walked row by row */
  int64_t kept, size, blocks;
  int reduction, integer, vertical;
  double parameter;
  state *partial;
  void *out;
  atomic_int stopped;
} job;

static void reduce_part(job *job, int64_t output, int64_t start, int64_t end, state *s) {
  _Alignas(64) double buffer[CT_CHUNK];
  begin(job->reduction, s);
  for (int64_t at = start; at < end; at += CT_CHUNK) {
    int64_t n = end - at < CT_CHUNK ? end - at : CT_CHUNK;
    ct_load(&job->view, output * job->size + at, n, buffer, job->integer ? CT_I64 : CT_F64);
    if (job->integer) update_whole(job->reduction, s, (int64_t *)buffer, n, at);
    else update(job->reduction, s, buffer, n, at, job->parameter);
  }
}

/* One task: a block of one output, or a few whole outputs. */
static void reduce_task(void *context, int64_t task) {
  job *job = context;
  if (ct_cancelled()) {
    atomic_store(&job->stopped, 1);
    return;
  }
  if (job->blocks > 1) {
    int64_t output = task / job->blocks, start = task % job->blocks * BLOCK;
    int64_t end = start + BLOCK < job->size ? start + BLOCK : job->size;
    reduce_part(job, output, start, end, &job->partial[task]);
    return;
  }
  int64_t per_task = BLOCK / (job->size < 1 ? 1 : job->size);
  if (per_task < 1) per_task = 1;
  int64_t end = (task + 1) * per_task < job->kept ? (task + 1) * per_task : job->kept;
  for (int64_t output = task * per_task; output < end; output++) {
    state s;
    reduce_part(job, output, 0, job->size, &s);
    finish(job->reduction, job->integer, &s, job->out, output);
  }
}

/* A tile of outputs whose rows lie side by side: reads row after row, which the cache likes. */
enum { TILE = 256 };

/* Neumaier's sum of each column of a row that is added; infinities spoil only the compensation. */
CT_CLONES static void add_row(double *sum, double *lost, const double *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    double next = sum[i] + x[i];
    double left = (sum[i] - next) + x[i], right = (x[i] - next) + sum[i];
    lost[i] += fabs(sum[i]) >= fabs(x[i]) ? left : right;
    sum[i] = next;
  }
}

static void vertical_sum(job *job, int64_t first, int64_t n) {
  double buffer[TILE], sum[TILE] = {0}, lost[TILE] = {0};
  for (int64_t row = 0; row < job->size; row++) {
    ct_load(&job->across, row * job->kept + first, n, buffer, CT_F64);
    add_row(sum, lost, buffer, n);
  }
  for (int64_t i = 0; i < n; i++)
    ((double *)job->out)[first + i] = isfinite(lost[i]) ? sum[i] + lost[i] : sum[i];
}

/* A NaN enters by the second test and stays, for nothing is greater. */
CT_CLONES static void raise_row(double *best, const double *x, int64_t n, double direction) {
  for (int64_t i = 0; i < n; i++) {
    double v = x[i] * direction;
    best[i] = v > best[i] || v != v ? v : best[i];
  }
}

static void vertical_extreme(job *job, int64_t first, int64_t n) {
  double buffer[TILE], best[TILE], direction = job->reduction == CT_MAX ? 1 : -1;
  for (int64_t i = 0; i < n; i++) best[i] = -INFINITY;
  for (int64_t row = 0; row < job->size; row++) {
    ct_load(&job->across, row * job->kept + first, n, buffer, CT_F64);
    raise_row(best, buffer, n, direction);
  }
  for (int64_t i = 0; i < n; i++) ((double *)job->out)[first + i] = best[i] * direction;
}

static void vertical_task(void *context, int64_t task) {
  job *job = context;
  if (ct_cancelled()) {
    atomic_store(&job->stopped, 1);
    return;
  }
  int64_t first = task * TILE;
  int64_t n = job->kept - first < TILE ? job->kept - first : TILE;
  if (job->reduction == CT_SUM && !job->integer) {
    vertical_sum(job, first, n);
    return;
  }
  if ((job->reduction == CT_MAX || job->reduction == CT_MIN) && !job->integer) {
    vertical_extreme(job, first, n);
    return;
  }
  double buffer[TILE];
  state states[TILE];
  for (int64_t i = 0; i < n; i++) begin(job->reduction, &states[i]);
  for (int64_t row = 0; row < job->size; row++) {
    ct_load(&job->across, row * job->kept + first, n, buffer, job->integer ? CT_I64 : CT_F64);
    if (job->integer) {
      for (int64_t i = 0; i < n; i++)
        update_whole(job->reduction, &states[i], (int64_t *)&buffer[i], 1, row);
    } else {
      for (int64_t i = 0; i < n; i++)
        update(job->reduction, &states[i], &buffer[i], 1, row, job->parameter);
    }
  }
  for (int64_t i = 0; i < n; i++) finish(job->reduction, job->integer, &states[i], job->out, first + i);
}

static ct_view rotated(const ct_view *in, int reduced) {
  ct_view view = *in;
  int kept = in->ndim - reduced;
  for (int d = 0; d < reduced; d++) {
    view.shape[d] = in->shape[kept + d];
    view.strides[d] = in->strides[kept + d];
  }
  for (int d = 0; d < kept; d++) {
    view.shape[reduced + d] = in->shape[d];
    view.strides[reduced + d] = in->strides[d];
  }
  return view;
}

static int is_vertical(const ct_view *in, int reduced) {
  int kept = in->ndim - reduced;
  if (kept == 0 || reduced == 0 || in->shape[kept - 1] < 8) return 0;
  return llabs(in->strides[kept - 1]) < llabs(in->strides[in->ndim - 1]);
}

int ct_reduce(int reduction, const ct_view *in, int reduced, int integer, double parameter,
              void *out) {
  job job = {.view = *in, .across = rotated(in, reduced), .kept = 1, .size = 1,
             .reduction = reduction, .integer = integer, .parameter = parameter, .out = out};
  for (int d = 0; d < in->ndim; d++)
    *(d < in->ndim - reduced ? &job.kept : &job.size) *= in->shape[d];
  job.vertical = is_vertical(in, reduced) && reduction != CT_VARIANCE && reduction != CT_LOGSUMEXP;
  ct_coalesce(&job.view);
  ct_coalesce(&job.across);
  if (job.kept == 0) return 0;
  if (job.vertical) {
    ct_parallel((job.kept + TILE - 1) / TILE, vertical_task, &job);
    return atomic_load(&job.stopped);
  }
  job.blocks = (job.size + BLOCK - 1) / BLOCK;
  if (job.blocks <= 1) {
    int64_t per_task = BLOCK / (job.size < 1 ? 1 : job.size);
    if (per_task < 1) per_task = 1;
    ct_parallel((job.kept + per_task - 1) / per_task, reduce_task, &job);
    return atomic_load(&job.stopped);
  }
  job.partial = calloc((size_t)(job.kept * job.blocks), sizeof(state));
  if (!job.partial) abort();
  ct_parallel(job.kept * job.blocks, reduce_task, &job);
  for (int64_t output = 0; output < job.kept; output++) {
    state s;
    begin(reduction, &s);
    for (int64_t block = 0; block < job.blocks; block++)
      combine(reduction, integer, &s, &job.partial[output * job.blocks + block]);
    finish(reduction, integer, &s, out, output);
  }
  free(job.partial);
  return atomic_load(&job.stopped);
}
