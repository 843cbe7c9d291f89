#ifndef PAGED_TABLES_H
#define PAGED_TABLES_H

#include <stdint.h>

#include "ct_paged.h"

/* Where a head's elements lie in a block, and the kernels that each instruction set has for them.
 *
 * A head's part of a block: for int8 the scales of keys, then of values, one float a position each;
 * then keys in strips of 16 positions (the last may be narrower), each [head_dim][width], so that an
 * element of a query meets a register of keys; then values [block_size][value_dim]. */
enum { STRIP = 16, STRIPS = 4, TILE = STRIP * STRIPS };

/* Positions whose softmax is built up by itself before it joins the whole: the unit in which one
 * row's work is divided. It is fixed, and every row is summed this way, so that bits do not depend
 * on the division. */
enum { SEGMENT = 256 };

/* The most query rows that share a register of keys or values. */
enum { GROUP = 6 };

/* Below any score, and finite so that differences are numbers. */
#define NO_SCORE (-3e38f)

static inline int64_t element_bytes(int format) {
  return format == CT_KV_F32 ? 4 : format == CT_KV_INT8 ? 1 : 2;
}

typedef struct {
  int64_t keys, values, key_scales, value_scales; /* bytes from the block's start */
} head_place;

/* One head's keys and values at TILE positions. */
typedef struct {
  const char *keys[STRIPS];   /* [head_dim][STRIP] elements each */
  const char *values[STRIPS]; /* [STRIP][value_stride] elements each */
  const char *next; /* the keys after these in sight of few rows, or any address */
  int64_t value_stride;
  int format;
  const float *key_scales, *value_scales; /* TILE of each, or NULL */
} kv_tile;

/* Up to GROUP query rows and their softmax so far: scores in units of ln 2. */
typedef struct {
  int rows;
  int64_t low[GROUP], high[GROUP]; /* row i looks at positions low ..< high */
  int64_t lowest, highest;         /* of all */
  const float *q[GROUP];           /* head_dim floats each */
  float *sums;                     /* [GROUP][value_pad]: weighted values */
  float top[GROUP];                /* the greatest score */
  float totals[GROUP][STRIP];      /* sums of weights, one a lane */
} query_group;

/* Adds the positions of a tile that begins at `start` to the softmax of the rows of `count` groups;
 * weights[count][GROUP][TILE] is room to work in. */
typedef void (*tile_kernel)(const ct_attention *a, const kv_tile *tile, int64_t start,
                            query_group *groups, int64_t count, float *weights,
                            int64_t value_pad);

/* Weights of a tile's positions in the finished softmax of each row, 2^(score - top) * factor:
 * out[GROUP][TILE], untouched where the tile lies outside of all rows' sight. */
typedef void (*weigh_kernel)(const ct_attention *a, const kv_tile *tile, int64_t start,
                             const query_group *group, const float *top, const float *factor,
                             float *out);

/* Unpacks positions start ..< start + n of a block, all in one strip, to column `to` of a tile of
 * floats, again in one strip: keys [STRIPS][head_dim][STRIP], values [TILE][value_pad]. */
typedef void (*unpack_kernel)(const ct_attention *a, const char *block, const head_place *place,
                              int64_t start, int64_t n, int64_t to, float *keys, float *values,
                              int64_t value_pad);

/* Stores n positions of one strip from column `start` of a block on, for one head. */
typedef void (*store_kernel)(const ct_attention *a, char *block, const head_place *place,
                             int64_t start, int64_t n, const float *keys, int64_t key_stride,
                             const float *values, int64_t value_stride);

/* Joins the softmax of a segment to that of the ones before it: sums[n], top, total. */
typedef void (*join_kernel)(float *sums, float *top, float *total, const float *more,
                            float more_top, float more_total, int64_t n);

typedef struct {
  tile_kernel tile;
  weigh_kernel weigh;
  unpack_kernel unpack;
  store_kernel store;
  join_kernel join;
} paged_kernels;

extern const paged_kernels paged_plain, paged_avx2, paged_avx512;

#endif
