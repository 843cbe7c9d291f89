/* Norms, rotary positions, gates and reductions over logits. */
#include "ct_llm.h"

#include <math.h>

#include "llm_vector.h"

LLM_CLONES void ct_rms_norm(const float *x, const float *weight, int64_t rows, int64_t n,
                            float epsilon, float *out) {
  for (int64_t r = 0; r < rows; r++, x += n, out += n) {
    vec sums = {0};
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
      vec v;
      LOAD(v, x + i);
      sums += v * v;
    }
    double sum = 0;
    for (int j = 0; j < 16; j++) sum += sums[j];
    for (; i < n; i++) sum += (double)x[i] * x[i];
    float factor = (float)(1 / sqrt(sum / (double)n + epsilon));
    for (i = 0; i < n; i++) out[i] = x[i] * factor * weight[i];
  }
}

LLM_CLONES void ct_rope(float *x, int64_t rows, int64_t heads, int64_t head_dim, int64_t pairs,
                        const float *cosines, const float *sines, int halves) {
  for (int64_t r = 0; r < rows; r++, cosines += pairs, sines += pairs)
    for (int64_t h = 0; h < heads; h++, x += head_dim)
      for (int64_t i = 0; i < pairs; i++) {
        float *a = halves ? x + i : x + 2 * i, *b = halves ? a + pairs : a + 1;
        float real = *a * cosines[i] - *b * sines[i];
        *b = *a * sines[i] + *b * cosines[i];
        *a = real;
      }
}

LLM_CLONES void ct_silu_gate(float *gate, const float *up, int64_t n) {
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    vec g, u, e;
    LOAD(g, gate + i);
    LOAD(u, up + i);
    EXP(e, -g);
    g = g / (e + 1.0f) * u;
    STORE(gate + i, g);
  }
  for (; i < n; i++) gate[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
}

LLM_CLONES void ct_accumulate(float *x, const float *y, int64_t n) {
  for (int64_t i = 0; i < n; i++) x[i] += y[i];
}

LLM_CLONES double ct_log_sum_exp(const float *x, int64_t n) {
  float most = -INFINITY;
  for (int64_t i = 0; i < n; i++) most = x[i] > most ? x[i] : most;
  if (isinf(most)) return most;
  double sum = 0;
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    vec v, e;
    LOAD(v, x + i);
    EXP(e, v - most);
    float part = 0;
    for (int j = 0; j < 16; j++) part += e[j];
    sum += part;
  }
  for (; i < n; i++) sum += expf(x[i] - most);
  return (double)most + log(sum);
}

int64_t ct_argmax(const float *x, int64_t n) {
  int64_t best = 0;
  for (int64_t i = 1; i < n; i++)
    if (x[i] > x[best]) best = i;
  return best;
}
