/* Running sums, products and extremes along the last dimension. */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "ct_pool.h"
#include "ct_reduce.h"

typedef struct {
  ct_view in, out, positions;
  int64_t size;
  int kind, integer, wants_positions;
  atomic_int stopped;
} job;

static void scan_f64(int kind, double *x, int64_t *at, int64_t n) {
  double sum = 0, lost = 0, best = 0, top = -INFINITY;
  int64_t where = 0;
  for (int64_t i = 0; i < n; i++) {
    double v = x[i];
    switch (kind) {
      case CT_CUMSUM: {
        double next = sum + v;
        double step = fabs(sum) >= fabs(v) ? (sum - next) + v : (v - next) + sum;
        if (isfinite(next)) lost += step;
        sum = next;
        x[i] = isfinite(sum) ? sum + lost : sum;
        break;
      }
      case CT_CUMPROD: x[i] = sum = i == 0 ? v : sum * v; break;
      case CT_LOGCUMSUMEXP:
        if (v > top || isnan(v)) {
          sum = isfinite(top) ? sum * exp(top - v) + 1 : 1;
          top = isnan(top) ? top : v;
        } else if (isfinite(v)) {
          sum += exp(v - top);
        }
        x[i] = isfinite(top) ? top + log(sum) : top;
        break;
      default:
        /* Later equals take over, as PyTorch counts them; NaN wins and stays. */
        if (i == 0 || isnan(v) || (kind == CT_CUMMAX ? v >= best : v <= best)) {
          if (i == 0 || !isnan(best) || isnan(v)) best = v, where = i;
        }
        x[i] = best;
        at[i] = where;
    }
  }
}

static void scan_i64(int kind, int64_t *x, int64_t *at, int64_t n) {
  uint64_t total = kind == CT_CUMPROD;
  int64_t best = 0, where = 0;
  for (int64_t i = 0; i < n; i++) {
    int64_t v = x[i];
    if (kind == CT_CUMSUM) x[i] = (int64_t)(total += (uint64_t)v);
    else if (kind == CT_CUMPROD) x[i] = (int64_t)(total *= (uint64_t)v);
    else {
      if (i == 0 || (kind == CT_CUMMAX ? v >= best : v <= best)) best = v, where = i;
      x[i] = best;
      at[i] = where;
    }
  }
}

static void scan_task(void *context, int64_t row) {
  job *job = context;
  if (ct_cancelled()) {
    atomic_store(&job->stopped, 1);
    return;
  }
  size_t bytes = (size_t)(job->size < 1 ? 1 : job->size) * 8;
  double *line = malloc(bytes);
  int64_t *at = malloc(bytes);
  if (!line || !at) abort();
  int dtype = job->integer ? CT_I64 : CT_F64;
  ct_load(&job->in, row * job->size, job->size, line, dtype);
  if (job->integer) scan_i64(job->kind, (int64_t *)line, at, job->size);
  else scan_f64(job->kind, line, at, job->size);
  ct_store(&job->out, row * job->size, job->size, line, dtype);
  if (job->wants_positions) ct_store(&job->positions, row * job->size, job->size, at, CT_I64);
  free(line);
  free(at);
}

int ct_scan(int kind, const ct_view *in, int integer, const ct_view *out,
            const ct_view *positions) {
  job job = {.in = *in, .out = *out, .kind = kind, .integer = integer,
             .size = in->shape[in->ndim - 1], .wants_positions = positions != NULL};
  if (positions) job.positions = *positions;
  int64_t rows = job.size ? ct_count(in) / job.size : 0;
  ct_parallel(rows, scan_task, &job);
  return atomic_load(&job.stopped);
}
