#ifndef CT_ROWS_H
#define CT_ROWS_H

#include "ct_types.h"

/* Softmax along the last dimension, or its logarithm; f32 and f64 inputs and results keep their
 * dtype, sums are f64. A row of -inf alone gives NaN, as the formula says. */
int ct_softmax(const ct_view *in, const ct_view *out, int logarithm);

/* Orders each row of the last dimension, stably: `order` (dense i64) gets the positions. NaN is
 * greatest, the two zeros are equal. */
int ct_argsort(const ct_view *in, int descending, int64_t *order);

/* Copies runs of `run` bytes: out[i] = in[offsets[i]], or out[offsets[i]] = in[i]. */
void ct_take(char *out, const char *in, const int64_t *offsets, int64_t count, int64_t run);
void ct_put(char *out, const char *in, const int64_t *offsets, int64_t count, int64_t run);

/* Byte offsets of a sub-block's elements in row-major order. */
void ct_offsets(const ct_view *view, int64_t *out);

/* Philox4x32-10: fills with words of the blocks from `counter` on of a stream. */
void ct_philox(uint64_t key, uint64_t stream, uint64_t counter, uint32_t *out, int64_t blocks);

/* Random numbers into a dense block of f32 or f64, `scale` times and `shift` added: element i is a
 * function of key, counter and i alone. Uniform ones in [0, 1) take the top 24 bits of one word for
 * f32, the top 53 of two for f64; normal ones are Box and Muller's pairs of 53-bit uniforms.
 * Return 1 when stopped. */
int ct_uniform(uint64_t key, uint64_t counter, void *out, int dtype, int64_t n, double shift,
               double scale);
int ct_normal(uint64_t key, uint64_t counter, void *out, int dtype, int64_t n, double shift,
              double scale);

#endif
