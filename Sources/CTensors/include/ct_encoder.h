#ifndef CT_ENCODER_H
#define CT_ENCODER_H

#include <stdint.h>

/* The steps of a BERT encoder between its matrix products; rows are dense. */

/* x = norm(x + y) * weight + bias row by row, with mean 0 and variance 1; y may be NULL. */
void ct_add_layer_norm(float *x, const float *y, const float *weight, const float *bias, int64_t rows,
                   int64_t n, float epsilon);

/* x = x (1 + erf(x / sqrt 2)) / 2, within 1e-6 of it. */
void ct_gelu_erf(float *x, int64_t n);

/* out[j] = mean over the rows of x[r][j]. */
void ct_mean_rows(const float *x, int64_t rows, int64_t n, float *out);

/* Attention in both directions within each of `sentences` stretches of rows, which begin at starts[s]
 * and end at starts[s + 1]. A row of qkv holds queries, keys and values of heads * head_dim each; out
 * has rows of heads * head_dim. Runs on the process's threads; returns 1 when stopped. */
typedef struct {
  const float *qkv;
  const int64_t *starts;
  int64_t sentences, heads, head_dim;
  float scale;
  float *out;
} ct_self_attention;

int ct_attend_sentences(const ct_self_attention *attention);

#endif
