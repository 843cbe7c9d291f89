#ifndef PAGED_PLAN_H
#define PAGED_PLAN_H

#include <string.h>

#include "paged_tables.h"
#include "quant_blocks.h"

head_place place_of_head(const ct_attention *a, int64_t kv_head);

/* The kernels of the instruction set in use. */
const paged_kernels *paged_table(void);

/* How many of n positions from a block's column on lie in that column's strip. */
static inline int64_t positions_in_strip(const ct_attention *a, int64_t column, int64_t n) {
  int64_t end = (column / STRIP + 1) * STRIP;
  if (end > a->block_size) end = a->block_size;
  return n < end - column ? n : end - column;
}

/* An element as it is kept; int8 without its scale. */
static inline float stored_element(int format, const char *from, int64_t i) {
  uint16_t half;
  float value;
  switch (format) {
    case CT_KV_F32: memcpy(&value, from + i * 4, 4); return value;
    case CT_KV_INT8: return (float)(int8_t)from[i];
    default: memcpy(&half, from + i * 2, 2);
  }
  return format == CT_KV_F16 ? half_to_float(half) : bf16_to_float(half);
}

#endif
