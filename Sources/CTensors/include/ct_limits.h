#ifndef CT_LIMITS_H
#define CT_LIMITS_H

#include <stdint.h>

/* What this machine can do, measured on as many threads as compute: the figures that kernels are
 * held against. */

/* Bytes read per second, from memory of that size, the best of a few rounds; 0 without memory. */
double ct_limit_read(int64_t bytes);

/* Multiply-adds of 8-bit integers per second, from registers. */
double ct_limit_multiply_adds_8bit(void);

#endif
