/* Products with packed matrices: picks the instruction set and cuts the work into tiles. */
#include "ct_packed.h"

#include "ct_pool.h"
#include "ct_quant.h"
#include "packed_layout.h"

int ct_packed_simd_best(void) {
  int best = ct_simd_best();
#if defined(__x86_64__)
  if (best == CT_SIMD_AVX512 && !__builtin_cpu_supports("avx512vnni")) return CT_SIMD_AVX2;
#endif
  return best;
}

static const packed_table *table_of(int simd) {
#if defined(__x86_64__)
  if (simd == CT_SIMD_BEST) simd = ct_packed_simd_best();
  if (simd == CT_SIMD_AVX512) return &packed_avx512;
  if (simd == CT_SIMD_AVX2) return &packed_avx2;
#else
  (void)simd;
#endif
  return &packed_scalar;
}

int64_t ct_activation_bytes(int64_t tokens, int64_t cols) {
  return tokens * activation_stride(cols);
}

void ct_quantise_activations_simd(const float *x, int64_t stride, int64_t first, int64_t last,
                                  int64_t cols, void *out, int simd) {
  packed_quantiser quantise = table_of(simd)->quantise;
  for (int64_t t = first; t < last; t++)
    quantise(x + t * stride, cols, (uint8_t *)out + t * activation_stride(cols));
}

void ct_quantise_activations(const float *x, int64_t stride, int64_t first, int64_t last,
                             int64_t cols, void *out) {
  ct_quantise_activations_simd(x, stride, first, last, cols, out, CT_SIMD_BEST);
}

/* Bands between two looks at the flag that stops: their weights stay in the second level of cache
 * while tokens pass by. */
enum { TILE_BANDS = 8 };

void ct_packed_matmul_simd(const ct_packed *w, int64_t first, int64_t last,
                           const void *activations, int64_t tokens, float *y, int64_t y_stride,
                           int simd) {
  packed_kernel kernel = table_of(simd)->kernels[w->format];
  int64_t stride = activation_stride(w->cols), band = band_bytes(w->format, w->cols);
  for (int64_t r = first; r < last; r += TILE_BANDS * BAND) {
    int64_t rows = last - r < TILE_BANDS * BAND ? last - r : TILE_BANDS * BAND;
    for (int64_t t = 0; t < tokens; t += TILE_TOKENS) {
      if (ct_cancelled()) return;
      packed_tile tile = {
          .weights = (const uint8_t *)w->data + r / BAND * band,
          .activations = (const uint8_t *)activations + t * stride,
          .cols = w->cols,
          .rows = rows,
          .tokens = tokens - t < TILE_TOKENS ? tokens - t : TILE_TOKENS,
          .y = y + t * y_stride + r,
          .y_stride = y_stride,
      };
      kernel(&tile);
    }
  }
}

void ct_packed_matmul(const ct_packed *w, int64_t first, int64_t last, const void *activations,
                      int64_t tokens, float *y, int64_t y_stride) {
  ct_packed_matmul_simd(w, first, last, activations, tokens, y, y_stride, CT_SIMD_BEST);
}

/* ---- on several threads ---- */

/* A chunk is rows of one product and some of the tokens: small enough that a thread which loses its
 * core for a while leaves little undone, large enough that taking it costs little. */
enum { CHUNK_BYTES = 48 * 1024, CHUNK_TOKENS = 128, MAX_PRODUCTS = 8 };

typedef struct {
  const ct_product *products;
  const uint8_t *activations;
  int64_t tokens;
  int count;
  int64_t rows[MAX_PRODUCTS];   /* in a chunk of each product */
  int64_t chunks[MAX_PRODUCTS]; /* of each product, for one block of tokens */
  int64_t chunks_of_all;
} product_list;

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t rows_in_chunk(const ct_packed *w) {
  int64_t bands = CHUNK_BYTES / band_bytes(w->format, w->cols);
  return (bands < 1 ? 1 : bands) * BAND;
}

static void chunk_task(void *context, int64_t task) {
  const product_list *list = context;
  int64_t chunk = task % list->chunks_of_all, token = task / list->chunks_of_all * CHUNK_TOKENS;
  int i = 0;
  for (; chunk >= list->chunks[i]; i++) chunk -= list->chunks[i];
  const ct_product *p = &list->products[i];
  int64_t first = chunk * list->rows[i];
  ct_packed_matmul(p->w, first, smaller(first + list->rows[i], p->w->rows),
                   list->activations + token * activation_stride(p->w->cols),
                   smaller(list->tokens - token, CHUNK_TOKENS), p->y + token * p->y_stride,
                   p->y_stride);
}

void ct_packed_matmul_parallel(const ct_product *products, int count, const void *activations,
                               int64_t tokens) {
  for (; count > MAX_PRODUCTS; count--, products++)
    ct_packed_matmul_parallel(products, 1, activations, tokens);
  product_list list = {.products = products, .activations = activations, .tokens = tokens,
                       .count = count};
  for (int i = 0; i < count; i++) {
    list.rows[i] = rows_in_chunk(products[i].w);
    list.chunks[i] = (products[i].w->rows + list.rows[i] - 1) / list.rows[i];
    list.chunks_of_all += list.chunks[i];
  }
  ct_parallel((tokens + CHUNK_TOKENS - 1) / CHUNK_TOKENS * list.chunks_of_all, chunk_task, &list);
}
