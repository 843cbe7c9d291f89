#ifndef LLM_VECTOR_H
#define LLM_VECTOR_H

/* Sixteen floats as one value, which the compiler maps to the registers that there are. */

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#define LLM_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LLM_CLONES
#endif

#define LLM_INLINE static inline __attribute__((always_inline))

typedef float vec __attribute__((vector_size(64)));
typedef int32_t ivec __attribute__((vector_size(64)));
typedef _Float16 hvec __attribute__((vector_size(32)));

/* Macros, not functions: a vector that crosses a call has another place in each clone. */
#define SPLAT(x) ((x) - (vec){0})
#define CHOOSE(mask, yes, no) ((vec)(((ivec)(yes) & (mask)) | ((ivec)(no) & ~(mask))))
#define LOAD(to, from) memcpy(&(to), (from), sizeof(to))
#define STORE(to, from) memcpy((to), &(from), sizeof(from))

/* The first `count` of sixteen, 0 behind them; the ends of rows go the way of everything else. */
#define LOAD_SOME(to, from, count)                                 \
  do {                                                             \
    if ((count) >= 16) {                                           \
      LOAD(to, from);                                              \
    } else {                                                       \
      (to) = (vec){0};                                             \
      memcpy(&(to), (from), (size_t)(count) * sizeof(float));      \
    }                                                              \
  } while (0)
#define STORE_SOME(to, from, count)                                \
  do {                                                             \
    if ((count) >= 16) STORE(to, from);                            \
    else memcpy((to), &(from), (size_t)(count) * sizeof(float));   \
  } while (0)

/* e^x to about 1 unit in the last place: x = n ln2 + r, a polynomial in r (Cephes expf), n into the
 * exponent. Below -87 it is the smallest normal number or so; above 88 it stays finite. */
#define EXP(result, argument)                                                         \
  do {                                                                                \
    vec x_ = (argument);                                                              \
    x_ = CHOOSE(x_ < -87.3f, SPLAT(-87.3f), x_);                                      \
    x_ = CHOOSE(x_ > 88.0f, SPLAT(88.0f), x_);                                        \
    vec n_ = x_ * 1.44269504088896341f + 12582912.0f;                                 \
    n_ -= 12582912.0f;                                                                \
    vec r_ = x_ - n_ * 0.693359375f;                                                  \
    r_ -= n_ * -2.12194440e-4f;                                                       \
    vec p_ = r_ * 1.9875691500e-4f + 1.3981999507e-3f;                                \
    p_ = p_ * r_ + 8.3334519073e-3f;                                                  \
    p_ = p_ * r_ + 4.1665795894e-2f;                                                  \
    p_ = p_ * r_ + 1.6666665459e-1f;                                                  \
    p_ = p_ * r_ + 5.0000001201e-1f;                                                  \
    p_ = p_ * r_ * r_ + r_ + 1.0f;                                                    \
    ivec e_ = (__builtin_convertvector(n_, ivec) + 127) << 23;                        \
    vec s_;                                                                           \
    memcpy(&s_, &e_, sizeof s_);                                                      \
    (result) = p_ * s_;                                                               \
  } while (0)

/* tanh(x): a polynomial near zero (Cephes tanhf), 1 - 2 / (e^2|x| + 1) beyond. */
#define TANH(result, argument)                                                     \
  do {                                                                             \
    vec t_ = (argument), e2_;                                                      \
    vec size_ = (vec)((ivec)t_ & 0x7fffffff);                                      \
    vec z_ = t_ * t_;                                                              \
    vec q_ = z_ * -5.70498872745e-3f + 2.06390887954e-2f;                          \
    q_ = q_ * z_ - 5.37397155531e-2f;                                              \
    q_ = q_ * z_ + 1.33314422036e-1f;                                              \
    q_ = q_ * z_ - 3.33332819422e-1f;                                              \
    q_ = q_ * z_ * t_ + t_;                                                        \
    EXP(e2_, size_ * 2.0f);                                                        \
    vec far_ = 1.0f - 2.0f / (e2_ + 1.0f);                                         \
    far_ = (vec)((ivec)far_ | ((ivec)t_ & (int32_t)0x80000000));                   \
    (result) = CHOOSE(size_ < 0.625f, q_, far_);                                   \
  } while (0)

#endif
