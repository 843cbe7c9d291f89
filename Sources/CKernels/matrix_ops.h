/* Tiles that the lanes of a warp hold together. Element e of a tile, by rows, lives in lane e % 32,
 * place e / 32. Included once per vector level. */

typedef struct {
  int rows, columns, width; /* width: bytes of an element */
  int64_t row_step, column_step;
} ok_tile;

static ok_tile ok_tile_of(const ok_warp *w, const ok_instruction *i) {
  /* `from` is the role: 0 A, 1 B, 2 the accumulator; `rounding` says that it lies by rows. */
  const ok_matrix *shape = &w->worker->launch->matrices[i->operation];
  ok_tile t = {.rows = i->from == 1 ? shape->k : shape->m,
               .columns = i->from == 0 ? shape->k : shape->n,
               .width = i->width};
  int64_t stride = (int64_t)SLOT(u32a, c)[__builtin_ctz(w->active)] * t.width;
  t.row_step = i->rounding ? stride : t.width;
  t.column_step = i->rounding ? t.width : stride;
  return t;
}

/* Finds a tile's bytes and counts what hardware would ask for: pieces of 16 bytes, 32 a request. */
static int ok_tile_place(ok_warp *w, const ok_instruction *i, const ok_tile *t, int is_store,
                         uint8_t **origin) {
  const uint32_t active = w->active;
  const int lane = __builtin_ctz(active);
  const int64_t span = (t->rows - 1) * t->row_step + (t->columns - 1) * t->column_step + t->width;
  int space;
  uint64_t address;
  uint8_t *last;
  if (span <= 0) return ok_fail(w, i, OK_F_OUT_OF_BOUNDS, OK_NONE);
  if (ok_locate_lane(w, i, lane, i->width, is_store, origin, &space, &address)) return 1;
  address = w->worker->fault.address;
  ok_instruction end = *i;
  end.offset += span - t->width;
  if (ok_locate_lane(w, &end, lane, i->width, is_store, &last, &space, &address)) {
    return ok_fail(w, i, w->worker->fault.kind, OK_NONE);
  }
  if (space == OK_LOCAL || last - *origin != span - t->width) {
    return ok_fail(w, i, OK_F_OUT_OF_BOUNDS, OK_NONE);
  }
  const uint64_t low = address - (uint64_t)(span - t->width);
  const int lines = i->rounding ? t->rows : t->columns;
  const int64_t line_step = i->rounding ? t->row_step : t->column_step;
  const int pieces = (i->rounding ? t->columns : t->rows) * t->width / 16;
  ok_site_count *site = &w->worker->sites[i->site];
  const ok_allocation *home = 0;
  ok_cached cached = {0};
  if (space == OK_GLOBAL && w->worker->launch->model_caches) {
    home = ok_find(w->worker->launch, low, (uint64_t)span);
    if (home) cached.number = home->number;
  }
  ok_trace_event event = {.space = (uint8_t)space, .lanes = 32};
  uint64_t list[32], found[32];
  uint32_t places[32];
  for (int n = 0, held = 0; n < lines * pieces; n++) {
    uint64_t at = low + (uint64_t)(n / pieces * line_step + n % pieces * 16);
    list[held] = at >> 5;
    places[held++] = (uint32_t)at;
    if (held < 32 && n + 1 < lines * pieces) continue;
    site->requests++;
    site->lanes += (uint64_t)held;
    if (space == OK_GLOBAL) {
      const int count = ok_distinct(list, held, found);
      site->sectors += (uint64_t)count;
      const uint64_t before = w->worker->l2_reads;
      if (home) ok_note_sectors(w->worker, site, &cached, found, count, is_store);
      event.misses += (uint8_t)(is_store || !home ? (uint64_t)count : w->worker->l2_reads - before);
      for (int k = 0; k < count; k++) list[k] = found[k] >> 2;
      event.tag_passes += (uint8_t)ok_tag_passes(found, ok_distinct(list, count, found));
      event.wavefronts += (uint8_t)((count + 3) / 4);
    } else if (space == OK_SHARED) {
      int ideal;
      uint32_t mask = held == 32 ? ~0u : (1u << held) - 1;
      for (int k = held; k < 32; k++) places[k] = 0;
      site->shared_requests++;
      site->shared_lanes += (uint64_t)held;
      const int waves = ok_wavefronts_listed(mask, places, 16, &ideal);
      site->wavefronts += (uint64_t)waves;
      site->ideal += (uint64_t)ideal;
      event.wavefronts += (uint8_t)waves;
    }
    held = 0;
  }
  if (OK_UNLIKELY(w->worker->trace != 0)) ok_trace_tile(w, i, event);
  return 0;
}

static int matrix_load(ok_warp *w, const ok_instruction *i) {
  ok_tile t = ok_tile_of(w, i);
  uint8_t *origin;
  if (ok_tile_place(w, i, &t, 0, &origin)) return 1;
  for (int e = 0; e < t.rows * t.columns; e++) {
    const uint8_t *p = origin + e / t.columns * t.row_step + e % t.columns * t.column_step;
    uint8_t *to = w->frame + w->worker->launch->lists[i->list + (uint32_t)(e / 32)];
    if (t.width == 8) ((u64a *)to)[e % 32] = *(const u64a *)p;
    else ((u32a *)to)[e % 32] = ok_narrow(p, i->type, t.width);
  }
  return 0;
}

static int matrix_store(ok_warp *w, const ok_instruction *i) {
  ok_tile t = ok_tile_of(w, i);
  uint8_t *origin;
  if (ok_tile_place(w, i, &t, 1, &origin)) return 1;
  for (int e = 0; e < t.rows * t.columns; e++) {
    uint8_t *p = origin + e / t.columns * t.row_step + e % t.columns * t.column_step;
    const uint8_t *from = w->frame + w->worker->launch->lists[i->list + (uint32_t)(e / 32)];
    uint64_t v = t.width == 8 ? ((const u64a *)from)[e % 32] : ((const u32a *)from)[e % 32];
    ok_write_lane(p, OK_GLOBAL, 0, t.width, v);
  }
  return 0;
}

/* One element of a tile as a double, which holds every type exactly but 64-bit integers. */
static double ok_element(const ok_warp *w, const uint32_t *slots, int type, int e) {
  const uint8_t *from = w->frame + slots[e / 32];
  if (type == OK_F64) return ((const f64a *)from)[e % 32];
  uint32_t v = ((const u32a *)from)[e % 32];
  switch (type) {
    case OK_F16: return ok_from_f16(v & 0xffffu);
    case OK_BF16: return ok_from_bf16(v & 0xffffu);
    case OK_F32: return ok_float(v);
    case OK_U8: return (uint8_t)v;
    case OK_S8: return (int8_t)v;
    default: return (int32_t)v;
  }
}

/* D = A·B + C. Products of narrow floats are exact in single precision and are added in it, in
 * order of depth; f32 operands are TF32, so their last 13 bits do not count. */
static int matrix_multiply(ok_warp *w, const ok_instruction *i) {
  const ok_matrix *s = &w->worker->launch->matrices[i->operation];
  const uint32_t *lists = w->worker->launch->lists + i->list;
  const int na = s->m * s->k / 32, nb = s->k * s->n / 32, nc = s->m * s->n / 32;
  const uint32_t *a_slots = lists, *b_slots = a_slots + na, *c_slots = b_slots + nb;
  const uint32_t *d_slots = c_slots + nc;
  const int is_integer = s->accumulator == OK_S32, is_double = s->accumulator == OK_F64;
  double a[1024], b[1024], c[1024];
  for (int e = 0; e < s->m * s->k; e++) a[e] = ok_element(w, a_slots, s->input, e);
  for (int e = 0; e < s->k * s->n; e++) b[e] = ok_element(w, b_slots, s->input, e);
  for (int e = 0; e < s->m * s->n; e++) c[e] = ok_element(w, c_slots, s->accumulator, e);
  if (s->input == OK_F32) {
    for (int e = 0; e < s->m * s->k; e++) a[e] = ok_float(ok_bits((float)a[e]) & 0xffffe000u);
    for (int e = 0; e < s->k * s->n; e++) b[e] = ok_float(ok_bits((float)b[e]) & 0xffffe000u);
  }
  for (int e = 0; e < s->m * s->n; e++) {
    const int row = e / s->n, column = e % s->n;
    uint8_t *to = w->frame + d_slots[e / 32];
    if (is_integer) {
      uint32_t sum = (uint32_t)(int32_t)c[e];
      for (int k = 0; k < s->k; k++) {
        sum += (uint32_t)((int32_t)a[row * s->k + k] * (int32_t)b[k * s->n + column]);
      }
      ((u32a *)to)[e % 32] = sum;
    } else if (is_double) {
      double sum = c[e];
      for (int k = 0; k < s->k; k++) sum = fma(a[row * s->k + k], b[k * s->n + column], sum);
      ((f64a *)to)[e % 32] = sum;
    } else {
      float sum = (float)c[e];
      for (int k = 0; k < s->k; k++) sum += (float)(a[row * s->k + k] * b[k * s->n + column]);
      ((u32a *)to)[e % 32] = s->accumulator == OK_F16 ? ok_to_f16(sum) : ok_bits(sum);
    }
  }
  return 0;
}
