/* Matrix products through OpenBLAS, which is loaded when the first one is asked for: mapping it at
 * start would delay every program by what its 30 MB cost. */
#define _GNU_SOURCE
#include "ct_blas.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ct_clones.h"
#include "ct_pool.h"

enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };

typedef void (*sgemm)(int, int, int, int, int, int, float, const float *, int, const float *, int,
                      float, float *, int);
typedef void (*dgemm)(int, int, int, int, int, int, double, const double *, int, const double *,
                      int, double, double *, int);
typedef void (*sgemv)(int, int, int, int, float, const float *, int, const float *, int, float,
                      float *, int);
typedef void (*dgemv)(int, int, int, int, double, const double *, int, const double *, int, double,
                      double *, int);

static struct {
  void *library;
  sgemm sgemm;
  dgemm dgemm;
  sgemv sgemv;
  dgemv dgemv;
  char *(*config)(void);
  char *(*corename)(void);
  int (*get_threads)(void);
  void (*set_threads)(int);
  int threads;
} blas;

/* OpenBLAS knows processors by their model number and takes its oldest kernels for those that are
 * newer than itself: on an AVX-512 machine that costs a factor of ten. What the processor can do
 * decides here, unless the environment already says which kernel to take. */
static void choose_kernel(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    setenv("OPENBLAS_CORETYPE", "Haswell", 0);
#endif
}

static void load(void) {
  static const char *const names[] = {"libopenblas.so.0", "libopenblas.so"};
  const char *forbidden = getenv("ORRERY_NO_BLAS");
  if (forbidden && *forbidden) return;
  choose_kernel();
  for (int i = 0; i < 2 && !blas.library; i++)
    blas.library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!blas.library) return;
  *(void **)&blas.sgemm = dlsym(blas.library, "cblas_sgemm");
  *(void **)&blas.dgemm = dlsym(blas.library, "cblas_dgemm");
  *(void **)&blas.sgemv = dlsym(blas.library, "cblas_sgemv");
  *(void **)&blas.dgemv = dlsym(blas.library, "cblas_dgemv");
  *(void **)&blas.config = dlsym(blas.library, "openblas_get_config");
  *(void **)&blas.corename = dlsym(blas.library, "openblas_get_corename");
  *(void **)&blas.get_threads = dlsym(blas.library, "openblas_get_num_threads");
  *(void **)&blas.set_threads = dlsym(blas.library, "openblas_set_num_threads");
  if (!blas.sgemm || !blas.dgemm || !blas.sgemv || !blas.dgemv) blas.library = NULL;
}

static int ready(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  if (!blas.library) return 0;
  /* One setting rules both pools. */
  int threads = ct_threads();
  if (blas.set_threads && blas.threads != threads) {
    blas.set_threads(threads);
    blas.threads = threads;
  }
  return 1;
}

const char *ct_blas_config(void) {
  return ready() && blas.config ? blas.config() : "blocked loops of this program";
}

const char *ct_blas_corename(void) { return ready() && blas.corename ? blas.corename() : "plain"; }

int ct_blas_threads(void) { return ready() && blas.get_threads ? blas.get_threads() : 1; }

const char *ct_blas_library(void) {
  Dl_info info;
  if (!ready() || !dladdr(*(void **)&blas.sgemm, &info)) return NULL;
  return info.dli_fname;
}

/* Rows per call into the library, so that a stop is noticed within some tens of milliseconds. */
static int64_t rows_per_call(int64_t m, int64_t n, int64_t k) {
  double per_row = 2.0 * (double)n * (double)k;
  double rows = 2e9 / (per_row < 1 ? 1 : per_row);
  return rows < 64 ? 64 : rows > (double)m ? m : (int64_t)rows;
}

#define FALLBACK(NAME, T)                                                                        \
  /* Packs b once into rows, then adds scaled rows: the inner loop is contiguous and vectorises. */ \
  CT_CLONES static void NAME##_row(T *c, const T *b, int64_t ldb, const T *a, int64_t step,      \
                                   int64_t k, int64_t n) {                                       \
    for (int64_t j = 0; j < n; j++) c[j] = 0;                                                    \
    for (int64_t p = 0; p < k; p++) {                                                            \
      T factor = a[p * step];                                                                    \
      const T *row = b + p * ldb;                                                                \
      for (int64_t j = 0; j < n; j++) c[j] += factor * row[j];                                   \
    }                                                                                            \
  }                                                                                              \
  static int NAME(int ta, int tb, int64_t m, int64_t n, int64_t k, const T *a, int64_t lda,      \
                  const T *b, int64_t ldb, T *c, int64_t ldc) {                                  \
    T *packed = NULL;                                                                            \
    if (tb && n > 0 && k > 0) {                                                                  \
      packed = malloc((size_t)(k * n) * sizeof(T));                                              \
      if (!packed) abort();                                                                      \
      for (int64_t p = 0; p < k; p++)                                                            \
        for (int64_t j = 0; j < n; j++) packed[p * n + j] = b[j * ldb + p];                      \
      b = packed;                                                                                \
      ldb = n;                                                                                   \
    }                                                                                            \
    int stopped = 0;                                                                             \
    for (int64_t i = 0; i < m && !(stopped = ct_cancelled()); i++)                               \
      for (int64_t j = 0; j < n; j += 512)                                                       \
        NAME##_row(c + i * ldc + j, b + j, ldb, ta ? a + i : a + i * lda, ta ? lda : 1, k,       \
                   n - j < 512 ? n - j : 512);                                                   \
    free(packed);                                                                                \
    return stopped;                                                                              \
  }

FALLBACK(plain_f32, float)
FALLBACK(plain_f64, double)

int ct_gemm_plain_f32(int ta, int tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda,
                      const float *b, int64_t ldb, float *c, int64_t ldc) {
  return plain_f32(ta, tb, m, n, k, a, lda, b, ldb, c, ldc);
}

/* The products of one row or one column are matrix-vector ones: a general product packs the whole
 * matrix first and is several times slower there. */
#define GEMM(NAME, T, GENERAL, VECTOR, PLAIN_LOOP)                                               \
  int NAME(int ta, int tb, int64_t m, int64_t n, int64_t k, const T *a, int64_t lda, const T *b, \
           int64_t ldb, T *c, int64_t ldc) {                                                     \
    if (m == 0 || n == 0) return 0;                                                              \
    if (k == 0) {                                                                                \
      for (int64_t i = 0; i < m; i++) memset(c + i * ldc, 0, (size_t)n * sizeof(T));             \
      return 0;                                                                                  \
    }                                                                                            \
    int64_t most = 0x7FFFFFFF;                                                                   \
    int fits = m <= most && n <= most && k <= most && lda <= most && ldb <= most && ldc <= most; \
    if (!fits || !ready()) return PLAIN_LOOP(ta, tb, m, n, k, a, lda, b, ldb, c, ldc);           \
    if (m == 1) {                                                                                \
      /* The library scales the old content by zero, which keeps a NaN in it: clear it. */       \
      memset(c, 0, (size_t)n * sizeof(T));                                                       \
      blas.VECTOR(ROW_MAJOR, tb ? PLAIN : TRANSPOSED, (int)(tb ? n : k), (int)(tb ? k : n), 1,   \
                  b, (int)ldb, a, (int)(ta ? lda : 1), 0, c, 1);                                 \
      return ct_cancelled();                                                                     \
    }                                                                                            \
    if (n == 1) {                                                                                \
      for (int64_t i = 0; i < m; i++) c[i * ldc] = 0;                                            \
      blas.VECTOR(ROW_MAJOR, ta ? TRANSPOSED : PLAIN, (int)(ta ? k : m), (int)(ta ? m : k), 1,   \
                  a, (int)lda, b, (int)(tb ? 1 : ldb), 0, c, (int)ldc);                          \
      return ct_cancelled();                                                                     \
    }                                                                                            \
    int64_t step = rows_per_call(m, n, k);                                                       \
    for (int64_t i = 0; i < m; i += step) {                                                      \
      if (ct_cancelled()) return 1;                                                              \
      int64_t rows = m - i < step ? m - i : step;                                                \
      blas.GENERAL(ROW_MAJOR, ta ? TRANSPOSED : PLAIN, tb ? TRANSPOSED : PLAIN, (int)rows,       \
                   (int)n, (int)k, 1, a + (ta ? i : i * lda), (int)lda, b, (int)ldb, 0,          \
                   c + i * ldc, (int)ldc);                                                       \
    }                                                                                            \
    return 0;                                                                                    \
  }

GEMM(ct_gemm_f32, float, sgemm, sgemv, plain_f32)
GEMM(ct_gemm_f64, double, dgemm, dgemv, plain_f64)

int ct_gemm_i64(int64_t m, int64_t n, int64_t k, const int64_t *a, const int64_t *b, int64_t *c) {
  for (int64_t i = 0; i < m; i++) {
    if (ct_cancelled()) return 1;
    uint64_t *row = (uint64_t *)c + i * n;
    memset(row, 0, (size_t)n * 8);
    for (int64_t p = 0; p < k; p++) {
      uint64_t factor = (uint64_t)a[i * k + p];
      for (int64_t j = 0; j < n; j++) row[j] += factor * (uint64_t)b[p * n + j];
    }
  }
  return 0;
}
