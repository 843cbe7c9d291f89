/* Attention over a paged cache: cuts the work of a call into tasks and runs each tile by tile. */
#include <pthread.h>
#include <stdlib.h>

#include "ct_pool.h"
#include "paged_plan.h"

/* Query rows (token and head) of one key head in a task: they share each unpacked tile. */
enum { TASK_ROWS = 48 };

typedef struct {
  const ct_span *span;
  int64_t kv_head;
  int64_t first, rows; /* query rows of the span: row * heads per key head + head */
  int64_t low, high;   /* the positions to look at, whole segments */
  float *part;         /* where a segment's sums go, or NULL: straight to the output */
} piece;

typedef struct {
  const ct_attention *a;
  const paged_kernels *kernels;
  const float *q;
  float *out, *scores;
  int64_t q_stride, out_stride, columns;
  int64_t width;  /* of sums: value_dim in whole strips */
  int64_t shared; /* query heads per key head */
  piece *pieces;
} attention_call;

/* ---- memory that a thread keeps from call to call ---- */

static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;
static _Thread_local struct { void *memory; size_t size; } scratch;

static void make_scratch_key(void) {
  if (pthread_key_create(&scratch_key, free) != 0) abort();
}

static void *scratch_memory(size_t size) {
  if (size <= scratch.size) return scratch.memory;
  pthread_once(&scratch_once, make_scratch_key);
  free(scratch.memory);
  size = (size + 65535) / 65536 * 65536;
  scratch.memory = aligned_alloc(64, size);
  if (!scratch.memory) abort();
  scratch.size = size;
  pthread_setspecific(scratch_key, scratch.memory);
  return scratch.memory;
}

/* ---- one task ---- */

typedef struct {
  query_group *groups;
  int64_t count;
  int64_t low, high; /* of all rows */
  float *keys, *values; /* an unpacked tile */
  float key_scales[TILE], value_scales[TILE];
  float tops[TASK_ROWS], totals[TASK_ROWS]; /* of the segments joined so far */
  float *weights; /* [count][GROUP][TILE] */
  int is_direct;  /* kernels read the blocks as they are */
} task_state;

static const float *query_row(const attention_call *call, const piece *p, int64_t i) {
  int64_t row = p->span->row + (p->first + i) / call->shared;
  int64_t head = p->kv_head * call->shared + (p->first + i) % call->shared;
  return call->q + row * call->q_stride + head * call->a->head_dim;
}

static float *output_row(const attention_call *call, const piece *p, int64_t i) {
  if (p->part) return p->part + i * (call->width + 2);
  int64_t row = p->span->row + (p->first + i) / call->shared;
  int64_t head = p->kv_head * call->shared + (p->first + i) % call->shared;
  return call->out + row * call->out_stride + head * call->a->value_dim;
}

static void empty_group(query_group *group, int64_t width) {
  memset(group->sums, 0, (size_t)(group->rows * width) * sizeof *group->sums);
  memset(group->totals, 0, sizeof group->totals);
  for (int r = 0; r < GROUP; r++) group->top[r] = NO_SCORE;
}

static void fill_group(const attention_call *call, const piece *p, int64_t first,
                       query_group *group) {
  const ct_attention *a = call->a;
  int64_t left = p->rows - first;
  group->rows = left < GROUP ? (int)left : GROUP;
  group->lowest = INT64_MAX;
  group->highest = 0;
  for (int r = 0; r < group->rows; r++) {
    int64_t position = p->span->first + (p->first + first + r) / call->shared;
    int64_t low = a->window > 0 && position >= a->window ? position - a->window + 1 : 0;
    group->low[r] = low < p->low ? p->low : low;
    group->high[r] = position + 1 < p->high ? position + 1 : p->high;
    if (group->low[r] < group->lowest) group->lowest = group->low[r];
    if (group->high[r] > group->highest) group->highest = group->high[r];
    group->q[r] = query_row(call, p, first + r);
  }
  empty_group(group, call->width);
}

/* Whether kernels may read a block's strips as they lie there. */
static int is_regular(const ct_attention *a) {
  return a->block_size % STRIP == 0 && a->value_dim % STRIP == 0;
}

static task_state prepare(const attention_call *call, const piece *p) {
  const ct_attention *a = call->a;
  task_state state = {.count = (p->rows + GROUP - 1) / GROUP, .low = INT64_MAX};
  /* Few rows read each element once or twice: widening it in passing is cheaper than twice over. */
  state.is_direct = is_regular(a) && (a->format == CT_KV_F32 || state.count <= 2);
  size_t each = (size_t)((call->width + TILE) * GROUP);
  size_t tile = state.is_direct ? 0 : (size_t)(TILE * (a->head_dim + call->width));
  size_t groups = ((size_t)state.count * sizeof(query_group) + 63) / 64 * 64;
  char *memory = scratch_memory(groups + (each * (size_t)state.count + tile) * sizeof(float));
  float *floats = (float *)(memory + groups);
  state.groups = (query_group *)memory;
  state.keys = floats + each * (size_t)state.count;
  state.values = state.keys + TILE * a->head_dim;
  state.weights = floats + call->width * GROUP * state.count;
  for (int64_t g = 0; g < state.count; g++) {
    query_group *group = state.groups + g;
    group->sums = floats + call->width * GROUP * g;
    fill_group(call, p, g * GROUP, group);
    if (group->lowest < state.low) state.low = group->lowest;
    if (group->highest > state.high) state.high = group->highest;
  }
  for (int64_t i = 0; i < p->rows; i++) state.tops[i] = NO_SCORE;
  return state;
}

/* Where the keys of the tile at `start` begin, to be fetched early; any address if there is none. */
static const char *next_keys(const ct_attention *a, const piece *p, const task_state *state,
                             const head_place *place, int64_t start, const kv_tile *tile) {
  if (!state->is_direct || start >= state->high) return (const char *)tile;
  const char *block = p->span->blocks[start / a->block_size];
  return block + place->keys + start % a->block_size * a->head_dim * element_bytes(a->format);
}

/* Looks up or unpacks the tile at `start`, as far as the task's rows look at it. */
static kv_tile make_tile(const attention_call *call, const piece *p, task_state *state,
                         const head_place *place, int64_t start) {
  const ct_attention *a = call->a;
  kv_tile tile = {.format = state->is_direct ? a->format : CT_KV_F32,
                  .value_stride = state->is_direct ? a->value_dim : call->width};
  int64_t low = state->low > start ? state->low : start;
  int64_t high = state->high < start + TILE ? state->high : start + TILE;
  if (state->is_direct) low = low / STRIP * STRIP;
  for (int64_t position = low; position < high;) {
    int64_t column = position % a->block_size, to = position - start;
    const char *block = p->span->blocks[position / a->block_size];
    int64_t n = STRIP - to % STRIP;
    int64_t most = state->is_direct ? n : high - position;
    n = positions_in_strip(a, column, n < most ? n : most);
    if (state->is_direct) {
      int64_t element = element_bytes(a->format);
      tile.keys[to / STRIP] = block + place->keys + column * a->head_dim * element;
      tile.values[to / STRIP] = block + place->values + column * a->value_dim * element;
    } else {
      call->kernels->unpack(a, block, place, column, n, to, state->keys, state->values,
                            call->width);
    }
    if (a->format == CT_KV_INT8) {
      memcpy(state->key_scales + to, block + place->key_scales + column * 4, (size_t)n * 4);
      memcpy(state->value_scales + to, block + place->value_scales + column * 4, (size_t)n * 4);
    }
    position += n;
  }
  if (a->format == CT_KV_INT8) {
    tile.key_scales = state->key_scales;
    tile.value_scales = state->value_scales;
  }
  tile.next = next_keys(a, p, state, place, start + TILE, &tile);
  if (!state->is_direct)
    for (int s = 0; s < STRIPS; s++) {
      tile.keys[s] = (const char *)(state->keys + s * STRIP * a->head_dim);
      tile.values[s] = (const char *)(state->values + s * STRIP * call->width);
    }
  return tile;
}

static float sum_of_lanes(const float *lanes) {
  float half[8], quarter[4];
  for (int i = 0; i < 8; i++) half[i] = lanes[i] + lanes[i + 8];
  for (int i = 0; i < 4; i++) quarter[i] = half[i] + half[i + 4];
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

/* Joins what the groups have summed to the output and empties them. */
static void end_segment(const attention_call *call, const piece *p, task_state *state) {
  for (int64_t i = 0; i < p->rows; i++) {
    query_group *group = state->groups + i / GROUP;
    int64_t r = i % GROUP;
    if (group->top[r] == NO_SCORE) continue;
    float total = sum_of_lanes(group->totals[r]);
    call->kernels->join(output_row(call, p, i), state->tops + i, state->totals + i,
                        group->sums + r * call->width, group->top[r], total, call->a->value_dim);
  }
  for (int64_t g = 0; g < state->count; g++) empty_group(state->groups + g, call->width);
}

/* Divides by the totals, or leaves top and total behind a segment's sums. */
static void finish(const attention_call *call, const piece *p, const task_state *state) {
  for (int64_t i = 0; i < p->rows; i++) {
    float *out = output_row(call, p, i), factor = 1 / state->totals[i];
    if (p->part) {
      out[call->width] = state->tops[i];
      out[call->width + 1] = state->totals[i];
    } else {
      for (int64_t e = 0; e < call->a->value_dim; e++) out[e] *= factor;
    }
  }
}

/* The finished softmax of the rows, tile by tile once more. */
static void write_scores(const attention_call *call, const piece *p, task_state *state,
                         const head_place *place) {
  const ct_attention *a = call->a;
  for (int64_t i = 0; i < p->rows; i++) {
    int64_t row = p->span->row + (p->first + i) / call->shared;
    int64_t head = p->kv_head * call->shared + (p->first + i) % call->shared;
    memset(call->scores + (row * a->heads + head) * call->columns, 0,
           (size_t)call->columns * sizeof(float));
  }
  for (int64_t start = state->low / TILE * TILE; start < state->high; start += TILE) {
    kv_tile tile = make_tile(call, p, state, place, start);
    for (int64_t g = 0; g < state->count; g++) {
      const query_group *group = state->groups + g;
      if (group->lowest >= start + TILE || group->highest <= start) continue;
      _Alignas(64) float weights[GROUP * TILE];
      float factors[GROUP];
      for (int r = 0; r < group->rows; r++) factors[r] = 1 / state->totals[g * GROUP + r];
      call->kernels->weigh(a, &tile, start, group, state->tops + g * GROUP, factors, weights);
      for (int r = 0; r < group->rows; r++) {
        int64_t i = g * GROUP + r, row = p->span->row + (p->first + i) / call->shared;
        int64_t head = p->kv_head * call->shared + (p->first + i) % call->shared;
        int64_t low = group->low[r] > start ? group->low[r] : start;
        int64_t high = group->high[r] < start + TILE ? group->high[r] : start + TILE;
        if (low >= high) continue;
        memcpy(call->scores + (row * a->heads + head) * call->columns + low,
               weights + r * TILE + low - start, (size_t)(high - low) * sizeof *weights);
      }
    }
  }
}

static void attention_task(void *context, int64_t number) {
  const attention_call *call = context;
  const piece *p = call->pieces + number;
  task_state state = prepare(call, p);
  head_place place = place_of_head(call->a, p->kv_head);
  for (int64_t start = state.low / TILE * TILE; start < state.high; start += TILE) {
    kv_tile tile = make_tile(call, p, &state, &place, start);
    call->kernels->tile(call->a, &tile, start, state.groups, state.count, state.weights,
                        call->width);
    if ((start + TILE) % SEGMENT == 0 || start + TILE >= state.high)
      end_segment(call, p, &state);
  }
  if (call->scores) write_scores(call, p, &state, &place);
  finish(call, p, &state);
}

/* ---- the whole call ---- */

static int64_t lowest_position(const ct_attention *a, int64_t position) {
  return a->window > 0 && position >= a->window ? position - a->window + 1 : 0;
}

/* Products of a call, a measure of its time. */
static int64_t work_of(const ct_attention *a, const ct_span *span) {
  int64_t last = span->first + span->count, first = lowest_position(a, span->first);
  int64_t each = span->count * (last - first) - span->count * (span->count - 1) / 2;
  return each * a->heads * (a->head_dim + a->value_dim);
}

/* Below this many products the workers would cost more than they save. */
enum { PARALLEL_PRODUCTS = 200000 };

typedef struct { int64_t pieces, part_rows; } plan_size;

/* Plans a span; counts only where the call has no pieces yet. With `splits`, each segment of the
 * positions is a piece of its own, whose sums join in order afterwards. */
static void plan_span(attention_call *call, const ct_span *span, int splits, float *parts,
                      plan_size *size) {
  int64_t rows = span->count * call->shared;
  for (int64_t h = 0; h < call->a->kv_heads; h++)
    /* The last rows look at the most positions: they start first. */
    for (int64_t first = (rows - 1) / TASK_ROWS * TASK_ROWS; first >= 0; first -= TASK_ROWS) {
      piece p = {.span = span, .kv_head = h, .first = first, .high = INT64_MAX};
      p.rows = rows - first < TASK_ROWS ? rows - first : TASK_ROWS;
      int64_t last = span->first + (first + p.rows - 1) / call->shared;
      int64_t low = lowest_position(call->a, span->first + first / call->shared);
      int64_t from = splits ? low / SEGMENT : 0, to = splits ? last / SEGMENT + 1 : 1;
      for (int64_t segment = from; segment < to; segment++) {
        if (to - from > 1) {
          p.low = segment * SEGMENT;
          p.high = p.low + SEGMENT;
          p.part = parts ? parts + size->part_rows * (call->width + 2) : NULL;
          size->part_rows += p.rows;
        }
        if (call->pieces) call->pieces[size->pieces] = p;
        size->pieces++;
      }
    }
}

static plan_size plan(attention_call *call, const ct_span *spans, int64_t count, int splits,
                      float *parts) {
  plan_size size = {0, 0};
  for (int64_t s = 0; s < count; s++)
    if (spans[s].count > 0) plan_span(call, spans + s, splits, parts, &size);
  return size;
}

/* Joins the segments of split pieces in order. */
static void join_parts(const attention_call *call, int64_t pieces) {
  int64_t n = call->a->value_dim;
  for (int64_t start = 0; start < pieces;) {
    const piece *p = call->pieces + start;
    int64_t end = start + 1;
    while (end < pieces && p->part && call->pieces[end].part && call->pieces[end].low > p->low &&
           call->pieces[end].span == p->span && call->pieces[end].kv_head == p->kv_head &&
           call->pieces[end].first == p->first)
      end++;
    for (int64_t i = 0; p->part && i < p->rows; i++) {
      piece whole = *p;
      whole.part = NULL;
      float *out = output_row(call, &whole, i), top = NO_SCORE, total = 0;
      for (int64_t s = start; s < end; s++) {
        const float *part = call->pieces[s].part + i * (call->width + 2);
        if (part[call->width] == NO_SCORE) continue;
        call->kernels->join(out, &top, &total, part, part[call->width], part[call->width + 1], n);
      }
      float factor = 1 / total;
      for (int64_t e = 0; e < n; e++) out[e] *= factor;
    }
    start = end;
  }
}

void ct_attend(const ct_attention *a, const ct_span *spans, int64_t count, const float *q,
               int64_t q_stride, float *out, int64_t out_stride, float *scores, int64_t columns) {
  attention_call call = {
    .a = a, .kernels = paged_table(), .q = q, .out = out, .scores = scores, .q_stride = q_stride,
    .out_stride = out_stride, .columns = columns, .shared = a->heads / a->kv_heads,
    .width = (a->value_dim + STRIP - 1) / STRIP * STRIP,
  };
  int64_t work = 0;
  for (int64_t s = 0; s < count; s++) work += work_of(a, spans + s);
  int threads = work < PARALLEL_PRODUCTS ? 1 : ct_threads();
  plan_size size = plan(&call, spans, count, 0, NULL);
  int splits = threads > 1 && !scores && size.pieces < 4 * threads;
  if (splits) size = plan(&call, spans, count, 1, NULL);
  size_t bytes = (size_t)size.pieces * sizeof(piece);
  size_t part_bytes = (size_t)(size.part_rows * (call.width + 2)) * sizeof(float);
  char *memory = malloc(bytes + part_bytes + 1);
  if (!memory) abort();
  call.pieces = (piece *)memory;
  plan(&call, spans, count, splits, (float *)(memory + bytes));
  if (threads > 1) ct_parallel(size.pieces, attention_task, &call);
  else for (int64_t i = 0; i < size.pieces; i++) attention_task(&call, i);
  if (size.part_rows > 0) join_parts(&call, size.pieces);
  free(memory);
}
