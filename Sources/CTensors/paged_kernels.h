/* Attention kernels, compiled once per instruction set by the file that includes this one. It
 * defines LANES, ROWS and VECS (rows and registers of a tile of sums), KERNELS (the table's name)
 * and on `vec`: from_half, to_half, most, highest, power. */

/* Elements of a register's worth of positions or dimensions, widened to float. */
INLINE vec load_as(int format, const char *from, int64_t i) {
  if (format == CT_KV_F32) {
    vec v;
    memcpy(&v, from + i * 4, sizeof v);
    return v;
  }
  if (format == CT_KV_F16) return from_half(from + i * 2);
  if (format == CT_KV_BF16) {
    uint16_t bits __attribute__((vector_size(LANES * 2)));
    memcpy(&bits, from + i * 2, sizeof bits);
    return (vec)(__builtin_convertvector(bits, uvec) << 16);
  }
  int8_t levels __attribute__((vector_size(LANES)));
  memcpy(&levels, from + i, sizeof levels);
  return __builtin_convertvector(__builtin_convertvector(levels, ivec), vec);
}

INLINE vec load(const float *from) {
  vec v;
  memcpy(&v, from, sizeof v);
  return v;
}

INLINE void store(float *to, vec v) { memcpy(to, &v, sizeof v); }

/* Narrows LANES floats, rounding to nearest even; int8 expects levels. */
INLINE void store_as(int format, char *to, vec v) {
  if (format == CT_KV_F32) {
    memcpy(to, &v, sizeof v);
  } else if (format == CT_KV_F16) {
    to_half(to, v);
  } else if (format == CT_KV_BF16) {
    uvec bits = (uvec)v, nan = (uvec)(v != v);
    bits = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    bits = (bits & ~nan) | (0x7fc0 & nan);
    uint16_t narrow __attribute__((vector_size(LANES * 2))) =
        __builtin_convertvector(bits, __typeof__(narrow));
    memcpy(to, &narrow, sizeof narrow);
  } else {
    v = (v + 12582912.0f) - 12582912.0f; /* to a whole number */
    int8_t narrow __attribute__((vector_size(LANES))) =
        __builtin_convertvector(__builtin_convertvector(v, ivec), __typeof__(narrow));
    memcpy(to, &narrow, sizeof narrow);
  }
}

INLINE vec choose(ivec mask, vec yes, vec no) {
  return (vec)(((ivec)yes & mask) | ((ivec)no & ~mask));
}

/* Cephes tanhf near zero, 1 - 2 / (e^2|x| + 1) beyond. */
INLINE vec tanh_of(vec x) {
  vec size = (vec)((ivec)x & 0x7fffffff);
  vec z = x * x;
  vec p = z * -5.70498872745e-3f + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  vec near = p * z * x + x;
  vec bounded = choose(size > 10.0f, SPLAT(10.0f), size);
  vec far = 1.0f - 2.0f / (power(bounded * 2.88539008178f) + 1.0f);
  far = (vec)((ivec)far | ((ivec)x & (int32_t)0x80000000));
  return choose(size < 0.625f, near, far);
}

/* ---- scores: one element of each query meets a register of keys ---- */

enum { PER = STRIP / LANES, WIDE = VECS / PER, FEW_ROWS = 3 };

INLINE void fetch(const char *at, int lines) {
  UNROLL for (int i = 0; i < lines; i++) __builtin_prefetch(at + i * 64);
}

/* With few rows the memory is what takes time: the tile's values are fetched on the way. */
INLINE void scores_pass(int format, int rows, int strips, const kv_tile *tile, int strip,
                        int64_t dim, const float *const *q, float *out) {
  const char *const *keys = tile->keys + strip, *values = tile->values[0];
  vec s[ROWS][VECS];
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int c = 0; c < strips * PER; c++) s[r][c] = (vec){0};
  for (int64_t d = 0; d < dim; d++) {
    vec k[VECS];
    UNROLL for (int c = 0; c < strips * PER; c++)
      k[c] = load_as(format, keys[c / PER], d * STRIP + c % PER * LANES);
    if (strips == STRIPS && rows <= FEW_ROWS)
      fetch(values + d * element_bytes(format) * 64, (int)element_bytes(format));
    UNROLL for (int r = 0; r < rows; r++) {
      vec one = SPLAT(q[r][d]);
      UNROLL for (int c = 0; c < strips * PER; c++) s[r][c] += k[c] * one;
    }
  }
  out += strip * STRIP;
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int c = 0; c < strips * PER; c++) store(out + r * TILE + c * LANES, s[r][c]);
}

INLINE void scores_rows(int format, int rows, const kv_tile *tile, int64_t dim,
                        const float *const *q, int first, int last, float *out) {
  int strip = first;
  for (; strip + WIDE <= last; strip += WIDE)
    scores_pass(format, rows, WIDE, tile, strip, dim, q, out);
  for (; strip < last; strip++) scores_pass(format, rows, 1, tile, strip, dim, q, out);
}

/* ---- weighted values: one weight of each row meets a register of a value ---- */

INLINE void sums_pass(int format, int rows, int vecs, const kv_tile *tile, int64_t e, int64_t from,
                      int64_t to, const float *weights, const float *fade, float *sums,
                      int64_t stride) {
  vec s[ROWS][VECS];
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int c = 0; c < vecs; c++) s[r][c] = load(sums + r * stride + c * LANES) * fade[r];
  for (int64_t j = from; j < to;) {
    const char *values = tile->values[j / STRIP];
    int64_t end = (j / STRIP + 1) * STRIP < to ? (j / STRIP + 1) * STRIP : to;
    int64_t place = j % STRIP * tile->value_stride + e;
    for (; j < end; j++, place += tile->value_stride) {
      vec v[VECS];
      if (vecs * LANES == TILE && rows <= FEW_ROWS)
        fetch(tile->next + (e + j) * element_bytes(format) * 64, (int)element_bytes(format));
      UNROLL for (int c = 0; c < vecs; c++) v[c] = load_as(format, values, place + c * LANES);
      UNROLL for (int r = 0; r < rows; r++) {
        vec one = SPLAT(weights[r * TILE + j]);
        UNROLL for (int c = 0; c < vecs; c++) s[r][c] += v[c] * one;
      }
    }
  }
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int c = 0; c < vecs; c++) store(sums + r * stride + c * LANES, s[r][c]);
}

INLINE void sums_rows(int format, int rows, const kv_tile *tile, int64_t from, int64_t to,
                      const float *weights, const float *fade, float *sums, int64_t width) {
  int64_t e = 0;
  for (; e + VECS * LANES <= width; e += VECS * LANES)
    sums_pass(format, rows, VECS, tile, e, from, to, weights, fade, sums + e, width);
  for (; e < width; e += LANES)
    sums_pass(format, rows, 1, tile, e, from, to, weights, fade, sums + e, width);
}

/* ---- by format and number of rows ---- */

#if ROWS > 2
#define BY_ROWS(call) \
  switch (rows) {     \
    case 1: call(1); break; \
    case 2: call(2); break; \
    case 3: call(3); break; \
    case 4: call(4); break; \
    case 5: call(5); break; \
    default: call(6); \
  }
#else
#define BY_ROWS(call) \
  switch (rows) {     \
    case 1: call(1); break; \
    default: call(2); \
  }
#endif

#define FORMAT(name, format)                                                                    \
  static void scores_##name(int rows, const kv_tile *tile, int64_t dim, const float *const *q,  \
                            int first, int last, float *out) {                                  \
    BY_ROWS(SCORES_##name)                                                                      \
  }                                                                                             \
  static void sums_##name(int rows, const kv_tile *tile, int64_t from, int64_t to,              \
                          const float *weights, const float *fade, float *sums, int64_t width) {\
    BY_ROWS(SUMS_##name)                                                                        \
  }
#define SCORES(format, n) scores_rows(format, n, tile, dim, q, first, last, out)
#define SUMS(format, n) sums_rows(format, n, tile, from, to, weights, fade, sums, width)
#define SCORES_f32(n) SCORES(CT_KV_F32, n)
#define SCORES_f16(n) SCORES(CT_KV_F16, n)
#define SCORES_bf16(n) SCORES(CT_KV_BF16, n)
#define SCORES_int8(n) SCORES(CT_KV_INT8, n)
#define SUMS_f32(n) SUMS(CT_KV_F32, n)
#define SUMS_f16(n) SUMS(CT_KV_F16, n)
#define SUMS_bf16(n) SUMS(CT_KV_BF16, n)
#define SUMS_int8(n) SUMS(CT_KV_INT8, n)
FORMAT(f32, CT_KV_F32)
FORMAT(f16, CT_KV_F16)
FORMAT(bf16, CT_KV_BF16)
FORMAT(int8, CT_KV_INT8)

typedef void (*scores_function)(int, const kv_tile *, int64_t, const float *const *, int, int,
                                float *);
typedef void (*sums_function)(int, const kv_tile *, int64_t, int64_t, const float *, const float *,
                              float *, int64_t);
static const scores_function scores_by_format[] = {scores_f32, scores_f16, scores_bf16,
                                                   scores_int8};
static const sums_function sums_by_format[] = {sums_f32, sums_f16, sums_bf16, sums_int8};

/* ---- the softmax of a tile ---- */

typedef struct { int64_t from, to; } extent;

/* The part of a tile that some row of a group looks at. */
INLINE extent seen(const query_group *group, int64_t start) {
  int64_t from = group->lowest - start, to = group->highest - start;
  return (extent){from < 0 ? 0 : from, to > TILE ? TILE : to};
}

static void group_scores(const ct_attention *a, const kv_tile *tile, const query_group *group,
                         extent part, float *out) {
  int first = (int)(part.from / STRIP), last = (int)((part.to + STRIP - 1) / STRIP);
  for (int r = 0; r < group->rows; r += ROWS) {
    int rows = group->rows - r < ROWS ? group->rows - r : ROWS;
    scores_by_format[tile->format](rows, tile, a->head_dim, group->q + r, first, last,
                                   out + r * TILE);
  }
}

/* A register of final scores in units of ln 2; NO_SCORE outside low ..< high. */
INLINE vec final_scores(const ct_attention *a, const kv_tile *tile, const float *s, int c,
                        int64_t low, int64_t high) {
  const float log2_e = 1.44269504089f;
  vec x = load(s + c * LANES);
  if (tile->key_scales) x *= load(tile->key_scales + c * LANES);
  if (a->softcap != 0) x = tanh_of(x * (a->scale / a->softcap)) * (a->softcap * log2_e);
  else x *= a->scale * log2_e;
  if (low <= 0 && high >= TILE) return x;
  ivec lane = lane_numbers + c * LANES;
  int32_t from = low < 0 ? 0 : low > TILE ? TILE : (int32_t)low;
  int32_t to = high < 0 ? 0 : high > TILE ? TILE : (int32_t)high;
  return choose((lane >= from) & (lane < to), x, SPLAT(NO_SCORE));
}

/* Makes scores final in place; the greatest. */
INLINE float top_of(const ct_attention *a, const kv_tile *tile, float *s, int64_t low,
                    int64_t high) {
  vec top = SPLAT(NO_SCORE);
  UNROLL for (int c = 0; c < TILE / LANES; c++) {
    vec x = final_scores(a, tile, s, c, low, high);
    store(s + c * LANES, x);
    top = most(x, top);
  }
  return highest(top);
}

/* Weights 2^(score - top) in place, times the scales of the values; adds their sum to `total`. */
INLINE void weights_of(const kv_tile *tile, float *s, float top, float fade, float *total) {
  vec sum = (vec){0};
  UNROLL for (int c = 0; c < TILE / LANES; c++) {
    vec x = load(s + c * LANES);
    vec p = power(x - top);
    sum += p;
    if (tile->value_scales) p *= load(tile->value_scales + c * LANES);
    store(s + c * LANES, p);
  }
  store(total, load(total) * fade + sum);
}

/* The softmax of a group's scores: weights in place, and what its sums so far are to fade by. */
INLINE void group_weights(const ct_attention *a, const kv_tile *tile, int64_t start,
                          query_group *group, float *s, float *fades) {
  _Alignas(64) float tops[STRIP];
  for (int r = 0; r < group->rows; r++) {
    float top = top_of(a, tile, s + r * TILE, group->low[r] - start, group->high[r] - start);
    float before = group->top[r];
    tops[r] = top > before ? top : before;
    fades[r] = before - tops[r];
    group->top[r] = tops[r];
    /* A row that has seen nothing yet: its weights are to come out as zero, not as 2^0. */
    if (tops[r] == NO_SCORE) tops[r] = 0;
  }
  for (int c = 0; c < (GROUP + LANES - 1) / LANES; c++)
    store(fades + c * LANES, power(load(fades + c * LANES)));
  for (int r = 0; r < group->rows; r++)
    weights_of(tile, s + r * TILE, tops[r], fades[r], group->totals[r]);
}

static void group_sums(const kv_tile *tile, query_group *group, extent part, const float *weights,
                       const float *fades, int64_t width) {
  for (int r = 0; r < group->rows; r += ROWS) {
    int rows = group->rows - r < ROWS ? group->rows - r : ROWS;
    sums_by_format[tile->format](rows, tile, part.from, part.to, weights + r * TILE, fades + r,
                                 group->sums + r * width, width);
  }
}

/* All groups meet the keys, then all meet the values: either fit into the first-level cache. */
static void add_tile(const ct_attention *a, const kv_tile *tile, int64_t start,
                     query_group *groups, int64_t count, float *weights, int64_t width) {
  for (int64_t g = 0; g < count; g++) {
    extent part = seen(groups + g, start);
    if (part.from < part.to)
      group_scores(a, tile, groups + g, part, weights + g * GROUP * TILE);
  }
  for (int64_t g = 0; g < count; g++) {
    extent part = seen(groups + g, start);
    if (part.from >= part.to) continue;
    _Alignas(64) float fades[STRIP] = {0};
    float *s = weights + g * GROUP * TILE;
    group_weights(a, tile, start, groups + g, s, fades);
    group_sums(tile, groups + g, part, s, fades, width);
  }
}

static void weigh_tile(const ct_attention *a, const kv_tile *tile, int64_t start,
                       const query_group *group, const float *top, const float *factor,
                       float *out) {
  extent part = seen(group, start);
  if (part.from >= part.to) return;
  group_scores(a, tile, group, part, out);
  for (int r = 0; r < group->rows; r++)
    for (int c = 0; c < TILE / LANES; c++) {
      float *at = out + r * TILE;
      vec x = final_scores(a, tile, at, c, group->low[r] - start, group->high[r] - start);
      store(at + c * LANES, power(x - top[r]) * factor[r]);
    }
}

static void join(float *sums, float *top, float *total, const float *more, float more_top,
                 float more_total, int64_t n) {
  if (*top == NO_SCORE) {
    memcpy(sums, more, (size_t)n * sizeof *sums);
    *top = more_top;
    *total = more_total;
    return;
  }
  float higher = more_top > *top ? more_top : *top;
  _Alignas(64) float powers[STRIP] = {*top - higher, more_top - higher};
  store(powers, power(load(powers)));
  float old = powers[0], new = powers[1];
  *top = higher;
  *total = *total * old + more_total * new;
  for (int64_t i = 0; i < n; i++) sums[i] = sums[i] * old + more[i] * new;
}

/* ---- unpacking and storing ---- */

/* One element, for places that are no whole register. */
INLINE float element(int format, const char *from, int64_t i) {
  _Alignas(64) float lanes[LANES];
  char bytes[LANES * 4] = {0};
  int64_t size = element_bytes(format);
  memcpy(bytes, from + i * size, (size_t)size);
  store(lanes, load_as(format, bytes, 0));
  return lanes[0];
}

INLINE void unpack_keys(int format, const ct_attention *a, const char *keys, int64_t column,
                        int64_t n, int64_t to, float *out) {
  int64_t dim = a->head_dim, strip = column / STRIP * STRIP;
  int64_t width = a->block_size - strip < STRIP ? a->block_size - strip : STRIP;
  const char *from = keys + strip * dim * element_bytes(format);
  float *place = out + to / STRIP * STRIP * dim;
  if (n == STRIP && to % STRIP == 0) {
    for (int64_t i = 0; i < dim * STRIP; i += LANES) store(place + i, load_as(format, from, i));
    return;
  }
  for (int64_t d = 0; d < dim; d++)
    for (int64_t j = 0; j < n; j++)
      place[d * STRIP + to % STRIP + j] = element(format, from, d * width + column - strip + j);
}

INLINE void unpack_values(int format, const ct_attention *a, const char *values, int64_t column,
                          int64_t n, int64_t to, float *out, int64_t width) {
  int64_t dim = a->value_dim, size = element_bytes(format);
  for (int64_t j = 0; j < n; j++) {
    const char *from = values + (column + j) * dim * size;
    float *place = out + (to + j) * width;
    int64_t e = 0;
    for (; e + LANES <= dim; e += LANES) store(place + e, load_as(format, from, e));
    for (; e < dim; e++) place[e] = element(format, from, e);
    for (; e < width; e++) place[e] = 0;
  }
}

/* Positions of one strip: of the block and of the tile. */
INLINE void unpack_part(int format, const ct_attention *a, const char *block,
                        const head_place *place, int64_t column, int64_t n, int64_t to,
                        float *keys, float *values, int64_t width) {
  unpack_keys(format, a, block + place->keys, column, n, to, keys);
  unpack_values(format, a, block + place->values, column, n, to, values, width);
}

static void unpack(const ct_attention *a, const char *block, const head_place *place,
                   int64_t column, int64_t n, int64_t to, float *keys, float *values,
                   int64_t width) {
  switch (a->format) {
    case CT_KV_F32:
      unpack_part(CT_KV_F32, a, block, place, column, n, to, keys, values, width);
      break;
    case CT_KV_F16:
      unpack_part(CT_KV_F16, a, block, place, column, n, to, keys, values, width);
      break;
    case CT_KV_BF16:
      unpack_part(CT_KV_BF16, a, block, place, column, n, to, keys, values, width);
      break;
    default:
      unpack_part(CT_KV_INT8, a, block, place, column, n, to, keys, values, width);
  }
}

/* Narrows n floats. */
INLINE void store_some(int format, char *to, const float *from, int64_t n) {
  if (n == STRIP) {
    for (int c = 0; c < PER; c++)
      store_as(format, to + c * LANES * element_bytes(format), load(from + c * LANES));
    return;
  }
  _Alignas(64) float lanes[STRIP] = {0};
  char bytes[STRIP * 4];
  memcpy(lanes, from, (size_t)n * sizeof *from);
  for (int c = 0; c < PER; c++)
    store_as(format, bytes + c * LANES * element_bytes(format), load(lanes + c * LANES));
  memcpy(to, bytes, (size_t)(n * element_bytes(format)));
}

/* The scale that maps a row to -127 ... 127, and what to multiply by to get there. */
INLINE float level_scale(const float *x, int64_t n, float *factor) {
  vec sizes = (vec){0};
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES)
    sizes = most((vec)((ivec)load(x + i) & 0x7fffffff), sizes);
  float size = highest(sizes);
  for (; i < n; i++) size = __builtin_fabsf(x[i]) > size ? __builtin_fabsf(x[i]) : size;
  *factor = size > 0 ? 127 / size : 0;
  return size / 127;
}

/* Levels stay in range where 127 / size overflows or a value is not a number. */
INLINE float level(float x, float factor) {
  float y = x * factor;
  return !(y > -127) ? -127 : y > 127 ? 127 : y;
}

/* Sixteen or fewer elements, as levels where the format wants them. */
INLINE void store_levels(int format, char *to, const float *from, int64_t n, float factor) {
  float levels[STRIP];
  for (int64_t i = 0; i < n && format == CT_KV_INT8; i++) levels[i] = level(from[i], factor);
  store_some(format, to, format == CT_KV_INT8 ? levels : from, n);
}

/* Keys of n positions; a whole strip is turned in registers' worths. */
INLINE void store_keys(int format, char *to, int64_t width, const float *keys, int64_t stride,
                       int64_t n, int64_t dim, const float *factors) {
  int64_t size = element_bytes(format);
  for (int64_t d = 0; d < dim; d += STRIP) {
    int64_t count = dim - d < STRIP ? dim - d : STRIP;
    char narrow[STRIP * 4];
    float turned[STRIP * STRIP];
    for (int64_t j = 0; j < n; j++) {
      const float *row = keys + j * stride + d;
      if (n == STRIP) {
        for (int64_t i = 0; i < count; i++)
          turned[i * STRIP + j] = format == CT_KV_INT8 ? level(row[i], factors[j]) : row[i];
        continue;
      }
      store_levels(format, narrow, row, count, factors[j]);
      for (int64_t i = 0; i < count; i++)
        memcpy(to + ((d + i) * width + j) * size, narrow + i * size, (size_t)size);
    }
    for (int64_t i = 0; i < count && n == STRIP; i++)
      store_some(format, to + (d + i) * width * size, turned + i * STRIP, STRIP);
  }
}

INLINE void store_value(int format, char *to, const float *value, int64_t dim, float factor) {
  for (int64_t e = 0; e < dim; e += STRIP)
    store_levels(format, to + e * element_bytes(format), value + e,
                 dim - e < STRIP ? dim - e : STRIP, factor);
}

/* n positions of one strip of a block. */
INLINE void store_part(int format, const ct_attention *a, char *block, const head_place *place,
                       int64_t column, int64_t n, const float *keys, int64_t key_stride,
                       const float *values, int64_t value_stride) {
  int64_t size = element_bytes(format), strip = column / STRIP * STRIP;
  int64_t width = a->block_size - strip < STRIP ? a->block_size - strip : STRIP;
  float factors[STRIP] = {0};
  for (int64_t j = 0; j < n && format == CT_KV_INT8; j++) {
    float scale = level_scale(keys + j * key_stride, a->head_dim, factors + j);
    memcpy(block + place->key_scales + (column + j) * 4, &scale, 4);
  }
  store_keys(format, block + place->keys + (strip * a->head_dim + column - strip) * size, width,
             keys, key_stride, n, a->head_dim, factors);
  for (int64_t j = 0; j < n; j++) {
    const float *value = values + j * value_stride;
    float factor = 1;
    if (format == CT_KV_INT8) {
      float scale = level_scale(value, a->value_dim, &factor);
      memcpy(block + place->value_scales + (column + j) * 4, &scale, 4);
    }
    store_value(format, block + place->values + (column + j) * a->value_dim * size, value,
                a->value_dim, factor);
  }
}

static void store_positions(const ct_attention *a, char *block, const head_place *place,
                            int64_t column, int64_t n, const float *keys, int64_t key_stride,
                            const float *values, int64_t value_stride) {
#define STORE_PART(format) \
  store_part(format, a, block, place, column, n, keys, key_stride, values, value_stride)
  switch (a->format) {
    case CT_KV_F32: STORE_PART(CT_KV_F32); break;
    case CT_KV_F16: STORE_PART(CT_KV_F16); break;
    case CT_KV_BF16: STORE_PART(CT_KV_BF16); break;
    default: STORE_PART(CT_KV_INT8);
  }
}

const paged_kernels KERNELS = {add_tile, weigh_tile, unpack, store_positions, join};
