/* Register tiles: some rows times one panel of 32 columns, all sums in registers. */
#include "panel_tiles.h"

#include <stddef.h>

#include "ct_matvec.h"

#define INLINE static inline __attribute__((always_inline))

typedef float v16 __attribute__((vector_size(64), aligned(4)));
typedef float v8 __attribute__((vector_size(32), aligned(4)));
typedef float v4 __attribute__((vector_size(16), aligned(4)));

/* A tile of ROWS rows over PARTS vectors of each WIDTH columns, for 32 / (PARTS * WIDTH) stretches of
 * the panel. Three rows share one pointer: an x86 address reaches base, base + stride and
 * base + 2 strides, so fourteen rows need five registers. A value less zero is the value in all
 * places; plus zero it is not for -0, and would really be added. */
#define TILE(NAME, TARGET, V, WIDTH, PARTS, ROWS)                                                  \
  TARGET static void NAME##_##ROWS(const float *x, int64_t x_stride, const float *panel, int64_t k, \
                                   float *y, int64_t y_stride) {                                   \
    for (int j = 0; j < 32; j += PARTS * WIDTH) {                                                  \
      V sums[ROWS][PARTS];                                                                         \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++)                            \
          _Pragma("clang loop unroll(full)") for (int i = 0; i < PARTS; i++) sums[r][i] = (V){0};  \
      const float *b = panel + j;                                                                  \
      const float *x0 = x, *x3 = x + 3 * x_stride, *x6 = x3 + 3 * x_stride;                        \
      const float *x9 = x6 + 3 * x_stride, *x12 = x9 + 3 * x_stride;                               \
      for (int64_t p = 0; p < k; p++, b += 32) {                                                   \
        V w[PARTS];                                                                                \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < PARTS; i++)                         \
            w[i] = *(const V *)(b + i * WIDTH);                                                    \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++) {                        \
          const float *base = r < 3 ? x0 : r < 6 ? x3 : r < 9 ? x6 : r < 12 ? x9 : x12;            \
          V a = base[r % 3 * x_stride + p] - (V){0};                                               \
          _Pragma("clang loop unroll(full)") for (int i = 0; i < PARTS; i++)                       \
              sums[r][i] += a * w[i];                                                              \
        }                                                                                          \
      }                                                                                            \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++)                            \
          _Pragma("clang loop unroll(full)") for (int i = 0; i < PARTS; i++)                       \
              *(V *)(y + r * y_stride + j + i * WIDTH) = sums[r][i];                               \
    }                                                                                              \
  }

#define UP_TO_4(T, ...) T(__VA_ARGS__, 1) T(__VA_ARGS__, 2) T(__VA_ARGS__, 3) T(__VA_ARGS__, 4)
#define UP_TO_6(T, ...) UP_TO_4(T, __VA_ARGS__) T(__VA_ARGS__, 5) T(__VA_ARGS__, 6)
#define UP_TO_14(T, ...)                                                               \
  UP_TO_6(T, __VA_ARGS__) T(__VA_ARGS__, 7) T(__VA_ARGS__, 8) T(__VA_ARGS__, 9)        \
  T(__VA_ARGS__, 10) T(__VA_ARGS__, 11) T(__VA_ARGS__, 12) T(__VA_ARGS__, 13)          \
  T(__VA_ARGS__, 14)

#define PLACE(NAME, ROWS) [ROWS] = NAME##_##ROWS,

UP_TO_4(TILE, plain, , v4, 4, 2)
static const ct_tiles plain = {4, {UP_TO_4(PLACE, plain)}};

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma")))

UP_TO_6(TILE, avx2, AVX2, v8, 8, 2)
UP_TO_14(TILE, avx512, AVX512, v16, 16, 2)
static const ct_tiles avx2 = {6, {UP_TO_6(PLACE, avx2)}};
static const ct_tiles avx512 = {14, {UP_TO_14(PLACE, avx512)}};
#endif

const ct_tiles *ct_tiles_for(int simd) {
#if defined(__x86_64__)
  if (simd == CT_SIMD_BEST) simd = ct_simd_best();
  if (simd == CT_SIMD_AVX512) return &avx512;
  if (simd == CT_SIMD_AVX2) return &avx2;
#else
  (void)simd;
#endif
  return &plain;
}
