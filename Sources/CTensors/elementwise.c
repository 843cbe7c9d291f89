/* The driver of elementwise operations: chunks in, kernel, chunks out. */
#include "ct_elementwise.h"

#include <stdatomic.h>
#include <string.h>

#include "ct_pool.h"

/* Elements per parallel task: large enough that handing it out costs nothing. */
enum { TASK = 32 * CT_CHUNK };

typedef struct {
  ct_kernel kernel;
  ct_view out, in[CT_MAX_INPUTS];
  int result_dtype, inputs, saturate;
  int in_dtypes[CT_MAX_INPUTS];
  int direct_out, direct[CT_MAX_INPUTS], constant[CT_MAX_INPUTS];
  const double *parameters;
  int64_t count;
  atomic_int stopped;
} job;

static int is_constant(const ct_view *view) {
  for (int d = 0; d < view->ndim; d++)
    if (view->strides[d] != 0) return 0;
  return 1;
}

static void run_range(job *job, int64_t start, int64_t end) {
  _Alignas(64) char buffers[CT_MAX_INPUTS + 1][CT_CHUNK * 8];
  const void *in[CT_MAX_INPUTS];
  char *result = buffers[CT_MAX_INPUTS];
  int out_size = ct_itemsize(job->out.dtype);
  for (int i = 0; i < job->inputs; i++) {
    if (!job->constant[i]) continue;
    int64_t n = end - start < CT_CHUNK ? end - start : CT_CHUNK;
    ct_load(&job->in[i], start, n, buffers[i], job->in_dtypes[i]);
    in[i] = buffers[i];
  }
  for (int64_t at = start; at < end; at += CT_CHUNK) {
    int64_t n = end - at < CT_CHUNK ? end - at : CT_CHUNK;
    for (int i = 0; i < job->inputs; i++) {
      if (job->constant[i]) continue;
      if (job->direct[i]) {
        in[i] = job->in[i].data + at * ct_itemsize(job->in[i].dtype);
      } else {
        ct_load(&job->in[i], at, n, buffers[i], job->in_dtypes[i]);
        in[i] = buffers[i];
      }
    }
    void *target = job->direct_out ? job->out.data + at * out_size : result;
    job->kernel(target, in, n, job->parameters);
    if (!job->direct_out) ct_store(&job->out, at, n, result, job->result_dtype);
  }
}

static void map_task(void *context, int64_t task) {
  job *job = context;
  if (ct_cancelled()) {
    atomic_store(&job->stopped, 1);
    return;
  }
  int64_t start = task * TASK, end = start + TASK;
  run_range(job, start, end < job->count ? end : job->count);
}

int ct_map(ct_kernel kernel, const ct_view *out, int result_dtype, const ct_view *in,
           const int32_t *in_dtypes, int inputs, const double *parameters) {
  job job = {.kernel = kernel, .out = *out, .result_dtype = result_dtype, .inputs = inputs,
             .parameters = parameters, .count = ct_count(out)};
  ct_coalesce(&job.out);
  job.direct_out = out->dtype == result_dtype && ct_is_dense(&job.out);
  for (int i = 0; i < inputs; i++) {
    job.in[i] = in[i];
    ct_coalesce(&job.in[i]);
    job.in_dtypes[i] = in_dtypes[i];
    job.direct[i] = in[i].dtype == in_dtypes[i] && ct_is_dense(&job.in[i]);
    /* In place the kernels' loops would not be vectorised: write through a buffer. */
    if (job.direct[i] && in[i].data == out->data) job.direct_out = 0;
    job.constant[i] = is_constant(&job.in[i]) && job.count > 1;
  }
  ct_parallel((job.count + TASK - 1) / TASK, map_task, &job);
  return atomic_load(&job.stopped);
}

typedef struct {
  ct_view out, in;
  int64_t count;
  int saturate;
  atomic_int stopped;
} copy_job;

static void copy_task(void *context, int64_t task) {
  copy_job *job = context;
  if (ct_cancelled()) {
    atomic_store(&job->stopped, 1);
    return;
  }
  _Alignas(64) char raw[CT_CHUNK * 8];
  _Alignas(64) char converted[CT_CHUNK * 8];
  int64_t end = (task + 1) * TASK < job->count ? (task + 1) * TASK : job->count;
  for (int64_t at = task * TASK; at < end; at += CT_CHUNK) {
    int64_t n = end - at < CT_CHUNK ? end - at : CT_CHUNK;
    ct_load(&job->in, at, n, raw, job->in.dtype);
    if (job->in.dtype == job->out.dtype) {
      ct_store(&job->out, at, n, raw, job->out.dtype);
      continue;
    }
    if (job->saturate) ct_convert_saturating(converted, job->out.dtype, raw, job->in.dtype, n);
    else ct_convert(converted, job->out.dtype, raw, job->in.dtype, n);
    ct_store(&job->out, at, n, converted, job->out.dtype);
  }
}

/* Rows of a matrix read down its columns: tiles of 16 by 16 keep both sides in the cache. */
enum { SIDE = 16 };

#define TRANSPOSE(T)                                                          \
  for (int64_t i = top; i < bottom; i += SIDE)                                \
    for (int64_t j = 0; j < columns; j += SIDE)                               \
      for (int64_t r = i; r < i + SIDE && r < bottom; r++) {                  \
        T *to = (T *)job->out.data + r * columns;                             \
        const char *from = job->in.data + r * job->in.strides[0];             \
        for (int64_t c = j; c < j + SIDE && c < columns; c++)                 \
          to[c] = *(const T *)(from + c * job->in.strides[1]);                \
      }

static void transpose_task(void *context, int64_t task) {
  copy_job *job = context;
  if (ct_cancelled()) {
    atomic_store(&job->stopped, 1);
    return;
  }
  int64_t columns = job->in.shape[1], top = task * 4 * SIDE;
  int64_t bottom = top + 4 * SIDE < job->in.shape[0] ? top + 4 * SIDE : job->in.shape[0];
  switch (ct_itemsize(job->in.dtype)) {
    case 8: TRANSPOSE(int64_t) break;
    case 4: TRANSPOSE(int32_t) break;
    case 2: TRANSPOSE(int16_t) break;
    default: TRANSPOSE(int8_t) break;
  }
}

static int is_transposition(const copy_job *job) {
  return job->in.dtype == job->out.dtype && job->in.ndim == 2 && ct_is_dense(&job->out) &&
         job->in.strides[0] == ct_itemsize(job->in.dtype) && job->in.shape[1] >= SIDE;
}

int ct_copy(const ct_view *out, const ct_view *in, int saturate) {
  copy_job job = {.out = *out, .in = *in, .count = ct_count(out), .saturate = saturate};
  ct_coalesce(&job.out);
  ct_coalesce(&job.in);
  if (is_transposition(&job)) {
    ct_parallel((job.in.shape[0] + 4 * SIDE - 1) / (4 * SIDE), transpose_task, &job);
    return atomic_load(&job.stopped);
  }
  ct_parallel((job.count + TASK - 1) / TASK, copy_task, &job);
  return atomic_load(&job.stopped);
}
