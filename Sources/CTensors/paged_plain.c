/* Attention in plain C, four floats a vector. */
#include <string.h>

#include "paged_tables.h"
#include "quant_blocks.h"

#define LANES 4
#define VECS 4
#if defined(__aarch64__)
#define ROWS 6
#else
#define ROWS 2
#endif
#define KERNELS paged_plain
#include "paged_vector.h"

static const ivec lane_numbers = {0, 1, 2, 3};

INLINE vec from_half(const char *from) {
  uint16_t bits[4];
  memcpy(bits, from, sizeof bits);
  return (vec){half_to_float(bits[0]), half_to_float(bits[1]), half_to_float(bits[2]),
               half_to_float(bits[3])};
}

/* Saturates: a finite value stays finite. */
INLINE void to_half(char *to, vec v) {
  _Float16 narrow[4];
  for (int i = 0; i < 4; i++)
    narrow[i] = (_Float16)(v[i] > 65504 ? 65504 : v[i] < -65504 ? -65504 : v[i]);
  memcpy(to, narrow, sizeof narrow);
}

/* The greater; `b` where one is no number. */
INLINE vec most(vec a, vec b) {
  ivec greater = a > b;
  return (vec)(((ivec)a & greater) | ((ivec)b & ~greater));
}

INLINE float highest(vec x) {
  float a = x[0] > x[1] ? x[0] : x[1], b = x[2] > x[3] ? x[2] : x[3];
  return a > b ? a : b;
}

/* 2^x for x up to 100, 0 from NOTHING on down. */
INLINE vec power(vec x) {
  x = most(SPLAT(NOTHING), x);
  vec n = (x + 12582912.0f) - 12582912.0f;
  vec p = power_of_fraction(x - n) * whole_power(n);
  return (vec)((ivec)p & ~(x == NOTHING));
}

#include "paged_kernels.h"
