#ifndef PANEL_TILES_H
#define PANEL_TILES_H

#include <stdint.h>

/* y[r][0 ..< 32] = sum over p of x[r][p] * panel[p][0 ..< 32] for the rows of a tile, their number
 * being the place in a table, from 1. */
typedef void (*ct_tile)(const float *x, int64_t x_stride, const float *panel, int64_t k, float *y,
                        int64_t y_stride);

enum { CT_TILE_ROWS = 14 };

/* The tiles of an instruction set; places above `most` are NULL. */
typedef struct {
  int most;
  ct_tile by_rows[CT_TILE_ROWS + 1];
} ct_tiles;

/* The tiles for an instruction set of enum ct_simd, or for the best. */
const ct_tiles *ct_tiles_for(int simd);

#endif
