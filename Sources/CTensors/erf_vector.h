#ifndef ERF_VECTOR_H
#define ERF_VECTOR_H

#include "llm_vector.h"

/* erf by a quotient of polynomials in x^2, odd over even; beyond 3.83 it is 1 in float. */
#define ERF(result, argument)                                              \
  do {                                                                     \
    vec e_ = (argument);                                                   \
    e_ = __builtin_elementwise_max(e_, SPLAT(-3.832506856900711f));        \
    e_ = __builtin_elementwise_min(e_, SPLAT(3.832506856900711f));         \
    vec q_ = e_ * e_;                                                      \
    vec n_ = q_ * 0.00022905065861350646f + 0.0034082910107109506f;        \
    n_ = n_ * q_ + 0.050955695062380861f;                                  \
    n_ = n_ * q_ + 0.18520832239976145f;                                   \
    n_ = n_ * q_ + 1.128379143519084f;                                     \
    vec d_ = q_ * -1.1791602954361697e-7f + 0.000023547966471313185f;      \
    d_ = d_ * q_ + 0.0010179625278914885f;                                 \
    d_ = d_ * q_ + 0.014070470171167667f;                                  \
    d_ = d_ * q_ + 0.11098505178285362f;                                   \
    d_ = d_ * q_ + 0.49746925110067538f;                                   \
    d_ = d_ * q_ + 1.0f;                                                   \
    (result) = e_ * n_ / d_;                                               \
  } while (0)

#endif
