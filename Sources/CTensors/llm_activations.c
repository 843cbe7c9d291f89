/* What bends the neurons of a feed-forward block, and what bends logits. */
#include "ct_llm.h"
#include "erf_vector.h"
#include "llm_vector.h"

/* Bends `gate` in place by BEND(result, v) and multiplies with `up` where there is one. */
#define GATE(name, BEND)                                                \
  LLM_CLONES void name(float *gate, const float *up, int64_t n) {       \
    for (int64_t i = 0; i < n; i += 16) {                               \
      vec v, bent;                                                      \
      LOAD_SOME(v, gate + i, n - i);                                    \
      BEND(bent, v);                                                    \
      if (up) {                                                         \
        vec u;                                                          \
        LOAD_SOME(u, up + i, n - i);                                    \
        bent *= u;                                                      \
      }                                                                 \
      STORE_SOME(gate + i, bent, n - i);                                \
    }                                                                   \
  }

#define SILU(result, v)        \
  do {                         \
    vec power_;                \
    EXP(power_, -(v));         \
    (result) = (v) / (power_ + 1.0f); \
  } while (0)

#define GELU(result, v)                          \
  do {                                           \
    vec erf_;                                    \
    ERF(erf_, (v) * 0.70710678118654752f);       \
    (result) = (v) * 0.5f * (erf_ + 1.0f);       \
  } while (0)

/* (1 + tanh(u)) / 2 is 1 / (1 + exp(-2u)). */
#define GELU_TANH(result, v)                                                 \
  do {                                                                       \
    vec power_, u_ = ((v) * (v) * (v) * 0.044715f + (v)) * 1.5957691216057308f; \
    EXP(power_, -u_);                                                        \
    (result) = (v) / (power_ + 1.0f);                                        \
  } while (0)

GATE(ct_silu_gate, SILU)
GATE(ct_gelu_gate, GELU)
GATE(ct_gelu_tanh_gate, GELU_TANH)

LLM_CLONES void ct_softcap(float *x, int64_t n, float cap) {
  for (int64_t i = 0; i < n; i += 16) {
    vec v, bent;
    LOAD_SOME(v, x + i, n - i);
    TANH(bent, v / cap);
    bent *= cap;
    STORE_SOME(x + i, bent, n - i);
  }
}
