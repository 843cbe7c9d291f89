/* Measures what the machine can do: reading, and multiply-adds of small integers. */
#define _GNU_SOURCE
#include "ct_limits.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "ct_clones.h"
#include "ct_packed.h"
#include "ct_pool.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

typedef struct {
  const uint8_t *memory;
  int64_t bytes, parts;
  uint64_t sink[64];
} reading;

typedef uint64_t lanes __attribute__((vector_size(64), aligned(64)));

CT_CLONES static uint64_t sum_of(const lanes *from, int64_t count) {
  lanes a = {0}, b = {0}, c = {0}, d = {0};
  for (int64_t i = 0; i + 4 <= count; i += 4) {
    __builtin_prefetch((const char *)(from + i) + 4096);
    __builtin_prefetch((const char *)(from + i) + 4096 + 128);
    a += from[i];
    b += from[i + 1];
    c += from[i + 2];
    d += from[i + 3];
  }
  a += b + c + d;
  uint64_t sum = 0;
  for (int j = 0; j < 8; j++) sum += a[j];
  return sum;
}

static void read_task(void *context, int64_t task) {
  reading *r = context;
  int64_t each = r->bytes / r->parts / 256 * 256;
  r->sink[task % 64] += sum_of((const lanes *)(r->memory + task * each), each / 64);
}

double ct_limit_read(int64_t bytes) {
  reading r = {.parts = ct_threads() * 8, .bytes = bytes};
  void *memory;
  if (bytes < 1 << 20 || posix_memalign(&memory, 2 << 20, (size_t)bytes) != 0) return 0;
  madvise(memory, (size_t)bytes, MADV_HUGEPAGE);
  memset(memory, 1, (size_t)bytes);
  r.memory = memory;
  double best = 1e30;
  for (int round = 0; round < 7; round++) {
    double start = now();
    ct_parallel(r.parts, read_task, &r);
    double took = now() - start;
    if (took < best) best = took;
  }
  free(memory);
  return (double)(bytes / r.parts / 256 * 256 * r.parts) / best;
}

/* Multiply-adds that one call of a loop does for each of its rounds. */
enum { ROUNDS = 2000000, STREAMS = 12 };

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512vnni"))) static int dots_512(void) {
  __m512i x = _mm512_set1_epi8(1), sums[STREAMS];
  for (int j = 0; j < STREAMS; j++) sums[j] = _mm512_setzero_si512();
  for (int i = 0; i < ROUNDS; i++)
    for (int j = 0; j < STREAMS; j++) {
      sums[j] = _mm512_dpbusd_epi32(sums[j], x, x);
      __asm__ volatile("" : "+v"(sums[j]));
    }
  for (int j = 1; j < STREAMS; j++) sums[0] = _mm512_add_epi32(sums[0], sums[j]);
  return _mm512_reduce_add_epi32(sums[0]);
}

__attribute__((target("avx2"))) static int dots_256(void) {
  __m256i x = _mm256_set1_epi8(1), ones = _mm256_set1_epi16(1), sums[STREAMS];
  for (int j = 0; j < STREAMS; j++) sums[j] = _mm256_setzero_si256();
  for (int i = 0; i < ROUNDS; i++)
    for (int j = 0; j < STREAMS; j++) {
      sums[j] = _mm256_add_epi32(sums[j], _mm256_madd_epi16(_mm256_maddubs_epi16(x, x), ones));
      __asm__ volatile("" : "+x"(sums[j]));
    }
  for (int j = 1; j < STREAMS; j++) sums[0] = _mm256_add_epi32(sums[0], sums[j]);
  return _mm256_extract_epi32(sums[0], 0);
}
#endif

static int dots_plain(void) {
  int sums[STREAMS] = {0};
  for (int i = 0; i < ROUNDS; i++)
    for (int j = 0; j < STREAMS; j++) {
      sums[j] += i & 1;
      __asm__ volatile("" : "+r"(sums[j]));
    }
  for (int j = 1; j < STREAMS; j++) sums[0] += sums[j];
  return sums[0];
}

/* The multiply-adds of one instruction, and the loop. */
static int width(void) {
  int simd = ct_packed_simd_best();
  return simd == CT_SIMD_AVX512 ? 64 : simd == CT_SIMD_AVX2 ? 32 : 1;
}

static void dots_task(void *context, int64_t task) {
  int *sink = context;
  switch (width()) {
#if defined(__x86_64__)
    case 64: sink[task % 64] += dots_512(); break;
    case 32: sink[task % 64] += dots_256(); break;
#endif
    default: sink[task % 64] += dots_plain();
  }
}

double ct_limit_multiply_adds_8bit(void) {
  int sink[64] = {0};
  int64_t tasks = ct_threads() < 64 ? ct_threads() : 64;
  double best = 1e30;
  for (int round = 0; round < 5; round++) {
    double start = now();
    ct_parallel(tasks, dots_task, sink);
    double took = now() - start;
    if (took < best) best = took;
  }
  return (double)tasks * ROUNDS * STREAMS * width() / best;
}
