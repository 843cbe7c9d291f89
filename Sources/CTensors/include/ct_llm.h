#ifndef CT_LLM_H
#define CT_LLM_H

#include <stdint.h>

/* The steps of a transformer between its matrix products. Rows are dense unless a stride says so;
 * all arithmetic is float. What an element becomes depends on its row alone, not on its place in a
 * call. */

/* out = x / sqrt(mean(x^2) + epsilon) * (offset + weight), row by row; out may be x. Weights as
 * they were trained by Gemma's authors want an offset of 1, all others 0. */
void ct_rms_norm(const float *x, const float *weight, int64_t rows, int64_t n, float epsilon,
                 float *out);
void ct_rms_norm_offset(const float *x, const float *weight, float offset, int64_t rows, int64_t n,
                        float epsilon, float *out);

/* x += more; out = rms_norm(x): the residual and the next norm in one pass over the row. */
void ct_add_rms_norm(float *x, const float *more, const float *weight, int64_t rows, int64_t n,
                     float epsilon, float *out);

/* out = (x - mean) / sqrt(variance + epsilon) * weight + bias, row by row; out may be x. */
void ct_layer_norm(const float *x, const float *weight, const float *bias, int64_t rows, int64_t n,
                   float epsilon, float *out);

/* Turns pairs of each head by the angle whose cosine and sine are given for every pair of a row:
 * neighbours (2i, 2i+1), or with `halves` the elements (i, i + pairs). */
void ct_rope(float *x, int64_t rows, int64_t heads, int64_t head_dim, int64_t pairs,
             const float *cosines, const float *sines, int halves);

/* gate = bend(gate) * up, or bend(gate) where `up` is NULL: x / (1 + exp(-x)), and x times the
 * normal distribution function, exactly and by the tanh formula. */
void ct_silu_gate(float *gate, const float *up, int64_t n);
void ct_gelu_gate(float *gate, const float *up, int64_t n);
void ct_gelu_tanh_gate(float *gate, const float *up, int64_t n);

/* x += y. */
void ct_accumulate(float *x, const float *y, int64_t n);

/* x = cap * tanh(x / cap). */
void ct_softcap(float *x, int64_t n, float cap);

/* The natural logarithm of the sum of exp(x), without overflow. */
double ct_log_sum_exp(const float *x, int64_t n);

/* The sum of exp((x - top) * factor) over the values from a floor on. */
double ct_sum_exp(const float *x, int64_t n, float top, float factor, float floor);

/* Writes the places of the values from `low` on and below `high`, in order, and gives their number.
 * A `high` that is no number bounds nothing. There is room for n places. */
int64_t ct_band(const float *x, int64_t n, float low, float high, int32_t *places);

/* x = exp(x) / sum of exp(x), without overflow. */
void ct_softmax_in_place(float *x, int64_t n);

/* The place of the greatest value; of equal ones the first. Values that are no number do not count;
 * 0 where there is nothing else. */
int64_t ct_argmax(const float *x, int64_t n);

#endif
