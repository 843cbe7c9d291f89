#ifndef CT_LLM_H
#define CT_LLM_H

#include <stdint.h>

/* The steps of a transformer between its matrix products. Rows are dense unless a stride says so;
 * all arithmetic is float. */

/* out = x / sqrt(mean(x^2) + epsilon) * weight, row by row; out may be x. */
void ct_rms_norm(const float *x, const float *weight, int64_t rows, int64_t n, float epsilon,
                 float *out);

/* Turns pairs of each head by the angle whose cosine and sine are given for every pair of a row:
 * neighbours (2i, 2i+1), or with `halves` the elements (i, i + pairs). */
void ct_rope(float *x, int64_t rows, int64_t heads, int64_t head_dim, int64_t pairs,
             const float *cosines, const float *sines, int halves);

/* gate = gate / (1 + exp(-gate)) * up. */
void ct_silu_gate(float *gate, const float *up, int64_t n);

/* x += y. */
void ct_accumulate(float *x, const float *y, int64_t n);

/* The natural logarithm of the sum of exp(x), without overflow. */
double ct_log_sum_exp(const float *x, int64_t n);

/* The place of the greatest value; of equal ones the first. */
int64_t ct_argmax(const float *x, int64_t n);

/* Positions in one block of a key-value cache. Keys lie transposed, [head_dim][CT_KV_BLOCK], so that
 * one element of a query meets a row of keys; values lie [CT_KV_BLOCK][head_dim]. */
enum { CT_KV_BLOCK = 64 };

/* One layer's attention over a sequence whose cache lies in blocks, in order. Offsets count elements
 * from the start of a block to this layer's keys and values of head 0; heads follow one another. */
typedef struct {
  void *const *blocks;
  int64_t key_offset, value_offset;
  int64_t heads, kv_heads, head_dim;
  float scale;
  int32_t is_half; /* elements are half floats instead of floats */
} ct_attention_v0;

/* Puts keys and values of `tokens` rows of kv_heads * head_dim at positions from `first` on. */
void ct_kv_store_v0(const ct_attention_v0 *a, const float *keys, const float *values, int64_t first,
                 int64_t tokens);

/* out[t] = softmax(q[t] . K * scale) V over the positions up to that of token t, which is first + t;
 * query head h looks at key head h / (heads / kv_heads). Rows have heads * head_dim floats.
 * `scores`, where not NULL, gets the softmax: [tokens][heads][first + tokens], 0 beyond a token. */
void ct_attend_v0(const ct_attention_v0 *a, const float *q, int64_t first, int64_t tokens, float *out,
               float *scores);

#endif
