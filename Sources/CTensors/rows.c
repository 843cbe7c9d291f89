/* Work on whole rows: softmax, order, copies by offset. */
#include "ct_rows.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ct_clones.h"
#include "ct_pool.h"
#include "math_f32.h"

typedef struct {
  ct_view in, out;
  int64_t size, rows, per_task;
  int logarithm, descending;
  int64_t *order;
  atomic_int stopped;
} job;

static int stop(job *job) {
  if (ct_cancelled()) atomic_store(&job->stopped, 1);
  return atomic_load(&job->stopped);
}

/* The greatest element; NaN where there is one. */
CT_CLONES static float top_f32(const float *x, int64_t n) {
  float lanes[16];
  int bad = 0;
  for (int l = 0; l < 16; l++) lanes[l] = -INFINITY;
  int64_t i = 0;
  for (; i + 16 <= n; i += 16)
    for (int l = 0; l < 16; l++) lanes[l] = x[i + l] > lanes[l] ? x[i + l] : lanes[l];
  for (; i < n; i++) lanes[0] = x[i] > lanes[0] ? x[i] : lanes[0];
  for (i = 0; i < n; i++) bad |= x[i] != x[i];
  float top = lanes[0];
  for (int l = 1; l < 16; l++) top = lanes[l] > top ? lanes[l] : top;
  return bad ? NAN : top;
}

CT_CLONES static void exp_f32(float *out, const float *x, int64_t n, float top) {
  for (int64_t i = 0; i < n; i++) out[i] = ct_exp_f32(x[i] - top);
}

CT_CLONES static double sum_f32(const float *x, int64_t n) {
  double lanes[16] = {0}, sum = 0;
  int64_t i = 0;
  for (; i + 16 <= n; i += 16)
    for (int l = 0; l < 16; l++) lanes[l] += (double)x[i + l];
  for (; i < n; i++) sum += (double)x[i];
  for (int l = 0; l < 16; l++) sum += lanes[l];
  return sum;
}

CT_CLONES static void scale_f32(float *out, const float *x, int64_t n, float factor) {
  for (int64_t i = 0; i < n; i++) out[i] = x[i] * factor;
}

/* x - top first: it is exact or nearly so, and the logarithm is small beside large inputs. */
CT_CLONES static void shift_f32(float *x, int64_t n, float top, double logarithm) {
  for (int64_t i = 0; i < n; i++) x[i] = (float)((double)x[i] - (double)top - logarithm);
}

static void softmax_f32(float *x, float *spare, int64_t n, int logarithm) {
  float top = top_f32(x, n);
  /* Not in place: loops whose result lies where the input does are not vectorised. */
  exp_f32(spare, x, n, top);
  double sum = sum_f32(spare, n);
  if (logarithm) shift_f32(x, n, top, log(sum));
  else scale_f32(x, spare, n, (float)(1 / sum));
}

static void softmax_f64(double *x, int64_t n, int logarithm) {
  double top = -INFINITY, sum = 0;
  for (int64_t i = 0; i < n; i++) top = isnan(top) || x[i] <= top ? top : x[i];
  for (int64_t i = 0; i < n; i++) sum += exp(x[i] - top);
  double log_sum = log(sum);
  for (int64_t i = 0; i < n; i++) x[i] = logarithm ? x[i] - top - log_sum : exp(x[i] - top) / sum;
}

static void softmax_task(void *context, int64_t task) {
  job *job = context;
  if (stop(job)) return;
  int dtype = job->out.dtype == CT_F64 ? CT_F64 : CT_F32;
  char *line = malloc((size_t)job->size * 8);
  if (!line) abort();
  int64_t end = (task + 1) * job->per_task < job->rows ? (task + 1) * job->per_task : job->rows;
  for (int64_t row = task * job->per_task; row < end; row++) {
    ct_load(&job->in, row * job->size, job->size, line, dtype);
    float *spare = (float *)line + job->size;
    if (dtype == CT_F64) softmax_f64((double *)line, job->size, job->logarithm);
    else softmax_f32((float *)line, spare, job->size, job->logarithm);
    ct_store(&job->out, row * job->size, job->size, line, dtype);
  }
  free(line);
}

static int run_rows(job *job, ct_task task) {
  job->size = job->in.ndim ? job->in.shape[job->in.ndim - 1] : 1;
  if (job->size == 0) return 0;
  job->rows = ct_count(&job->in) / job->size;
  job->per_task = 16384 / job->size > 1 ? 16384 / job->size : 1;
  ct_parallel((job->rows + job->per_task - 1) / job->per_task, task, job);
  return atomic_load(&job->stopped);
}

int ct_softmax(const ct_view *in, const ct_view *out, int logarithm) {
  job job = {.in = *in, .out = *out, .logarithm = logarithm};
  return run_rows(&job, softmax_task);
}

typedef struct {
  uint64_t key;
  int64_t position;
} entry;

/* Numbers whose unsigned order is the order of the values: zeros equal, NaN above all. */
static uint64_t key_f64(double x) {
  if (isnan(x)) return UINT64_MAX;
  x += 0.0;
  uint64_t bits;
  memcpy(&bits, &x, 8);
  return bits >> 63 ? ~bits : bits | 1ull << 63;
}

static void merge_sort(entry *x, entry *spare, int64_t n) {
  if (n <= 16) {
    for (int64_t i = 1; i < n; i++) {
      entry e = x[i];
      int64_t j = i;
      for (; j > 0 && x[j - 1].key > e.key; j--) x[j] = x[j - 1];
      x[j] = e;
    }
    return;
  }
  int64_t half = n / 2;
  merge_sort(x, spare, half);
  merge_sort(x + half, spare, n - half);
  if (x[half - 1].key <= x[half].key) return;
  memcpy(spare, x, (size_t)half * sizeof *x);
  int64_t i = 0, j = half, o = 0;
  while (i < half && j < n) x[o++] = spare[i].key <= x[j].key ? spare[i++] : x[j++];
  while (i < half) x[o++] = spare[i++];
}

/* Bytes from the low end, skipping those that are the same everywhere. */
static void radix_sort(entry *x, entry *spare, int64_t n) {
  int64_t counts[8][256];
  memset(counts, 0, sizeof counts);
  for (int64_t i = 0; i < n; i++)
    for (int b = 0; b < 8; b++) counts[b][x[i].key >> (8 * b) & 255]++;
  entry *from = x, *to = spare;
  for (int b = 0; b < 8; b++) {
    if (counts[b][from[0].key >> (8 * b) & 255] == n) continue;
    int64_t at = 0;
    for (int v = 0; v < 256; v++) {
      int64_t count = counts[b][v];
      counts[b][v] = at;
      at += count;
    }
    for (int64_t i = 0; i < n; i++) to[counts[b][from[i].key >> (8 * b) & 255]++] = from[i];
    entry *other = from;
    from = to;
    to = other;
  }
  if (from != x) memcpy(x, from, (size_t)n * sizeof *x);
}

static void argsort_task(void *context, int64_t task) {
  job *job = context;
  if (stop(job)) return;
  int64_t n = job->size;
  int whole = job->in.dtype >= CT_I64;
  entry *entries = malloc((size_t)n * 2 * sizeof *entries);
  double *line = malloc((size_t)n * 8);
  if (!entries || !line) abort();
  int64_t end = (task + 1) * job->per_task < job->rows ? (task + 1) * job->per_task : job->rows;
  for (int64_t row = task * job->per_task; row < end; row++) {
    ct_load(&job->in, row * n, n, line, whole ? CT_I64 : CT_F64);
    for (int64_t i = 0; i < n; i++) {
      uint64_t key = whole ? (uint64_t)((int64_t *)line)[i] ^ 1ull << 63 : key_f64(line[i]);
      entries[i] = (entry){job->descending ? ~key : key, i};
    }
    if (n > 4096) radix_sort(entries, entries + n, n);
    else merge_sort(entries, entries + n, n);
    for (int64_t i = 0; i < n; i++) job->order[row * n + i] = entries[i].position;
  }
  free(entries);
  free(line);
}

int ct_argsort(const ct_view *in, int descending, int64_t *order) {
  job job = {.in = *in, .descending = descending, .order = order};
  return run_rows(&job, argsort_task);
}

void ct_take(char *out, const char *in, const int64_t *offsets, int64_t count, int64_t run) {
  switch (run) {
    case 8: for (int64_t i = 0; i < count; i++) memcpy(out + 8 * i, in + offsets[i], 8); break;
    case 4: for (int64_t i = 0; i < count; i++) memcpy(out + 4 * i, in + offsets[i], 4); break;
    case 2: for (int64_t i = 0; i < count; i++) memcpy(out + 2 * i, in + offsets[i], 2); break;
    case 1: for (int64_t i = 0; i < count; i++) out[i] = in[offsets[i]]; break;
    default: for (int64_t i = 0; i < count; i++) memcpy(out + run * i, in + offsets[i], (size_t)run);
  }
}

void ct_put(char *out, const char *in, const int64_t *offsets, int64_t count, int64_t run) {
  for (int64_t i = 0; i < count; i++) memcpy(out + offsets[i], in + run * i, (size_t)run);
}

CT_CLONES void ct_philox(uint64_t key, uint64_t stream, uint64_t counter, uint32_t *out, int64_t blocks) {
  for (int64_t i = 0; i < blocks; i++) {
    uint64_t low = counter + (uint64_t)i;
    uint32_t c0 = (uint32_t)low, c1 = (uint32_t)(low >> 32);
    uint32_t c2 = (uint32_t)stream, c3 = (uint32_t)(stream >> 32);
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
      uint64_t p0 = (uint64_t)c0 * 0xD2511F53u, p1 = (uint64_t)c2 * 0xCD9E8D57u;
      uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
      c1 = (uint32_t)p1;
      c3 = (uint32_t)p0;
      c0 = n0;
      c2 = n2;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    out[4 * i] = c0;
    out[4 * i + 1] = c1;
    out[4 * i + 2] = c2;
    out[4 * i + 3] = c3;
  }
}
