/* Runs the groups of a warp until it is done or must wait. Included once per vector level.
 *
 * Every operation stands in the text twice: for a warp whose living lanes all act, which may
 * overwrite whole registers, and for some lanes, which blends. Dispatch goes through the table of
 * the warp's present state. */

#define FULL_OR_MASKED(X)                                                                   \
  /* name, width, expression */                                                             \
  X(MOVE32, 32, AU) X(MOVE64, 64, AW)                                                       \
  X(ADD32, 32, AU + BU) X(SUB32, 32, AU - BU) X(MUL32, 32, AU * BU)                         \
  X(MAD32, 32, AU * BU + CU) X(AND32, 32, AU & BU) X(OR32, 32, AU | BU) X(XOR32, 32, AU ^ BU) \
  X(ADDADD32, 32, AU + BU + CU)                                                             \
  X(SHL32, 32, (AU << (BU & 31)) & (u32x)(BU < 32))                                         \
  X(SHRU32, 32, (AU >> (BU & 31)) & (u32x)(BU < 32))                                        \
  X(SHRS32, 32, (u32x)(AI >> (i32x)__builtin_elementwise_min(BU, (u32x){0} + 31)))          \
  X(MINS32, 32, (u32x)__builtin_elementwise_min(AI, BI))                                    \
  X(MAXS32, 32, (u32x)__builtin_elementwise_max(AI, BI))                                    \
  X(ADDF32, 32, (u32x)(AF + BF)) X(SUBF32, 32, (u32x)(AF - BF))                             \
  X(MULF32, 32, (u32x)(AF * BF)) X(FMAF32, 32, (u32x)__builtin_elementwise_fma(AF, BF, CF)) \
  X(DIVF32, 32, (u32x)(AF / BF))                                                            \
  X(F32_S32, 32, (u32x)__builtin_convertvector(AI, f32x))                                   \
  X(SELECT32, 32, ok_select(AU, BU, CP))                                                    \
  X(LOW32, 32, __builtin_convertvector(AW, u32x))                                           \
  X(ADD64, 64, AW + BW) X(SUB64, 64, AW - BW) X(MUL64, 64, AW * BW)                         \
  X(MULWIDEU, 64, __builtin_convertvector(AU, u64x) * __builtin_convertvector(BU, u64x))    \
  X(MULWIDES, 64, (u64x)(__builtin_convertvector(AI, i64x) * __builtin_convertvector(BI, i64x))) \
  X(MADWIDES, 64,                                                                           \
    (u64x)(__builtin_convertvector(AI, i64x) * __builtin_convertvector(BI, i64x)) + CW)     \
  X(ZEXT64, 64, __builtin_convertvector(AU, u64x))                                          \
  X(SEXT64, 64, (u64x)__builtin_convertvector(AI, i64x))                                    \
  X(ADDF64, 64, (u64x)(AD + BD)) X(SUBF64, 64, (u64x)(AD - BD))                             \
  X(MULF64, 64, (u64x)(AD * BD)) X(FMAF64, 64, (u64x)__builtin_elementwise_fma(AD, BD, CD))

#define COMPARISONS(X)                                                             \
  X(EQ32, ok_mask_of(AU == BU)) X(NE32, ok_mask_of(AU != BU))                      \
  X(LTS32, ok_mask_of(AI < BI)) X(LES32, ok_mask_of(AI <= BI))                     \
  X(GTS32, ok_mask_of(AI > BI)) X(GES32, ok_mask_of(AI >= BI))                     \
  X(LTU32, ok_mask_of(AU < BU)) X(LEU32, ok_mask_of(AU <= BU))                     \
  X(GTU32, ok_mask_of(AU > BU)) X(GEU32, ok_mask_of(AU >= BU))                     \
  X(EQF32, ok_mask_of(AF == BF)) X(NEF32, ok_mask_of(AF != BF))                    \
  X(LTF32, ok_mask_of(AF < BF)) X(LEF32, ok_mask_of(AF <= BF))                     \
  X(GTF32, ok_mask_of(AF > BF)) X(GEF32, ok_mask_of(AF >= BF))                     \
  X(EQ64, ok_mask_of_wide(AW == BW)) X(NE64, ok_mask_of_wide(AW != BW))            \
  X(LTS64, ok_mask_of_wide((i64x)AW < (i64x)BW)) X(GES64, ok_mask_of_wide((i64x)AW >= (i64x)BW)) \
  X(ANDP, *SLOT(u32a, a) & *SLOT(u32a, b)) X(ORP, *SLOT(u32a, a) | *SLOT(u32a, b))  \
  X(NOTP, ~*SLOT(u32a, a)) X(ANDNOTP, *SLOT(u32a, a) & ~*SLOT(u32a, b))

#define CONTROL(X) \
  X(CALL) X(NOTHING) X(BLOCK) X(GUARD) X(UNGUARD) X(BRANCH) X(JUMP) X(EXIT) X(BARRIER) \
  X(WARP_BARRIER)

enum {
#define NAME1(N) OP_##N,
#define NAME2(N, E) OP_##N,
#define NAME3(N, W, E) OP_##N,
  CONTROL(NAME1) COMPARISONS(NAME2) FULL_OR_MASKED(NAME3) OP_COUNT
#undef NAME1
#undef NAME2
#undef NAME3
};

OK_INLINE u32x ok_select(u32x a, u32x b, uint32_t predicate) {
  u32x p = (u32x)ok_lanes_of(predicate);
  return (a & p) | (b & ~p);
}

/* What comes of the running group's mask: which lanes act, and whether they are all. */
OK_INLINE void ok_activate(ok_warp *w, uint32_t active) {
  w->active = active;
  w->partial = active != w->alive;
  if (active != 0xffffffffu) *(i32x *)w->lanes = ok_lanes_of(active);
}

static int ok_step(ok_warp *w) {
#define AT1(N) &&at_##N,
#define AT2(N, E) &&at_##N,
#define FULL3(N, W, E) &&full_##N,
#define MASKED3(N, W, E) &&masked_##N,
  static const void *const full[] = {CONTROL(AT1) COMPARISONS(AT2) FULL_OR_MASKED(FULL3)};
  static const void *const masked[] = {CONTROL(AT1) COMPARISONS(AT2) FULL_OR_MASKED(MASKED3)};
  ok_worker *const worker = w->worker;
  const ok_instruction *const code = worker->launch->code;
  ok_block_count *const blocks = worker->blocks;
  const void *const *table;
  const ok_instruction *i;

#define DISPATCH goto *table[i->op]
#define NEXT    \
  do {          \
    i++;        \
    DISPATCH;   \
  } while (0)
#define ACTIVATE(mask)                     \
  do {                                     \
    ok_activate(w, (mask));                \
    table = w->partial ? masked : full;    \
  } while (0)

resume:
  if (w->current == 0) {
    if (w->ready == 0) return w->parked ? OK_BLOCKED : OK_DONE;
    w->pc = w->ready_groups[0].pc;
    w->current = w->ready_groups[0].mask;
    ok_take_group(w, 0);
  }
  ACTIVATE(w->current);
  i = code + w->pc;
  DISPATCH;

at_CALL:
  if (OK_UNLIKELY(i->call(w, i))) return OK_FAULTED;
  NEXT;
at_NOTHING:
  NEXT;

at_BLOCK: {
  if (OK_UNLIKELY(w->ready | (w->spins >= OK_MOST_SPINS))) {
    w->pc = (uint32_t)(i - code);
    int other = ok_meet(w);
    if (other == 2) return OK_YIELDED;
    if (other) goto resume;
    ACTIVATE(w->current);
  }
  ok_block_count *count = &blocks[i->site];
  count->executions++;
  count->lanes += (uint64_t)__builtin_popcount(w->active);
  if (OK_UNLIKELY(worker->trace != 0)) ok_trace_block(w, i);
  w->fuel -= i->target;
  if (OK_UNLIKELY(w->fuel < 0)) {
    const int out = ok_refuel(w, i);
    if (out == OK_ENOUGH) {
      w->alive = w->current = w->ready = w->parked = 0;
      return OK_DONE;
    }
    if (out == OK_TURN_OVER) {
      w->pc = (uint32_t)(i - code) + 1;
      return OK_YIELDED;
    }
    if (out) return OK_FAULTED;
  }
  NEXT;
}

at_GUARD: {
  uint32_t p = *SLOT(u32a, a);
  if (i->flags & OK_NEGATED) p = ~p;
  p &= w->current;
  if (p == 0) {
    i = code + i->target;
    DISPATCH;
  }
  ok_site_count *site = &worker->sites[i->site];
  site->requests++;
  site->lanes += (uint64_t)__builtin_popcount(p);
  ACTIVATE(p);
  NEXT;
}
at_UNGUARD:
  ACTIVATE(w->current);
  NEXT;

at_JUMP:
  i = code + i->target;
  DISPATCH;

at_BRANCH: {
  uint32_t p = *SLOT(u32a, a);
  if (i->flags & OK_NEGATED) p = ~p;
  const uint32_t taken = p & w->active;
  ok_site_count *site = &worker->sites[i->site];
  site->requests++;
  if (taken == w->active) {
    site->lanes += (uint64_t)__builtin_popcount(taken);
    i = code + i->target;
    DISPATCH;
  }
  if (taken == 0) NEXT;
  site->lanes += (uint64_t)__builtin_popcount(taken);
  site->sectors++;
  const uint32_t next = (uint32_t)(i - code) + 1, rest = w->active & ~taken;
  if (i->target < next) {
    ok_add_group(w, next, rest);
    w->current = taken;
    i = code + i->target;
  } else {
    ok_add_group(w, i->target, taken);
    w->current = rest;
    i++;
  }
  ACTIVATE(w->current);
  DISPATCH;
}

at_EXIT: {
  uint32_t leaving = w->current;
  if (i->a != OK_NONE) {
    uint32_t p = *SLOT(u32a, a);
    leaving &= i->flags & OK_NEGATED ? ~p : p;
  }
  if (leaving == 0) NEXT;
  w->alive &= ~leaving;
  w->current &= ~leaving;
  if (w->parked) ok_release_warp_barriers(w);
  if (w->current == 0) goto resume;
  ACTIVATE(w->current);
  NEXT;
}

at_BARRIER: {
  w->pc = (uint32_t)(i - code) + 1;
  int waits = ok_arrive(w, i);
  if (waits < 0) return OK_FAULTED;
  if (waits == 0) NEXT;
  w->current = 0;
  goto resume;
}

at_WARP_BARRIER: {
  w->pc = (uint32_t)(i - code) + 1;
  uint32_t mask = i->a == OK_NONE ? ~0u : SLOT(u32a, a)[__builtin_ctz(w->active)];
  if (w->current == w->alive || !ok_arrive_warp(w, mask)) NEXT;
  w->current = 0;
  goto resume;
}

#define AU (*SLOT(u32x, a))
#define BU (*SLOT(u32x, b))
#define CU (*SLOT(u32x, c))
#define AI (*SLOT(i32x, a))
#define BI (*SLOT(i32x, b))
#define AF (*SLOT(f32x, a))
#define BF (*SLOT(f32x, b))
#define CF (*SLOT(f32x, c))
#define AW (*SLOT(u64x, a))
#define BW (*SLOT(u64x, b))
#define CW (*SLOT(u64x, c))
#define AD (*SLOT(f64x, a))
#define BD (*SLOT(f64x, b))
#define CD (*SLOT(f64x, c))
#define CP (*SLOT(u32a, c))
#define VECTOR_32 u32x
#define VECTOR_64 u64x
#define BLEND_32(old, new)                        \
  {                                               \
    u32x m = *(u32x *)w->lanes;                   \
    old = (old & ~m) | (new & m);                 \
  }
#define BLEND_64(old, new)                                                 \
  {                                                                        \
    u64x m = (u64x)__builtin_convertvector(*(i32x *)w->lanes, i64x);       \
    old = (old & ~m) | (new & m);                                          \
  }
#define BODY3(N, W, E)                                               \
  full_##N : {                                                       \
    *(VECTOR_##W *)(w->frame + i->d) = (E);                          \
    NEXT;                                                            \
  }                                                                  \
  masked_##N : {                                                     \
    VECTOR_##W value = (E), *to = (VECTOR_##W *)(w->frame + i->d);   \
    BLEND_##W(*to, value);                                           \
    NEXT;                                                            \
  }
#define BODY2(N, E)                                                  \
  at_##N : {                                                         \
    uint32_t value = (E);                                            \
    u32a *to = (u32a *)(w->frame + i->d);                            \
    *to = (*to & ~w->active) | (value & w->active);                  \
    NEXT;                                                            \
  }
  COMPARISONS(BODY2)
  FULL_OR_MASKED(BODY3)
}

/* ---- which of them runs an instruction ---- */

static uint16_t ok_hot_binary(const ok_instruction *i) {
  const int is_word = i->type == OK_U32 || i->type == OK_S32, is_signed = i->type == OK_S32;
  const int is_wide = i->type == OK_U64 || i->type == OK_S64;
  if (i->flags & OK_WIDE_COUNT) return OP_CALL;
  switch (i->operation) {
    case OK_ADD:
      return is_word ? OP_ADD32 : is_wide ? OP_ADD64 : i->type == OK_F32 ? OP_ADDF32
             : i->type == OK_F64 ? OP_ADDF64 : OP_CALL;
    case OK_SUBTRACT:
      return is_word ? OP_SUB32 : is_wide ? OP_SUB64 : i->type == OK_F32 ? OP_SUBF32
             : i->type == OK_F64 ? OP_SUBF64 : OP_CALL;
    case OK_MULTIPLY:
      return is_word ? OP_MUL32 : is_wide ? OP_MUL64 : i->type == OK_F32 ? OP_MULF32
             : i->type == OK_F64 ? OP_MULF64 : OP_CALL;
    case OK_DIVIDE: return i->type == OK_F32 ? OP_DIVF32 : OP_CALL;
    case OK_AND: return is_word ? OP_AND32 : OP_CALL;
    case OK_OR: return is_word ? OP_OR32 : OP_CALL;
    case OK_XOR: return is_word ? OP_XOR32 : OP_CALL;
    case OK_SHIFT_LEFT: return is_word ? OP_SHL32 : OP_CALL;
    case OK_SHIFT_RIGHT: return is_signed ? OP_SHRS32 : is_word ? OP_SHRU32 : OP_CALL;
    case OK_MINIMUM: return is_signed ? OP_MINS32 : OP_CALL;
    case OK_MAXIMUM: return is_signed ? OP_MAXS32 : OP_CALL;
    case OK_MULTIPLY_WIDE:
      return is_signed ? OP_MULWIDES : i->type == OK_U32 ? OP_MULWIDEU : OP_CALL;
    default: return OP_CALL;
  }
}

static uint16_t ok_hot_compare(const ok_instruction *i) {
  static const uint16_t words[3][6] = {
      {OP_EQ32, OP_NE32, OP_LTU32, OP_LEU32, OP_GTU32, OP_GEU32},
      {OP_EQ32, OP_NE32, OP_LTS32, OP_LES32, OP_GTS32, OP_GES32},
      {OP_EQF32, OP_NEF32, OP_LTF32, OP_LEF32, OP_GTF32, OP_GEF32}};
  if (i->operation <= OK_GREATER_OR_EQUAL) {
    if (i->type == OK_U32) return words[0][i->operation];
    if (i->type == OK_S32) return words[1][i->operation];
    if (i->type == OK_F32) return words[2][i->operation];
    if (i->type == OK_U64 || i->type == OK_S64) {
      if (i->operation == OK_EQUAL) return OP_EQ64;
      if (i->operation == OK_NOT_EQUAL) return OP_NE64;
    }
    if (i->type == OK_S64 && i->operation == OK_LESS) return OP_LTS64;
    if (i->type == OK_S64 && i->operation == OK_GREATER_OR_EQUAL) return OP_GES64;
  }
  return OP_CALL;
}

static uint16_t ok_hot_convert(const ok_instruction *i) {
  if (i->call == f32_from_s32) return OP_F32_S32;
  if (i->call == s64_from_s32) return OP_SEXT64;
  if (i->call == u64_from_u32) return OP_ZEXT64;
  if (i->call == u32_from_u64) return OP_LOW32;
  if (i->call == move32) return OP_MOVE32;
  if (i->call == move64) return OP_MOVE64;
  return OP_CALL;
}

static uint16_t ok_operation_of(const ok_instruction *i) {
  switch (i->kind) {
    case OK_K_BINARY: return ok_hot_binary(i);
    case OK_K_COMPARE: return ok_hot_compare(i);
    case OK_K_CONVERT: return ok_hot_convert(i);
    case OK_K_MOVE: {
      int class = ok_class(i->type);
      return class == 1 ? OP_MOVE32 : class == 2 ? OP_MOVE64 : OP_CALL;
    }
    case OK_K_TERNARY:
      if (i->operation == OK_ADD_ADD && (i->type == OK_U32 || i->type == OK_S32)) {
        return OP_ADDADD32;
      }
      if (i->operation == OK_MULTIPLY_ADD_WIDE && i->type == OK_S32) return OP_MADWIDES;
      if (i->operation != OK_MULTIPLY_ADD) return OP_CALL;
      return i->type == OK_U32 || i->type == OK_S32 ? OP_MAD32
             : i->type == OK_F32 ? OP_FMAF32 : i->type == OK_F64 ? OP_FMAF64 : OP_CALL;
    case OK_K_SELECT: return ok_class(i->type) == 1 ? OP_SELECT32 : OP_CALL;
    case OK_K_LOGIC: {
      static const uint16_t logic[] = {OP_ANDP, OP_ORP, OP_CALL, OP_NOTP, OP_ANDNOTP, OP_CALL};
      return logic[i->operation];
    }
    case OK_K_FENCE: return OP_NOTHING;
    case OK_K_BLOCK: return OP_BLOCK;
    case OK_K_GUARD: return OP_GUARD;
    case OK_K_UNGUARD: return OP_UNGUARD;
    case OK_K_BRANCH: return i->a == OK_NONE ? OP_JUMP : OP_BRANCH;
    case OK_K_EXIT: return OP_EXIT;
    case OK_K_BARRIER: return OP_BARRIER;
    case OK_K_WARP_BARRIER: return OP_WARP_BARRIER;
    default: return OP_CALL;
  }
}

/* The function of an instruction; NULL where there is none. */
static ok_function ok_function_of(const ok_instruction *i) {
  if (i->type >= OK_TYPE_COUNT) return 0;
  switch (i->kind) {
    case OK_K_UNARY: return i->operation < OK_UNARY_COUNT ? unary_table[i->operation][i->type] : 0;
    case OK_K_BINARY:
      return i->operation < OK_BINARY_COUNT ? binary_table[i->operation][i->type] : 0;
    case OK_K_TERNARY:
      return i->operation < OK_TERNARY_COUNT ? ternary_table[i->operation][i->type] : 0;
    case OK_K_COMPARE:
      return i->operation < OK_COMPARISON_COUNT ? compare_table[i->operation][i->type] : 0;
    case OK_K_SELECT: return select_table[ok_class(i->type)];
    case OK_K_MOVE: return move_table[ok_class(i->type)];
    case OK_K_LOGIC: return i->operation < OK_LOGIC_COUNT ? logic1 : 0;
    case OK_K_CONVERT: return convert_function(i);
    case OK_K_LOAD: return load_function(i);
    case OK_K_STORE: return store_function(i);
    case OK_K_ATOMIC: return i->operation < OK_ATOMIC_COUNT ? atomic_any : 0;
    case OK_K_SHUFFLE: return shuffle_any;
    case OK_K_VOTE: return vote_any;
    case OK_K_MATCH: return match_any;
    case OK_K_REDUCE: return reduce_any;
    case OK_K_ACTIVE_MASK: return active_mask;
    case OK_K_TRAP: return trap_any;
    case OK_K_PRINT: return print_any;
    case OK_K_CLOCK: return clock_any;
    case OK_K_TEXTURE: return texture_any;
    case OK_K_MATRIX_LOAD: return matrix_load;
    case OK_K_MATRIX_STORE: return matrix_store;
    case OK_K_MATRIX_MULTIPLY: return matrix_multiply;
    case OK_K_BLOCK: case OK_K_GUARD: case OK_K_UNGUARD: case OK_K_BRANCH: case OK_K_EXIT:
    case OK_K_BARRIER: case OK_K_WARP_BARRIER: case OK_K_FENCE: return active_mask;
    default: return 0;
  }
}
