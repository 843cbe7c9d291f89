#ifndef QUANT_BLOCKS_H
#define QUANT_BLOCKS_H

/* The blocks of ggml's formats, byte by byte (ggml-common.h, version 0.25). */

#include <stdint.h>
#include <string.h>

typedef struct { uint16_t d; uint8_t qs[16]; } block_q4_0;
typedef struct { uint16_t d, m; uint8_t qs[16]; } block_q4_1;
typedef struct { uint16_t d; uint8_t qh[4]; uint8_t qs[16]; } block_q5_0;
typedef struct { uint16_t d, m; uint8_t qh[4]; uint8_t qs[16]; } block_q5_1;
typedef struct { uint16_t d; int8_t qs[32]; } block_q8_0;
typedef struct { uint16_t d, dmin; uint8_t scales[12]; uint8_t qs[128]; } block_q4_k;
typedef struct { uint16_t d, dmin; uint8_t scales[12]; uint8_t qh[32]; uint8_t qs[128]; } block_q5_k;
typedef struct { uint8_t ql[128]; uint8_t qh[64]; int8_t scales[16]; uint16_t d; } block_q6_k;

_Static_assert(sizeof(block_q4_0) == 18 && sizeof(block_q4_1) == 20, "block layout");
_Static_assert(sizeof(block_q5_0) == 22 && sizeof(block_q5_1) == 24, "block layout");
_Static_assert(sizeof(block_q8_0) == 34 && sizeof(block_q4_k) == 144, "block layout");
_Static_assert(sizeof(block_q5_k) == 176 && sizeof(block_q6_k) == 210, "block layout");

/* Half precision to float by shifting the exponent; exact for every pattern. */
static inline float half_to_float(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16;
  uint32_t magnitude = half & 0x7fff;
  uint32_t bits;
  if (magnitude >= 0x7c00) {
    bits = 0x7f800000 | (magnitude & 0x3ff) << 13;
  } else if (magnitude >= 0x400) {
    bits = (magnitude << 13) + 0x38000000;
  } else {
    float small = (float)magnitude * 0x1p-24f;
    memcpy(&bits, &small, 4);
  }
  bits |= sign;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static inline float bf16_to_float(uint16_t bits) {
  uint32_t wide = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &wide, 4);
  return value;
}

/* Scale and minimum number j (0 to 7) of a K block: six bits each, packed in twelve bytes. */
static inline void k_scale(const uint8_t *scales, int j, uint8_t *scale, uint8_t *minimum) {
  if (j < 4) {
    *scale = scales[j] & 63;
    *minimum = scales[j + 4] & 63;
  } else {
    *scale = (scales[j + 4] & 15) | (scales[j - 4] >> 6) << 4;
    *minimum = scales[j + 4] >> 4 | (scales[j] >> 6) << 4;
  }
}

static inline uint32_t high_bits(const uint8_t *qh) {
  uint32_t bits;
  memcpy(&bits, qh, 4);
  return bits;
}

#endif
