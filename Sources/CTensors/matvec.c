/* Products with quantised weights: picks the instruction set and the shape of the loop. */
#include "ct_matvec.h"

#include <string.h>

#include "ct_pool.h"
#include "ct_quant.h"
#include "matvec_tables.h"

int ct_simd_best(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    return CT_SIMD_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return CT_SIMD_AVX2;
#endif
  return CT_SIMD_SCALAR;
}

const char *ct_simd_name(int simd) {
  static const char *const names[CT_SIMDS] = {"scalar", "avx2", "avx512"};
  return names[simd < 0 ? ct_simd_best() : simd];
}

static const kernel_table *kernels(int simd) {
#if defined(__x86_64__)
  if (simd < 0) simd = ct_simd_best();
  if (simd == CT_SIMD_AVX512) return &matvec_avx512;
  if (simd == CT_SIMD_AVX2) return &matvec_avx2;
#else
  (void)simd;
#endif
  return &matvec_scalar;
}

static int64_t row_bytes(const ct_matrix *w) {
  return w->cols / ct_format_block_size(w->format) * ct_format_block_bytes(w->format);
}

/* Fewer tokens than this go one by one: unpacking into a panel would cost more than it saves. */
enum { PANEL_TOKENS = 4 };

/* Unpacks rows [r, r + count) and columns [k, k + cols) into panel[col][32]; missing rows are 0. */
static void fill_panel(const kernel_table *table, const ct_matrix *w, int64_t r, int64_t count,
                       int64_t k, int64_t cols, float *panel) {
  _Alignas(64) float rows[PANEL_ROWS * PANEL_COLS];
  const uint8_t *start = (const uint8_t *)w->data + r * row_bytes(w) +
                         k / ct_format_block_size(w->format) * ct_format_block_bytes(w->format);
  for (int64_t i = 0; i < count; i++)
    table->unpack[w->format](start + i * row_bytes(w), cols, rows + i * PANEL_COLS);
  if (count < PANEL_ROWS)
    memset(rows + count * PANEL_COLS, 0, (size_t)(PANEL_ROWS - count) * PANEL_COLS * sizeof *rows);
  table->transpose(rows, cols, panel);
}

/* Tokens whose sums for one panel are kept together. */
enum { TOKEN_BLOCK = 48 };

static void panels(const kernel_table *table, const ct_matrix *w, int64_t first, int64_t last,
                   const float *x, int64_t x_stride, int64_t tokens, float *y, int64_t y_stride) {
  _Alignas(64) float panel[PANEL_ROWS * PANEL_COLS];
  _Alignas(64) float sums[TOKEN_BLOCK * PANEL_ROWS];
  for (int64_t r = first; r < last; r += PANEL_ROWS) {
    int64_t count = last - r < PANEL_ROWS ? last - r : PANEL_ROWS;
    for (int64_t k = 0; k < w->cols; k += PANEL_COLS) {
      int64_t cols = w->cols - k < PANEL_COLS ? w->cols - k : PANEL_COLS;
      fill_panel(table, w, r, count, k, cols, panel);
      for (int64_t t = 0; t < tokens; t += TOKEN_BLOCK) {
        int64_t block = tokens - t < TOKEN_BLOCK ? tokens - t : TOKEN_BLOCK;
        for (int64_t i = 0; i < block; i++) {
          float *sum = sums + i * PANEL_ROWS;
          if (k == 0) memset(sum, 0, PANEL_ROWS * sizeof *sum);
          else memcpy(sum, y + (t + i) * y_stride + r, (size_t)count * sizeof *sum);
        }
        table->panel(panel, cols, x + t * x_stride + k, x_stride, block, sums, PANEL_ROWS);
        for (int64_t i = 0; i < block; i++)
          memcpy(y + (t + i) * y_stride + r, sums + i * PANEL_ROWS, (size_t)count * sizeof *sums);
      }
    }
  }
}

void ct_matmul(const ct_matrix *w, int64_t first, int64_t last, const float *x, int64_t x_stride,
               int64_t tokens, float *y, int64_t y_stride, int simd) {
  const kernel_table *table = kernels(simd);
  if (tokens >= PANEL_TOKENS) {
    panels(table, w, first, last, x, x_stride, tokens, y, y_stride);
    return;
  }
  const uint8_t *start = (const uint8_t *)w->data + first * row_bytes(w);
  for (int64_t t = 0; t < tokens; t++)
    table->rows[w->format](start, row_bytes(w), last - first, w->cols, x + t * x_stride,
                           y + t * y_stride + first);
}

typedef struct {
  const ct_matrix *w;
  const float *x;
  float *y;
  int64_t x_stride, y_stride, tokens, rows_each;
} product;

static void product_task(void *context, int64_t task) {
  const product *p = context;
  int64_t first = task * p->rows_each, last = first + p->rows_each;
  if (last > p->w->rows) last = p->w->rows;
  ct_matmul(p->w, first, last, p->x, p->x_stride, p->tokens, p->y, p->y_stride, CT_SIMD_BEST);
}

/* Below this many products the workers would cost more than they save. */
enum { PARALLEL_PRODUCTS = 100000 };

void ct_matmul_parallel(const ct_matrix *w, const float *x, int64_t x_stride, int64_t tokens,
                        float *y, int64_t y_stride) {
  int threads = ct_threads();
  if (threads == 1 || w->rows * w->cols * tokens < PARALLEL_PRODUCTS) {
    ct_matmul(w, 0, w->rows, x, x_stride, tokens, y, y_stride, CT_SIMD_BEST);
    return;
  }
  /* Twice as many tasks as threads let a busy core be outrun, in whole panels. */
  int64_t rows = (w->rows + threads * 2 - 1) / (threads * 2);
  rows = (rows + PANEL_ROWS - 1) / PANEL_ROWS * PANEL_ROWS;
  product p = {w, x, y, x_stride, y_stride, tokens, rows};
  ct_parallel((w->rows + rows - 1) / rows, product_task, &p);
}

void ct_matrix_row(const ct_matrix *w, int64_t row, float *out) {
  const uint8_t *start = (const uint8_t *)w->data + row * row_bytes(w);
  kernels(CT_SIMD_BEST)->unpack[w->format](start, w->cols, out);
}
