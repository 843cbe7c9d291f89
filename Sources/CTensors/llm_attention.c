/* Attention over a key-value cache in blocks. */
#include "ct_llm.h"

#include <math.h>
#include <stdlib.h>

#include "ct_pool.h"
#include "llm_vector.h"

/* ---- storing ---- */

#define STORE_AS(type)                                                                        \
  for (int64_t t = 0; t < tokens; t++) {                                                      \
    int64_t position = first + t, column = position % CT_KV_BLOCK;                            \
    type *block = a->blocks[position / CT_KV_BLOCK];                                          \
    for (int64_t h = 0; h < a->kv_heads; h++) {                                               \
      const float *key = keys + (t * a->kv_heads + h) * dim;                                  \
      const float *value = values + (t * a->kv_heads + h) * dim;                              \
      type *key_to = block + a->key_offset + h * dim * CT_KV_BLOCK + column;                  \
      type *value_to = block + a->value_offset + (h * CT_KV_BLOCK + column) * dim;            \
      for (int64_t d = 0; d < dim; d++) key_to[d * CT_KV_BLOCK] = (type)key[d];               \
      for (int64_t d = 0; d < dim; d++) value_to[d] = (type)value[d];                         \
    }                                                                                         \
  }

LLM_CLONES void ct_kv_store_v0(const ct_attention_v0 *a, const float *keys, const float *values,
                            int64_t first, int64_t tokens) {
  int64_t dim = a->head_dim;
  if (a->is_half) {
    STORE_AS(_Float16)
  } else {
    STORE_AS(float)
  }
}

/* ---- one query row against one head's blocks ---- */

#define LOAD_FLOAT(to, from) LOAD(to, from)
#define LOAD_HALF(to, from)                       \
  do {                                            \
    hvec half_;                                   \
    LOAD(half_, from);                            \
    (to) = __builtin_convertvector(half_, vec);   \
  } while (0)

/* Scores of the 64 positions of a block: one element of the query meets a row of keys. */
#define SCORES(name, type, LOAD_AS)                                                     \
  LLM_CLONES static void scores_##name(const float *q, const type *keys, int64_t dim,   \
                                       float scale, float *out) {                       \
    vec s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};                                         \
    for (int64_t d = 0; d < dim; d++, keys += CT_KV_BLOCK) {                            \
      vec k0, k1, k2, k3;                                                               \
      LOAD_AS(k0, keys);                                                                \
      LOAD_AS(k1, keys + 16);                                                           \
      LOAD_AS(k2, keys + 32);                                                           \
      LOAD_AS(k3, keys + 48);                                                           \
      s0 += k0 * q[d];                                                                  \
      s1 += k1 * q[d];                                                                  \
      s2 += k2 * q[d];                                                                  \
      s3 += k3 * q[d];                                                                  \
    }                                                                                   \
    s0 *= scale;                                                                        \
    s1 *= scale;                                                                        \
    s2 *= scale;                                                                        \
    s3 *= scale;                                                                        \
    STORE(out, s0);                                                                     \
    STORE(out + 16, s1);                                                                \
    STORE(out + 32, s2);                                                                \
    STORE(out + 48, s3);                                                                \
  }

SCORES(float, float, LOAD_FLOAT)
SCORES(half, _Float16, LOAD_HALF)

/* out += sum over positions of weight * value; a column of 64 sums stays in registers. */
#define WEIGHTED(name, type, LOAD_AS)                                                            \
  LLM_CLONES static void weighted_##name(const float *weights, const type *values, int64_t n,    \
                                         int64_t dim, float *out) {                              \
    int64_t d = 0;                                                                               \
    for (; d + 64 <= dim; d += 64) {                                                             \
      vec s0, s1, s2, s3, v0, v1, v2, v3;                                                        \
      LOAD(s0, out + d);                                                                         \
      LOAD(s1, out + d + 16);                                                                    \
      LOAD(s2, out + d + 32);                                                                    \
      LOAD(s3, out + d + 48);                                                                    \
      for (int64_t j = 0; j < n; j++) {                                                          \
        const type *row = values + j * dim + d;                                                  \
        LOAD_AS(v0, row);                                                                        \
        LOAD_AS(v1, row + 16);                                                                   \
        LOAD_AS(v2, row + 32);                                                                   \
        LOAD_AS(v3, row + 48);                                                                   \
        s0 += v0 * weights[j];                                                                   \
        s1 += v1 * weights[j];                                                                   \
        s2 += v2 * weights[j];                                                                   \
        s3 += v3 * weights[j];                                                                   \
      }                                                                                          \
      STORE(out + d, s0);                                                                        \
      STORE(out + d + 16, s1);                                                                   \
      STORE(out + d + 32, s2);                                                                   \
      STORE(out + d + 48, s3);                                                                   \
    }                                                                                            \
    for (int64_t j = 0; j < n; j++)                                                              \
      for (int64_t e = d; e < dim; e++) out[e] += (float)values[j * dim + e] * weights[j];       \
  }

WEIGHTED(float, float, LOAD_FLOAT)
WEIGHTED(half, _Float16, LOAD_HALF)

/* Softmax of n scores; the buffer is padded to whole vectors, which add no weight. */
LLM_CLONES static void softmax(float *x, int64_t n) {
  float most = x[0];
  for (int64_t i = 1; i < n; i++) most = x[i] > most ? x[i] : most;
  int64_t padded = (n + 15) / 16 * 16;
  for (int64_t i = n; i < padded; i++) x[i] = -INFINITY;
  vec sums = {0};
  for (int64_t i = 0; i < padded; i += 16) {
    vec v, e;
    LOAD(v, x + i);
    EXP(e, v - most);
    STORE(x + i, e);
    sums += e;
  }
  float sum = 0;
  for (int j = 0; j < 16; j++) sum += sums[j];
  float factor = 1 / sum;
  for (int64_t i = 0; i < n; i++) x[i] *= factor;
}

static void attend_row(const ct_attention_v0 *a, const float *q, int64_t head, int64_t positions,
                       float *scores, float *out) {
  int64_t dim = a->head_dim, kv_head = head / (a->heads / a->kv_heads);
  int64_t key = a->key_offset + kv_head * dim * CT_KV_BLOCK;
  int64_t value = a->value_offset + kv_head * dim * CT_KV_BLOCK;
  for (int64_t start = 0; start < positions; start += CT_KV_BLOCK) {
    const void *block = a->blocks[start / CT_KV_BLOCK];
    if (a->is_half) scores_half(q, (const _Float16 *)block + key, dim, a->scale, scores + start);
    else scores_float(q, (const float *)block + key, dim, a->scale, scores + start);
  }
  softmax(scores, positions);
  memset(out, 0, (size_t)dim * sizeof *out);
  for (int64_t start = 0; start < positions; start += CT_KV_BLOCK) {
    const void *block = a->blocks[start / CT_KV_BLOCK];
    int64_t n = positions - start < CT_KV_BLOCK ? positions - start : CT_KV_BLOCK;
    if (a->is_half) weighted_half(scores + start, (const _Float16 *)block + value, n, dim, out);
    else weighted_float(scores + start, (const float *)block + value, n, dim, out);
  }
}

/* ---- all rows, on the process's threads ---- */

/* Query rows in one task: they share the keys and values of a head while these are in cache. */
enum { ROWS_EACH = 16 };

typedef struct {
  const ct_attention_v0 *a;
  const float *q;
  float *out, *scores;
  int64_t first, tokens, chunks;
} attention_call;

static void attention_task(void *context, int64_t task) {
  const attention_call *call = context;
  const ct_attention_v0 *a = call->a;
  int64_t head = task / call->chunks, from = task % call->chunks * ROWS_EACH;
  int64_t to = from + ROWS_EACH < call->tokens ? from + ROWS_EACH : call->tokens;
  int64_t all = call->first + call->tokens, width = a->heads * a->head_dim;
  int64_t padded = (call->first + to + CT_KV_BLOCK) / CT_KV_BLOCK * CT_KV_BLOCK;
  float *row = malloc((size_t)padded * sizeof *row);
  if (!row) abort();
  for (int64_t t = from; t < to; t++) {
    int64_t positions = call->first + t + 1;
    int64_t place = t * width + head * a->head_dim;
    attend_row(a, call->q + place, head, positions, row, call->out + place);
    if (call->scores) {
      float *to_scores = call->scores + (t * a->heads + head) * all;
      memcpy(to_scores, row, (size_t)positions * sizeof *row);
      memset(to_scores + positions, 0, (size_t)(all - positions) * sizeof *row);
    }
  }
  free(row);
}

/* Below this many score products the workers would cost more than they save. */
enum { PARALLEL_PRODUCTS = 200000 };

void ct_attend_v0(const ct_attention_v0 *a, const float *q, int64_t first, int64_t tokens, float *out,
               float *scores) {
  attention_call call = {
    .a = a, .q = q, .out = out, .scores = scores, .first = first, .tokens = tokens,
    .chunks = (tokens + ROWS_EACH - 1) / ROWS_EACH,
  };
  int64_t tasks = a->heads * call.chunks;
  if (a->heads * a->head_dim * tokens * (first + tokens) >= PARALLEL_PRODUCTS) {
    ct_parallel(tasks, attention_task, &call);
    return;
  }
  for (int64_t task = 0; task < tasks; task++) attention_task(&call, task);
}
