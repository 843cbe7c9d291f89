/* Walking strided blocks. */
#include <string.h>

#include "ct_types.h"

int64_t ct_count(const ct_view *view) {
  int64_t count = 1;
  for (int d = 0; d < view->ndim; d++) count *= view->shape[d];
  return count;
}

void ct_coalesce(ct_view *view) {
  int kept = 0;
  for (int d = 0; d < view->ndim; d++) {
    int64_t size = view->shape[d], stride = view->strides[d];
    if (size == 1) continue;
    if (kept > 0 && view->strides[kept - 1] == stride * size) {
      view->shape[kept - 1] *= size;
      view->strides[kept - 1] = stride;
    } else {
      view->shape[kept] = size;
      view->strides[kept] = stride;
      kept++;
    }
  }
  view->ndim = kept;
}

int ct_is_dense(const ct_view *view) {
  int64_t stride = ct_itemsize(view->dtype);
  for (int d = view->ndim - 1; d >= 0; d--) {
    if (view->shape[d] != 1 && view->strides[d] != stride) return 0;
    stride *= view->shape[d];
  }
  return 1;
}

/* Calls back for each run along the last dimension of elements [start, start + n). */
#define FOR_RUNS(view, start, n, POINTER, COUNT, STEP, ...)                                  \
  do {                                                                                       \
    int last_ = (view)->ndim - 1;                                                            \
    int64_t at_[CT_MAX_DIMS], rest_ = (start), left_ = (n);                                  \
    char *row_ = (view)->data;                                                               \
    for (int d_ = last_; d_ >= 0; d_--) {                                                    \
      at_[d_] = rest_ % (view)->shape[d_];                                                   \
      rest_ /= (view)->shape[d_];                                                            \
      row_ += at_[d_] * (view)->strides[d_];                                                 \
    }                                                                                        \
    int64_t STEP = last_ < 0 ? 0 : (view)->strides[last_];                                   \
    while (left_ > 0) {                                                                      \
      int64_t COUNT = last_ < 0 ? 1 : (view)->shape[last_] - at_[last_];                     \
      if (COUNT > left_) COUNT = left_;                                                      \
      char *POINTER = row_;                                                                  \
      __VA_ARGS__                                                                            \
      left_ -= COUNT;                                                                        \
      if (left_ <= 0) break;                                                                 \
      row_ -= at_[last_] * STEP;                                                             \
      at_[last_] = 0;                                                                        \
      for (int d_ = last_ - 1; d_ >= 0; d_--) {                                              \
        row_ += (view)->strides[d_];                                                         \
        if (++at_[d_] < (view)->shape[d_]) break;                                            \
        row_ -= at_[d_] * (view)->strides[d_];                                               \
        at_[d_] = 0;                                                                         \
      }                                                                                      \
    }                                                                                        \
  } while (0)

static void gather(char *out, const char *in, int64_t stride, int64_t n, int size) {
  switch (size) {
    case 8: for (int64_t i = 0; i < n; i++) memcpy(out + 8 * i, in + i * stride, 8); break;
    case 4: for (int64_t i = 0; i < n; i++) memcpy(out + 4 * i, in + i * stride, 4); break;
    case 2: for (int64_t i = 0; i < n; i++) memcpy(out + 2 * i, in + i * stride, 2); break;
    default: for (int64_t i = 0; i < n; i++) out[i] = in[i * stride]; break;
  }
}

static void scatter(char *out, int64_t stride, const char *in, int64_t n, int size) {
  switch (size) {
    case 8: for (int64_t i = 0; i < n; i++) memcpy(out + i * stride, in + 8 * i, 8); break;
    case 4: for (int64_t i = 0; i < n; i++) memcpy(out + i * stride, in + 4 * i, 4); break;
    case 2: for (int64_t i = 0; i < n; i++) memcpy(out + i * stride, in + 2 * i, 2); break;
    default: for (int64_t i = 0; i < n; i++) out[i * stride] = in[i]; break;
  }
}

static void load_dense(const ct_view *view, int64_t start, int64_t n, char *out) {
  int size = ct_itemsize(view->dtype);
  FOR_RUNS(view, start, n, run, count, step, {
    if (step == size) memcpy(out, run, (size_t)(count * size));
    else gather(out, run, step, count, size);
    out += count * size;
  });
}

void ct_load(const ct_view *view, int64_t start, int64_t n, void *out, int out_dtype) {
  if (view->dtype == out_dtype) {
    load_dense(view, start, n, out);
    return;
  }
  char dense[CT_CHUNK * 8];
  int size = ct_itemsize(out_dtype);
  for (int64_t at = 0; at < n; at += CT_CHUNK) {
    int64_t count = n - at < CT_CHUNK ? n - at : CT_CHUNK;
    load_dense(view, start + at, count, dense);
    ct_convert((char *)out + at * size, out_dtype, dense, view->dtype, count);
  }
}

static void store_dense(const ct_view *view, int64_t start, int64_t n, const char *in) {
  int size = ct_itemsize(view->dtype);
  FOR_RUNS(view, start, n, run, count, step, {
    if (step == size) memcpy(run, in, (size_t)(count * size));
    else scatter(run, step, in, count, size);
    in += count * size;
  });
}

void ct_store(const ct_view *view, int64_t start, int64_t n, const void *in, int in_dtype) {
  if (view->dtype == in_dtype) {
    store_dense(view, start, n, in);
    return;
  }
  char dense[CT_CHUNK * 8];
  int size = ct_itemsize(in_dtype);
  for (int64_t at = 0; at < n; at += CT_CHUNK) {
    int64_t count = n - at < CT_CHUNK ? n - at : CT_CHUNK;
    ct_convert(dense, view->dtype, (const char *)in + at * size, in_dtype, count);
    store_dense(view, start + at, count, dense);
  }
}

void ct_offsets(const ct_view *view, int64_t *out) {
  FOR_RUNS(view, 0, ct_count(view), run, count, step, {
    int64_t first = run - view->data;
    for (int64_t i = 0; i < count; i++) *out++ = first + i * step;
  });
}
