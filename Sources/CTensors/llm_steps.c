/* Norms, rotary positions and sums along rows. */
#include "ct_llm.h"

#include <math.h>

#include "llm_vector.h"

/* ---- norms ---- */

/* The sum of n squares. Four registers of sums hide the time that an addition takes. */
LLM_INLINE double sum_of_squares(const float *x, int64_t n) {
  vec s[4] = {{0}, {0}, {0}, {0}};
  int64_t i = 0;
  for (; i + 64 <= n; i += 64)
    for (int k = 0; k < 4; k++) {
      vec v;
      LOAD(v, x + i + 16 * k);
      s[k] += v * v;
    }
  for (; i < n; i += 16) {
    vec v;
    LOAD_SOME(v, x + i, n - i);
    s[0] += v * v;
  }
  vec all = (s[0] + s[1]) + (s[2] + s[3]);
  double sum = 0;
  for (int j = 0; j < 16; j++) sum += all[j];
  return sum;
}

LLM_INLINE void norm_row(const float *x, const float *weight, float offset, int64_t n,
                         float epsilon, float *out) {
  float factor = (float)(1 / sqrt(sum_of_squares(x, n) / (double)n + epsilon));
  for (int64_t i = 0; i < n; i += 16) {
    vec v, w;
    LOAD_SOME(v, x + i, n - i);
    LOAD_SOME(w, weight + i, n - i);
    v = v * factor * (w + offset);
    STORE_SOME(out + i, v, n - i);
  }
}

LLM_CLONES void ct_rms_norm_offset(const float *x, const float *weight, float offset, int64_t rows,
                                   int64_t n, float epsilon, float *out) {
  for (int64_t r = 0; r < rows; r++) norm_row(x + r * n, weight, offset, n, epsilon, out + r * n);
}

void ct_rms_norm(const float *x, const float *weight, int64_t rows, int64_t n, float epsilon,
                 float *out) {
  ct_rms_norm_offset(x, weight, 0, rows, n, epsilon, out);
}

LLM_INLINE void add_row(float *x, const float *y, int64_t n) {
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    vec a, b;
    LOAD(a, x + i);
    LOAD(b, y + i);
    a += b;
    STORE(x + i, a);
  }
  for (; i < n; i++) x[i] += y[i];
}

LLM_CLONES void ct_accumulate(float *x, const float *y, int64_t n) { add_row(x, y, n); }

LLM_CLONES void ct_add_rms_norm(float *x, const float *more, const float *weight, int64_t rows,
                                int64_t n, float epsilon, float *out) {
  for (int64_t r = 0; r < rows; r++) {
    add_row(x + r * n, more + r * n, n);
    norm_row(x + r * n, weight, 0, n, epsilon, out + r * n);
  }
}

LLM_INLINE double sum_of(const float *x, int64_t n) {
  vec s = {0};
  for (int64_t i = 0; i < n; i += 16) {
    vec v;
    LOAD_SOME(v, x + i, n - i);
    s += v;
  }
  double sum = 0;
  for (int j = 0; j < 16; j++) sum += s[j];
  return sum;
}

/* The sum of squared distances from the mean. */
LLM_INLINE double spread_of(const float *x, int64_t n, float mean) {
  vec s = {0};
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    vec v;
    LOAD(v, x + i);
    v -= mean;
    s += v * v;
  }
  double sum = 0;
  for (int j = 0; j < 16; j++) sum += s[j];
  for (; i < n; i++) sum += (double)(x[i] - mean) * (x[i] - mean);
  return sum;
}

LLM_CLONES void ct_layer_norm(const float *x, const float *weight, const float *bias, int64_t rows,
                              int64_t n, float epsilon, float *out) {
  for (int64_t r = 0; r < rows; r++, x += n, out += n) {
    float mean = (float)(sum_of(x, n) / (double)n);
    float factor = (float)(1 / sqrt(spread_of(x, n, mean) / (double)n + epsilon));
    for (int64_t i = 0; i < n; i += 16) {
      vec v, w, b;
      LOAD_SOME(v, x + i, n - i);
      LOAD_SOME(w, weight + i, n - i);
      LOAD_SOME(b, bias + i, n - i);
      v = (v - mean) * factor * w + b;
      STORE_SOME(out + i, v, n - i);
    }
  }
}

/* ---- rotary positions ---- */

LLM_INLINE void turn_one(float *a, float *b, float cosine, float sine) {
  float real = *a * cosine - *b * sine;
  *b = *a * sine + *b * cosine;
  *a = real;
}

LLM_INLINE void turn_halves(float *x, int64_t pairs, const float *cosines, const float *sines) {
  int64_t i = 0;
  for (; i + 16 <= pairs; i += 16) {
    vec a, b, c, s;
    LOAD(a, x + i);
    LOAD(b, x + i + pairs);
    LOAD(c, cosines + i);
    LOAD(s, sines + i);
    vec real = a * c - b * s, imaginary = a * s + b * c;
    STORE(x + i, real);
    STORE(x + i + pairs, imaginary);
  }
  for (; i < pairs; i++) turn_one(x + i, x + i + pairs, cosines[i], sines[i]);
}

#define EVEN(a, b) \
  __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ODD(a, b) \
  __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#define LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

LLM_INLINE void turn_neighbours(float *x, int64_t pairs, const float *cosines,
                                const float *sines) {
  int64_t i = 0;
  for (; i + 16 <= pairs; i += 16) {
    vec first, second, c, s;
    LOAD(first, x + 2 * i);
    LOAD(second, x + 2 * i + 16);
    LOAD(c, cosines + i);
    LOAD(s, sines + i);
    vec a = EVEN(first, second), b = ODD(first, second);
    vec real = a * c - b * s, imaginary = a * s + b * c;
    first = LOW(real, imaginary);
    second = HIGH(real, imaginary);
    STORE(x + 2 * i, first);
    STORE(x + 2 * i + 16, second);
  }
  for (; i < pairs; i++) turn_one(x + 2 * i, x + 2 * i + 1, cosines[i], sines[i]);
}

LLM_CLONES void ct_rope(float *x, int64_t rows, int64_t heads, int64_t head_dim, int64_t pairs,
                        const float *cosines, const float *sines, int halves) {
  for (int64_t r = 0; r < rows; r++, cosines += pairs, sines += pairs)
    for (int64_t h = 0; h < heads; h++, x += head_dim) {
      if (halves) turn_halves(x, pairs, cosines, sines);
      else turn_neighbours(x, pairs, cosines, sines);
    }
}

/* ---- reductions over logits ---- */

LLM_INLINE float greatest(const float *x, int64_t n) {
  vec tops[4] = {SPLAT(-INFINITY), SPLAT(-INFINITY), SPLAT(-INFINITY), SPLAT(-INFINITY)};
  int64_t i = 0;
  for (; i + 64 <= n; i += 64)
    for (int k = 0; k < 4; k++) {
      vec v;
      LOAD(v, x + i + 16 * k);
      tops[k] = CHOOSE(v > tops[k], v, tops[k]);
    }
  float top = -INFINITY;
  for (; i < n; i++) top = x[i] > top ? x[i] : top;
  for (int k = 0; k < 4; k++)
    for (int j = 0; j < 16; j++) top = tops[k][j] > top ? tops[k][j] : top;
  return top;
}

/* The sum of exp(x - top). Sums of a few hundred terms are floats, sums of those double. */
LLM_INLINE double sum_of_powers(const float *x, int64_t n, float top) {
  double sum = 0;
  for (int64_t start = 0; start < n; start += 4096) {
    int64_t end = start + 4096 < n ? start + 4096 : n;
    vec part = {0};
    int64_t i = start;
    for (; i + 16 <= end; i += 16) {
      vec v, e;
      LOAD(v, x + i);
      EXP(e, v - top);
      part += e;
    }
    for (int j = 0; j < 16; j++) sum += part[j];
    for (; i < end; i++) sum += expf(x[i] - top);
  }
  return sum;
}

LLM_CLONES double ct_log_sum_exp(const float *x, int64_t n) {
  float top = greatest(x, n);
  if (isinf(top)) return top;
  return (double)top + log(sum_of_powers(x, n, top));
}

LLM_CLONES double ct_sum_exp(const float *x, int64_t n, float top, float factor, float floor) {
  double sum = 0;
  for (int64_t start = 0; start < n; start += 4096) {
    int64_t end = start + 4096 < n ? start + 4096 : n;
    vec part = {0};
    for (int64_t i = start; i < end; i += 16) {
      vec v, e;
      LOAD_SOME(v, x + i, end - i);
      EXP(e, (v - top) * factor);
      // The zeros behind an end are no values.
      for (int64_t j = end - i; j < 16; j++) e[j] = 0;
      part += CHOOSE(v >= floor, e, (vec){0});
    }
    for (int j = 0; j < 16; j++) sum += part[j];
  }
  return sum;
}

LLM_CLONES int64_t ct_band(const float *x, int64_t n, float low, float high, int32_t *places) {
  int64_t count = 0, i = 0;
  for (; i + 64 <= n; i += 64) {
    ivec found = {0};
    for (int k = 0; k < 4; k++) {
      vec v;
      LOAD(v, x + i + 16 * k);
      found |= (v >= low) & ~(v >= high);
    }
    if (!__builtin_reduce_or(found)) continue;
    // A place that does not count is written over by the next.
    for (int64_t j = i; j < i + 64; j++) {
      places[count] = (int32_t)j;
      count += x[j] >= low && !(x[j] >= high);
    }
  }
  for (; i < n; i++)
    if (x[i] >= low && !(x[i] >= high)) places[count++] = (int32_t)i;
  return count;
}

LLM_CLONES void ct_softmax_in_place(float *x, int64_t n) {
  float top = greatest(x, n);
  float factor = (float)(1 / sum_of_powers(x, n, top));
  for (int64_t i = 0; i < n; i += 16) {
    vec v, e;
    LOAD_SOME(v, x + i, n - i);
    EXP(e, v - top);
    e *= factor;
    STORE_SOME(x + i, e, n - i);
  }
}

LLM_CLONES int64_t ct_argmax(const float *x, int64_t n) {
  float top = greatest(x, n);
  int64_t i = 0;
  for (; i + 64 <= n; i += 64) {
    ivec found = {0};
    for (int k = 0; k < 4; k++) {
      vec v;
      LOAD(v, x + i + 16 * k);
      found |= v == top;
    }
    if (__builtin_reduce_or(found)) break;
  }
  for (; i < n; i++)
    if (x[i] == top) return i;
  return 0;
}
