/* Layer norm and Gaussian activations, in plain loops. */
#include <math.h>

#include "ct_llm.h"

void ct_layer_norm(const float *x, const float *weight, const float *bias, int64_t rows, int64_t n,
                   float epsilon, float *out) {
  for (int64_t r = 0; r < rows; r++, x += n, out += n) {
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < n; i++) mean += x[i];
    mean /= n;
    for (int64_t i = 0; i < n; i++) variance += (x[i] - mean) * (x[i] - mean);
    float factor = (float)(1 / sqrt(variance / n + epsilon));
    for (int64_t i = 0; i < n; i++) out[i] = (x[i] - (float)mean) * factor * weight[i] + bias[i];
  }
}

void ct_gelu_gate(float *gate, const float *up, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    float x = gate[i];
    gate[i] = x * 0.5f * (1 + erff(x * 0.70710678f)) * (up ? up[i] : 1);
  }
}

void ct_gelu_tanh_gate(float *gate, const float *up, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    float x = gate[i];
    float bent = 0.5f * (1 + tanhf(0.79788456f * (x + 0.044715f * x * x * x)));
    gate[i] = x * bent * (up ? up[i] : 1);
  }
}
