/* Products of many rows with a packed float32 matrix. */
#include "ct_panels.h"

#include <stddef.h>
#include <string.h>

#include "ct_encoder.h"
#include "ct_pool.h"
#include "erf_vector.h"
#include "llm_vector.h"
#include "panel_tiles.h"

/* Rows of one task: they and their results stay in the second-level cache while panels pass, and
 * their pages in the translation buffer. Panels of one task: enough to be worth a task. */
enum { TASK_ROWS = 112, TASK_PANELS = 4 };

int64_t ct_panel_count(int64_t n, int64_t k) { return (n + CT_PANEL - 1) / CT_PANEL * CT_PANEL * k; }

void ct_panel_pack(const float *w, int64_t n, int64_t k, int64_t first, float *packed) {
  for (int64_t j = 0; j < n; j++, w += k) {
    int64_t row = first + j;
    float *to = packed + row / CT_PANEL * CT_PANEL * k + row % CT_PANEL;
    for (int64_t p = 0; p < k; p++) to[p * CT_PANEL] = w[p];
  }
}

/* The bias, then the step, over a finished tile that is still in the first-level cache. */
LLM_CLONES static void finish(const ct_panel_product *product, float *y, int64_t rows,
                              int64_t first, int64_t columns) {
  const float *bias = product->bias ? product->bias + first : NULL;
  int is_gelu = product->step == CT_PANEL_GELU;
  if (!bias && !is_gelu) return;
  for (int64_t r = 0; r < rows; r++, y += product->y_stride) {
    int64_t j = 0;
    /* As wide as the tile's own stores, which narrower loads and stores between would hold up. */
    for (; j + 16 <= columns; j += 16) {
      vec v, w = {0};
      LOAD(v, y + j);
      if (bias) LOAD(w, bias + j);
      v += w;
      if (is_gelu) {
        ERF(w, v * 0.70710678118654752f);
        v = v * 0.5f * (w + 1.0f);
      }
      STORE(y + j, v);
    }
    if (j < columns && bias)
      for (int64_t i = j; i < columns; i++) y[i] += bias[i];
    if (j < columns && is_gelu) ct_gelu_erf(y + j, columns - j);
  }
}

static void run_tile(const ct_panel_product *product, ct_tile tile, int64_t row, int64_t rows,
                     int64_t panel) {
  int64_t first = panel * CT_PANEL, columns = product->n - first;
  const float *x = product->x + row * product->x_stride;
  const float *packed = product->packed + first * product->k;
  float *y = product->y + row * product->y_stride + first;
  if (columns >= CT_PANEL) {
    tile(x, product->x_stride, packed, product->k, y, product->y_stride);
    columns = CT_PANEL;
  } else {
    float whole[CT_TILE_ROWS * CT_PANEL];
    tile(x, product->x_stride, packed, product->k, whole, CT_PANEL);
    for (int64_t r = 0; r < rows; r++)
      memcpy(y + r * product->y_stride, whole + r * CT_PANEL, (size_t)columns * sizeof(float));
  }
  finish(product, y, rows, first, columns);
}

typedef struct {
  const ct_panel_product *product;
  const ct_tiles *tiles;
  int64_t row_blocks, panels, panel_groups;
} work;

/* The start of part `i` of `parts` parts of `count` things, as equal as can be. */
static int64_t part_start(int64_t count, int64_t parts, int64_t i) { return count * i / parts; }

static void run_task(void *context, int64_t task) {
  const work *w = context;
  if (ct_cancelled()) return;
  int64_t block = task / w->panel_groups, group = task % w->panel_groups;
  int64_t row = part_start(w->product->rows, w->row_blocks, block);
  int64_t rows = part_start(w->product->rows, w->row_blocks, block + 1) - row;
  int64_t tiles = (rows + w->tiles->most - 1) / w->tiles->most;
  int64_t last = (group + 1) * TASK_PANELS;
  if (last > w->panels) last = w->panels;
  for (int64_t panel = group * TASK_PANELS; panel < last; panel++)
    for (int64_t i = 0; i < tiles; i++) {
      int64_t start = part_start(rows, tiles, i), count = part_start(rows, tiles, i + 1) - start;
      run_tile(w->product, w->tiles->by_rows[count], row + start, count, panel);
    }
}

int ct_panel_multiply(const ct_panel_product *product) {
  if (product->rows <= 0 || product->n <= 0) return 0;
  int64_t panels = (product->n + CT_PANEL - 1) / CT_PANEL;
  work w = {product, ct_tiles_for(product->simd), (product->rows + TASK_ROWS - 1) / TASK_ROWS,
            panels, (panels + TASK_PANELS - 1) / TASK_PANELS};
  ct_parallel(w.row_blocks * w.panel_groups, run_task, &w);
  return ct_cancelled();
}
