#ifndef PACKED_LAYOUT_H
#define PACKED_LAYOUT_H

/* How packed weights and activations lie in memory.
 *
 * Sixteen rows form a band. A band is a head (K formats only) and one record for each 32 columns; a
 * record is factors and then levels. Levels are unsigned and, unpacked, fill eight vectors of 64
 * bytes: byte 4 * row + j of vector v is column 4 * v + j. So four activations, broadcast, meet one
 * vector, and lane r of the sum belongs to row r: there are no horizontal sums.
 *
 *   4 bits  vectors 2p and 2p + 1 are the low and high nibbles of 64 bytes, p = 0 to 3
 *   5 bits  the same, then 64 bytes whose bit v is the fifth bit of vector v
 *   6 bits  the same, then 2 * 64 bytes whose bits 2i, 2i + 1 are the top of vectors i and 4 + i
 *   8 bits  the vectors themselves
 *
 * Factors are half floats d[16] (q4_0, q5_0, q8_0) and m[16] (q4_1, q5_1), or bytes that the head's
 * half floats multiply: scale[16], minimum[16] (q4_k, q5_k), scale of columns 0 to 15 and of 16 to
 * 31 (q6_k). The head has d[16] and, except in q6_k, dmin[16] for each 256 columns. Products of the
 * two are exact in float; in half floats they would not be.
 *
 * Float formats keep their values: a record is 32 columns of 16 rows each. */

#include <stdint.h>

#include "ct_quant.h"

enum { BAND = 16, GROUP = 32, VECTOR = 64, GROUPS_PER_HEAD = 8 };

/* Values of ct_packed.layout. */
enum { LAYOUT_LEVELS, LAYOUT_FLOATS };

/* 32 activations, their scale, and what the kernels need of their sum. */
typedef struct {
  int8_t q[GROUP];
  float scale;
  float scaled_sum; /* scale times the sum of q: meets the minima of asymmetric formats */
  /* Minus the sum of q times the level that stands for zero, where the integer sums start: a load,
   * even of nothing, leaves the arithmetic units alone as clearing a register would not. */
  int32_t from_0, from_8, from_16, from_128;
  int32_t from_32[2]; /* of columns 0 to 15 and 16 to 31 */
} activation_group;

typedef struct {
  int bits;         /* of a level; 0: not packed as levels */
  int head_bytes;   /* for 256 columns */
  int factor_bytes; /* in a record */
} packed_format;

extern const packed_format packed_formats[];

static inline int64_t groups_of(int64_t cols) { return (cols + GROUP - 1) / GROUP; }

/* A token's groups, then its floats as they were. An odd number of cache lines, so that the same
 * group of many tokens does not crowd into a few sets of the cache. */
static inline int64_t activation_stride(int64_t cols) {
  return (groups_of(cols) * 3 | 1) * VECTOR;
}

static inline const float *activation_floats(const uint8_t *activations, int64_t cols) {
  return (const float *)(activations + groups_of(cols) * VECTOR);
}

static inline int64_t record_bytes(int format) {
  const packed_format *f = &packed_formats[format];
  if (f->bits == 0) return BAND * GROUP * ct_format_block_bytes(format);
  return f->factor_bytes + f->bits * VECTOR;
}

static inline int64_t head_bytes(int format, int64_t cols) {
  return groups_of(cols) / GROUPS_PER_HEAD * packed_formats[format].head_bytes;
}

static inline int64_t band_bytes(int format, int64_t cols) {
  return head_bytes(format, cols) + groups_of(cols) * record_bytes(format);
}

/* Tokens that meet an unpacked record before the next one is unpacked: their sums fit in the first
 * level of cache, their activations in the second. */
enum { TILE_TOKENS = 64 };

/* A rectangle of a product: bands from `weights` on times at most TILE_TOKENS tokens. */
typedef struct {
  const uint8_t *weights;
  const uint8_t *activations;
  int64_t cols;
  int64_t rows; /* of the bands; the last one may be cut */
  int64_t tokens;
  float *y;
  int64_t y_stride;
} packed_tile;

typedef void (*packed_kernel)(const packed_tile *tile);

/* Rounds one row of activations. */
typedef void (*packed_quantiser)(const float *x, int64_t cols, uint8_t *out);

typedef struct {
  packed_quantiser quantise;
  const packed_kernel *kernels; /* by format */
} packed_table;

extern const packed_table packed_scalar, packed_avx2, packed_avx512;

#endif
