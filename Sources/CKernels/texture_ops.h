/* Texture reads. Included once per vector level. */

/* A coordinate brought inside, -1 where the border's zero is meant: 0 clamp, 1 wrap, 2 border,
 * 3 mirror. */
static int64_t ok_texel_index(int64_t x, int64_t size, int mode) {
  if (x >= 0 && x < size) return x;
  if (mode == 1) return ((x % size) + size) % size;
  if (mode == 2) return -1;
  if (mode == 3) {
    int64_t period = ((x % (2 * size)) + 2 * size) % (2 * size);
    return period < size ? period : 2 * size - 1 - period;
  }
  return x < 0 ? 0 : size - 1;
}

static uint64_t ok_texel_bits(const ok_texture_unit *t, int64_t x, int64_t y, int component) {
  int64_t height = t->height > 0 ? t->height : 1;
  x = ok_texel_index(x, t->width, t->address_x);
  y = ok_texel_index(y, height, t->address_y);
  if (x < 0 || y < 0 || component >= t->components) return 0;
  int width = ok_type_bits(t->type) / 8;
  const uint8_t *p = t->host + y * t->pitch + (x * t->components + component) * width;
  if (width == 8) return *(const u64a *)p;
  return ok_narrow(p, t->type, width);
}

static float ok_texel_float(const ok_texture_unit *t, int64_t x, int64_t y, int component) {
  uint64_t bits = ok_texel_bits(t, x, y, component);
  if (ok_type_float(t->type)) return (float)ok_float_of(t->type, bits);
  int width = ok_type_bits(t->type);
  double v = ok_type_signed(t->type) ? (double)(int32_t)(uint32_t)bits : (double)(uint32_t)bits;
  if (!t->reads_unit) return (float)v;
  double most = ok_type_signed(t->type) ? ldexp(1, width - 1) - 1 : ldexp(1, width) - 1;
  return (float)(v / most < -1 ? -1 : v / most);
}

/* A weight as the hardware keeps it: 8 bits behind the point. */
OK_INLINE float ok_weight(float fraction) { return floorf(fraction * 256.0f + 0.5f) / 256.0f; }

/* A coordinate in texels; wrapping and mirroring of the unit interval happen on whole texels. */
OK_INLINE float ok_coordinate(float x, int64_t size, int is_normalized) {
  return is_normalized ? x * (float)size : x;
}

static float ok_sample(const ok_texture_unit *t, float x, float y, int two, int component) {
  x = ok_coordinate(x, t->width, t->is_normalized);
  y = two ? ok_coordinate(y, t->height > 0 ? t->height : 1, t->is_normalized) : 0;
  if (!(x > -1e15f && x < 1e15f)) x = 0;
  if (!(y > -1e15f && y < 1e15f)) y = 0;
  if (!t->is_linear) {
    return ok_texel_float(t, (int64_t)floorf(x), two ? (int64_t)floorf(y) : 0, component);
  }
  float xb = x - 0.5f, i = floorf(xb), a = ok_weight(xb - i);
  int64_t xi = (int64_t)i;
  if (!two) {
    return (1 - a) * ok_texel_float(t, xi, 0, component) +
           a * ok_texel_float(t, xi + 1, 0, component);
  }
  float yb = y - 0.5f, j = floorf(yb), b = ok_weight(yb - j);
  int64_t yj = (int64_t)j;
  return (1 - a) * (1 - b) * ok_texel_float(t, xi, yj, component) +
         a * (1 - b) * ok_texel_float(t, xi + 1, yj, component) +
         (1 - a) * b * ok_texel_float(t, xi, yj + 1, component) +
         a * b * ok_texel_float(t, xi + 1, yj + 1, component);
}

static int texture_any(ok_warp *w, const ok_instruction *i) {
  const ok_launch *launch = w->worker->launch;
  if (i->offset < 0 || i->offset >= launch->texture_count ||
      !launch->textures[i->offset].host) {
    w->worker->fault.address = (uint64_t)i->offset;
    return ok_fail(w, i, OK_F_TEXTURE, OK_NONE);
  }
  const ok_texture_unit *t = &launch->textures[i->offset];
  ok_site_count *site = &w->worker->sites[i->site];
  site->requests++;
  site->lanes += (uint64_t)__builtin_popcount(w->active);
  /* A result may take the place of a coordinate. */
  uint32_t first[32] OK_ALIGNED, second[32] OK_ALIGNED = {0};
  memcpy(first, SLOT(u32a, a), 128);
  if (i->b != OK_NONE) memcpy(second, SLOT(u32a, b), 128);
  for (int k = 0; k < i->count; k++) {
    u32a *to = (u32a *)(w->frame + ok_slot_at(w, i, k, i->d));
    for (uint32_t m = w->active; m; m &= m - 1) {
      int l = __builtin_ctz(m);
      if (i->operation == OK_T_FETCH_1D) {
        int32_t x = (int32_t)first[l];
        int inside = x >= 0 && x < t->width;
        if (i->type == OK_F32) to[l] = inside ? ok_bits(ok_texel_float(t, x, 0, k)) : 0;
        else to[l] = inside ? (uint32_t)ok_texel_bits(t, x, 0, k) : 0;
        continue;
      }
      float x = ok_float(first[l]), y = ok_float(second[l]);
      if (i->type == OK_F32) {
        to[l] = ok_bits(ok_sample(t, x, y, i->operation == OK_T_SAMPLE_2D, k));
      } else {
        x = ok_coordinate(x, t->width, t->is_normalized);
        y = ok_coordinate(y, t->height > 0 ? t->height : 1, t->is_normalized);
        to[l] = (uint32_t)ok_texel_bits(t, (int64_t)floorf(x), (int64_t)floorf(y), k);
      }
    }
  }
  return 0;
}
