/* A paged key-value cache: where things lie in a block, storing and loading. */
#include "ct_paged.h"

#include "ct_matvec.h"
#include "paged_plan.h"

static int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

static int64_t head_bytes(int format, int64_t block_size, int64_t dims) {
  int64_t scales = format == CT_KV_INT8 ? 2 * (int64_t)sizeof(float) : 0;
  return block_size * (dims * element_bytes(format) + scales);
}

int64_t ct_kv_layer_bytes(int format, int64_t block_size, int64_t kv_heads, int64_t head_dim,
                          int64_t value_dim) {
  return round_up(kv_heads * head_bytes(format, block_size, head_dim + value_dim), 64);
}

head_place place_of_head(const ct_attention *a, int64_t kv_head) {
  int64_t scales = a->format == CT_KV_INT8 ? a->block_size * (int64_t)sizeof(float) : 0;
  head_place place;
  place.key_scales =
      a->offset + kv_head * head_bytes(a->format, a->block_size, a->head_dim + a->value_dim);
  place.value_scales = place.key_scales + scales;
  place.keys = place.value_scales + scales;
  place.values = place.keys + a->block_size * a->head_dim * element_bytes(a->format);
  return place;
}

static int chosen = CT_SIMD_BEST;

void ct_attention_use(int simd) { chosen = simd; }

const paged_kernels *paged_table(void) {
#if defined(__x86_64__)
  int simd = chosen == CT_SIMD_BEST ? ct_simd_best() : chosen;
  if (simd == CT_SIMD_AVX512) return &paged_avx512;
  if (simd == CT_SIMD_AVX2 && __builtin_cpu_supports("f16c")) return &paged_avx2;
#endif
  return &paged_plain;
}

void ct_kv_store(const ct_attention *a, const ct_span *spans, int64_t count, const float *keys,
                 int64_t key_stride, const float *values, int64_t value_stride) {
  const paged_kernels *kernels = paged_table();
  for (const ct_span *span = spans; span < spans + count; span++)
    for (int64_t h = 0; h < a->kv_heads; h++) {
      head_place place = place_of_head(a, h);
      const float *key = keys + span->row * key_stride + h * a->head_dim;
      const float *value = values + span->row * value_stride + h * a->value_dim;
      for (int64_t i = 0; i < span->count;) {
        int64_t column = (span->first + i) % a->block_size;
        int64_t n = positions_in_strip(a, column, span->count - i);
        kernels->store(a, span->blocks[(span->first + i) / a->block_size], &place, column, n,
                       key + i * key_stride, key_stride, value + i * value_stride, value_stride);
        i += n;
      }
    }
}

void ct_kv_load(const ct_attention *a, void *const *blocks, int64_t position, int64_t kv_head,
                float *key, float *value) {
  const char *block = blocks[position / a->block_size];
  int64_t column = position % a->block_size, strip = column / STRIP * STRIP;
  int64_t width = a->block_size - strip < STRIP ? a->block_size - strip : STRIP;
  head_place place = place_of_head(a, kv_head);
  float key_scale = 1, value_scale = 1;
  if (a->format == CT_KV_INT8) {
    memcpy(&key_scale, block + place.key_scales + column * 4, 4);
    memcpy(&value_scale, block + place.value_scales + column * 4, 4);
  }
  int64_t first = strip * a->head_dim + column - strip;
  for (int64_t d = 0; d < a->head_dim; d++)
    key[d] = key_scale * stored_element(a->format, block + place.keys, first + d * width);
  for (int64_t e = 0; e < a->value_dim; e++)
    value[e] = value_scale *
               stored_element(a->format, block + place.values, column * a->value_dim + e);
}
