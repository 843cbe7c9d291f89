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

/* out = (x - mean) / sqrt(variance + epsilon) * weight + bias, row by row. */
void ct_layer_norm(const float *x, const float *weight, const float *bias, int64_t rows, int64_t n,
                   float epsilon, float *out);

/* gate = gelu(gate) * up, or gelu(gate) where `up` is NULL; exactly, and by the tanh formula. */
void ct_gelu_gate(float *gate, const float *up, int64_t n);
void ct_gelu_tanh_gate(float *gate, const float *up, int64_t n);

#endif
