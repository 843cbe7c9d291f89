/* Norm, activation, pooling and attention of BERT's family. */
#include "ct_encoder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ct_matvec.h"
#include "ct_panels.h"
#include "ct_pool.h"
#include "erf_vector.h"
#include "llm_vector.h"
#include "panel_tiles.h"

#define SUM(result, v)                            \
  do {                                            \
    (result) = 0;                                 \
    for (int s_ = 0; s_ < 16; s_++) (result) += (v)[s_]; \
  } while (0)

LLM_CLONES void ct_add_layer_norm(float *x, const float *y, const float *weight, const float *bias,
                              int64_t rows, int64_t n, float epsilon) {
  for (int64_t r = 0; r < rows; r++, x += n) {
    if (y) {
      for (int64_t i = 0; i < n; i++) x[i] += y[i];
      y += n;
    }
    vec sums = {0}, squares = {0};
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
      vec v;
      LOAD(v, x + i);
      sums += v;
    }
    float sum;
    SUM(sum, sums);
    for (; i < n; i++) sum += x[i];
    float mean = sum / (float)n;
    /* The second pass keeps the digits that a difference of sums would lose. */
    for (i = 0; i + 16 <= n; i += 16) {
      vec v;
      LOAD(v, x + i);
      v -= mean;
      squares += v * v;
    }
    float square;
    SUM(square, squares);
    for (; i < n; i++) square += (x[i] - mean) * (x[i] - mean);
    float factor = 1 / sqrtf(square / (float)n + epsilon);
    for (i = 0; i < n; i++) x[i] = (x[i] - mean) * factor * weight[i] + bias[i];
  }
}

LLM_CLONES void ct_gelu_erf(float *x, int64_t n) {
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    vec v, e;
    LOAD(v, x + i);
    ERF(e, v * 0.70710678118654752f);
    v = v * 0.5f * (e + 1.0f);
    STORE(x + i, v);
  }
  for (; i < n; i++) x[i] = 0.5f * x[i] * (1 + erff(x[i] * 0.70710678118654752f));
}

LLM_CLONES void ct_mean_rows(const float *x, int64_t rows, int64_t n, float *out) {
  memset(out, 0, (size_t)n * sizeof(float));
  for (int64_t r = 0; r < rows; r++, x += n)
    for (int64_t i = 0; i < n; i++) out[i] += x[i];
  for (int64_t i = 0; i < n; i++) out[i] /= (float)rows;
}

/* ---- attention ---- */

/* A row of scores to weights e^(scale (x - max)); gives what they must be multiplied by for a sum of
 * 1. The places up to the next multiple of 16 are written too. */
LLM_CLONES static float weigh(float *x, int64_t n, float scale) {
  int64_t padded = (n + 15) / 16 * 16;
  for (int64_t i = n; i < padded; i++) x[i] = -INFINITY;
  vec most = SPLAT(-INFINITY);
  for (int64_t i = 0; i < padded; i += 16) {
    vec v;
    LOAD(v, x + i);
    most = __builtin_elementwise_max(most, v);
  }
  float top = most[0];
  for (int j = 1; j < 16; j++) top = most[j] > top ? most[j] : top;
  vec sums = {0};
  for (int64_t i = 0; i < padded; i += 16) {
    vec v;
    LOAD(v, x + i);
    EXP(v, (v - top) * scale);
    sums += v;
    STORE(x + i, v);
  }
  float sum;
  SUM(sum, sums);
  return 1 / sum;
}

/* Rows of a strided block as the panels of a product that runs over them: [panel][n][CT_PANEL]. */
static void pack_columns(const float *v, int64_t stride, int64_t n, int64_t columns, float *packed) {
  for (int64_t first = 0; first < columns; first += CT_PANEL, packed += n * CT_PANEL) {
    int64_t width = columns - first < CT_PANEL ? columns - first : CT_PANEL;
    for (int64_t r = 0; r < n; r++) {
      memcpy(packed + r * CT_PANEL, v + r * stride + first, (size_t)width * sizeof(float));
      for (int64_t j = width; j < CT_PANEL; j++) packed[r * CT_PANEL + j] = 0;
    }
  }
}

/* The same block turned: its rows become columns. */
static void pack_turned(const float *k, int64_t stride, int64_t n, int64_t columns, float *packed) {
  int64_t padded = (n + CT_PANEL - 1) / CT_PANEL * CT_PANEL;
  for (int64_t r = 0; r < padded; r++) {
    float *to = packed + r / CT_PANEL * CT_PANEL * columns + r % CT_PANEL;
    for (int64_t p = 0; p < columns; p++) to[p * CT_PANEL] = r < n ? k[r * stride + p] : 0;
  }
}

static void attend_head(const ct_self_attention *a, int64_t sentence, int64_t head) {
  int64_t start = a->starts[sentence], n = a->starts[sentence + 1] - start, dim = a->head_dim;
  int64_t width = a->heads * dim, stride = 3 * width;
  int64_t padded = (n + CT_PANEL - 1) / CT_PANEL * CT_PANEL;
  int64_t wide = (dim + CT_PANEL - 1) / CT_PANEL * CT_PANEL;
  if (n <= 0) return;
  const ct_tiles *tiles = ct_tiles_for(CT_SIMD_BEST);
  size_t floats = (size_t)(padded * dim + n * wide + CT_TILE_ROWS * (padded + wide));
  float *keys = aligned_alloc(64, (floats * sizeof(float) + 63) / 64 * 64);
  if (!keys) abort();
  float *values = keys + padded * dim, *scores = values + n * wide;
  float *result = scores + CT_TILE_ROWS * padded;
  const float *q = a->qkv + start * stride + head * dim;
  pack_turned(q + width, stride, n, dim, keys);
  pack_columns(q + 2 * width, stride, n, dim, values);
  int64_t blocks = (n + tiles->most - 1) / tiles->most;
  for (int64_t block = 0; block < blocks && !ct_cancelled(); block++) {
    int64_t first = n * block / blocks, rows = n * (block + 1) / blocks - first;
    for (int64_t j = 0; j < padded; j += CT_PANEL)
      tiles->by_rows[rows](q + first * stride, stride, keys + j * dim, dim, scores + j, padded);
    float factors[CT_TILE_ROWS];
    for (int64_t r = 0; r < rows; r++) factors[r] = weigh(scores + r * padded, n, a->scale);
    for (int64_t j = 0; j < wide; j += CT_PANEL)
      tiles->by_rows[rows](scores, padded, values + j * n, n, result + j, wide);
    for (int64_t r = 0; r < rows; r++) {
      float *out = a->out + (start + first + r) * width + head * dim;
      for (int64_t j = 0; j < dim; j++) out[j] = result[r * wide + j] * factors[r];
    }
  }
  free(keys);
}

static void attend_task(void *context, int64_t task) {
  const ct_self_attention *a = context;
  attend_head(a, task / a->heads, task % a->heads);
}

int ct_attend_sentences(const ct_self_attention *attention) {
  ct_parallel(attention->sentences * attention->heads, attend_task, (void *)attention);
  return ct_cancelled();
}
