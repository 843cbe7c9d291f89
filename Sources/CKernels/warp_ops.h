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

/* Lanes that act together: those of `left` whose masks are alike. Sets the members of their mask
 * that act, and takes the lanes out of `left`. */
OK_INLINE uint32_t ok_next_group(const ok_warp *w, uint32_t slot, uint32_t *left,
                                 uint32_t *members) {
  uint32_t group = 0;
  if (slot == OK_NONE) {
    group = *left, *members = w->active;
  } else {
    const u32a *masks = (const u32a *)(w->frame + slot);
    const uint32_t mask = masks[__builtin_ctz(*left)];
    for (uint32_t m = *left; m; m &= m - 1) {
      int l = __builtin_ctz(m);
      group |= (uint32_t)(masks[l] == mask) << l;
    }
    *members = mask & w->active;
  }
  *left &= ~group;
  return group;
}

static int vote_any(ok_warp *w, const ok_instruction *i) {
  uint32_t left = w->active, members, answers = 0, p = *SLOT(u32a, a);
  uint32_t out[32] OK_ALIGNED = {0};
  while (left) {
    const uint32_t group = ok_next_group(w, i->b, &left, &members), holding = p & members;
    if (i->operation == OK_V_BALLOT) {
      for (uint32_t m = group; m; m &= m - 1) out[__builtin_ctz(m)] = holding;
      continue;
    }
    int holds = i->operation == OK_V_ALL ? holding == members
                : i->operation == OK_V_ANY ? holding != 0 : holding == 0 || holding == members;
    if (holds) answers |= group;
  }
  if (i->operation == OK_V_BALLOT) ok_put_array(w, i->d, out, 4);
  else ok_put1(w, i->d, answers);
  return 0;
}

static int match_any(ok_warp *w, const ok_instruction *i) {
  const int wide = ok_class(i->type) == 2;
  uint32_t left = w->active, members, alike = 0, out[32] OK_ALIGNED = {0};
  while (left) {
    const uint32_t group = ok_next_group(w, i->b, &left, &members);
    int equal = 1;
    for (uint32_t g = group; g; g &= g - 1) {
      const int l = __builtin_ctz(g);
      for (uint32_t m = members; m; m &= m - 1) {
        const int k = __builtin_ctz(m);
        int same = wide ? SLOT(u64a, a)[k] == SLOT(u64a, a)[l] : SLOT(u32a, a)[k] == SLOT(u32a, a)[l];
        out[l] |= (uint32_t)same << k;
      }
      if (out[l] != members) equal = 0;
    }
    if (equal) alike |= group;
    if (i->operation != OK_M_ALL) continue;
    for (uint32_t g = group; g; g &= g - 1) out[__builtin_ctz(g)] = equal ? members : 0;
  }
  ok_put_array(w, i->d, out, 4);
  if (i->e != OK_NONE) ok_put1(w, i->e, alike);
  return 0;
}

static int reduce_any(ok_warp *w, const ok_instruction *i) {
  const u32a *pa = SLOT(u32a, a);
  uint32_t left = w->active, members, out[32] OK_ALIGNED = {0};
  while (left) {
    const uint32_t group = ok_next_group(w, i->b, &left, &members);
    uint64_t total = 0;
    int begun = 0;
    for (uint32_t m = members; m; m &= m - 1) {
      uint64_t v = pa[__builtin_ctz(m)];
      total = begun ? ok_combine(i->operation, i->type, total, v, 0) : v;
      begun = 1;
    }
    for (uint32_t m = group; m; m &= m - 1) out[__builtin_ctz(m)] = (uint32_t)total;
  }
  ok_put_array(w, i->d, out, 4);
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
