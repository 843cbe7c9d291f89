/* What lanes of a warp do together: shuffles, votes, matches, reductions, and the clock. Included
 * once per vector level. */

/* The lane that each lane reads; those outside their segment read themselves. */
static void ok_shuffle_lanes(const ok_warp *w, const ok_instruction *i, int32_t *from,
                             uint32_t *inside) {
  const u32a *pb = SLOT(u32a, b);
  const u32a *px = i->x == OK_NONE ? 0 : SLOT(u32a, x);
  *inside = 0;
  for (int l = 0; l < 32; l++) {
    int width = px ? (int)px[l] : 32;
    if (width < 1 || width > 32 || !ok_is_power((uint32_t)width)) width = 32;
    int start = l & ~(width - 1), source = l, good = 1;
    int32_t by = (int32_t)pb[l];
    switch (i->operation) {
      case OK_S_INDEX: source = start | (by & (width - 1)); break;
      case OK_S_UP:
        by &= 31;
        source = l - by, good = source >= start;
        break;
      case OK_S_DOWN:
        by &= 31;
        source = l + by, good = source < start + width;
        break;
      default: source = l ^ (by & 31), good = source < start + width; break;
    }
    from[l] = good ? source : l;
    *inside |= (uint32_t)good << l;
  }
}

static int shuffle_any(ok_warp *w, const ok_instruction *i) {
  int32_t from[32];
  uint32_t inside;
  ok_shuffle_lanes(w, i, from, &inside);
  if (w->worker->launch->checks & OK_CHECK_SYNC_MASKS && i->c != OK_NONE) {
    uint32_t mask = SLOT(u32a, c)[__builtin_ctz(w->active)];
    if (mask & w->alive & ~w->active) {
      w->worker->fault.mask = mask;
      w->worker->fault.other_mask = w->active;
      return ok_fail(w, i, OK_F_SHUFFLE_MASK, OK_NONE);
    }
  }
  /* A lane that does not act has no value to give: who reads it keeps its own. */
  for (int l = 0; l < 32; l++) {
    if (!((w->active >> from[l]) & 1)) from[l] = l;
  }
  if (ok_class(i->type) == 2) {
    const u64a *pa = SLOT(u64a, a);
    uint64_t out[32] OK_ALIGNED;
    for (int l = 0; l < 32; l++) out[l] = pa[from[l]];
    ok_put_array(w, i->d, out, 8);
  } else {
    const u32a *pa = SLOT(u32a, a);
    uint32_t out[32] OK_ALIGNED;
    for (int l = 0; l < 32; l++) out[l] = pa[from[l]];
    ok_put_array(w, i->d, out, 4);
  }
  if (i->e != OK_NONE) ok_put1(w, i->e, inside);
  return 0;
}

/* The acting lanes that an operation's mask names. */
OK_INLINE uint32_t ok_members(const ok_warp *w, uint32_t slot) {
  if (slot == OK_NONE) return w->active;
  return ((const u32a *)(w->frame + slot))[__builtin_ctz(w->active)] & w->active;
}

static int vote_any(ok_warp *w, const ok_instruction *i) {
  uint32_t members = ok_members(w, i->b), p = *SLOT(u32a, a) & members;
  if (i->operation == OK_V_BALLOT) {
    ok_put32(w, i->d, (u32x){0} + p);
    return 0;
  }
  int holds = i->operation == OK_V_ALL ? p == members
              : i->operation == OK_V_ANY ? p != 0 : p == 0 || p == members;
  ok_put1(w, i->d, holds ? ~0u : 0u);
  return 0;
}

static int match_any(ok_warp *w, const ok_instruction *i) {
  uint32_t members = ok_members(w, i->b), out[32] OK_ALIGNED, equal = 1;
  int wide = ok_class(i->type) == 2;
  int first = members ? __builtin_ctz(members) : 0;
  for (int l = 0; l < 32; l++) {
    uint32_t mask = 0;
    for (uint32_t m = members; m; m &= m - 1) {
      int k = __builtin_ctz(m);
      int same = wide ? SLOT(u64a, a)[k] == SLOT(u64a, a)[l] : SLOT(u32a, a)[k] == SLOT(u32a, a)[l];
      mask |= (uint32_t)same << k;
    }
    out[l] = mask;
    if (l == first) equal = mask == members;
  }
  if (i->operation == OK_M_ALL) {
    for (int l = 0; l < 32; l++) out[l] = equal ? members : 0;
  }
  ok_put_array(w, i->d, out, 4);
  if (i->e != OK_NONE) ok_put1(w, i->e, equal ? ~0u : 0u);
  return 0;
}

static int reduce_any(ok_warp *w, const ok_instruction *i) {
  uint32_t members = ok_members(w, i->b);
  const u32a *pa = SLOT(u32a, a);
  uint64_t total = 0;
  int begun = 0;
  for (uint32_t m = members; m; m &= m - 1) {
    uint64_t v = pa[__builtin_ctz(m)];
    total = begun ? ok_combine(i->operation, i->type, total, v, 0) : v;
    begun = 1;
  }
  ok_put32(w, i->d, (u32x){0} + (uint32_t)total);
  return 0;
}

static int active_mask(ok_warp *w, const ok_instruction *i) {
  ok_put32(w, i->d, (u32x){0} + w->active);
  return 0;
}

/* The instructions that the warp has issued: a clock that is the same in every run. */
static int clock_any(ok_warp *w, const ok_instruction *i) {
  uint64_t now = (uint64_t)(w->issued - w->fuel);
  if (i->flags & OK_WIDE_RESULT) ok_put64(w, i->d, (u64x){0} + now);
  else ok_put32(w, i->d, (u32x){0} + (uint32_t)now);
  return 0;
}

static int trap_any(ok_warp *w, const ok_instruction *i) {
  w->worker->fault.address = (uint64_t)i->offset;
  return ok_fail(w, i, OK_F_TRAP, OK_NONE);
}

static int print_any(ok_warp *w, const ok_instruction *i) { return ok_print(w, i); }
