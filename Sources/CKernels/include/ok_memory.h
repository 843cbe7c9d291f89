#ifndef OK_MEMORY_H
#define OK_MEMORY_H

#include <stdint.h>

/* Where generic addresses of other spaces begin. */
#define OK_WINDOW_SHARED UINT64_C(0x700000000000)
#define OK_WINDOW_LOCAL UINT64_C(0x710000000000)
#define OK_WINDOW_CONSTANT UINT64_C(0x720000000000)
#define OK_WINDOW_BYTES UINT64_C(0x010000000000)

/* Device memory that kernels may touch: [start, end) lies at `host`. Sorted by start in a table. */
typedef struct {
  uint64_t start, end;
  uint8_t *host;
  int32_t writable;
  int32_t number; /* position in the table */
} ok_allocation;

#endif
