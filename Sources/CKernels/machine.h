#ifndef OK_MACHINE_H
#define OK_MACHINE_H

/* What the machine's files share: a warp, its block, its worker. */

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "orrery_kernels.h"

typedef uint32_t __attribute__((may_alias)) u32a;
typedef int32_t __attribute__((may_alias)) i32a;
typedef uint64_t __attribute__((may_alias)) u64a;
typedef int64_t __attribute__((may_alias)) i64a;
typedef float __attribute__((may_alias)) f32a;
typedef double __attribute__((may_alias)) f64a;
typedef uint16_t __attribute__((may_alias)) u16a;

/* A value of every lane. */
typedef uint32_t u32x __attribute__((vector_size(128), aligned(128), may_alias));
typedef int32_t i32x __attribute__((vector_size(128), aligned(128), may_alias));
typedef float f32x __attribute__((vector_size(128), aligned(128), may_alias));
typedef uint64_t u64x __attribute__((vector_size(256), aligned(128), may_alias));
typedef int64_t i64x __attribute__((vector_size(256), aligned(128), may_alias));
typedef double f64x __attribute__((vector_size(256), aligned(128), may_alias));
typedef bool b32x __attribute__((ext_vector_type(32)));

#define OK_ALIGNED __attribute__((aligned(128)))
#define OK_INLINE static inline __attribute__((always_inline))
#define OK_LIKELY(x) __builtin_expect(!!(x), 1)
#define OK_UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Why a group of lanes does not run. */
enum { OK_READY, OK_AT_BARRIER, OK_AT_WARP_BARRIER };

/* Lanes of a warp that stand at one instruction. */
typedef struct {
  uint32_t pc, mask;
  uint32_t state, key; /* key: the barrier's number, or the mask of a warp barrier */
  uint32_t expected;   /* the warp's living lanes when it came to a barrier */
} ok_group;

/* What a call of ok_step ended with. */
enum { OK_DONE, OK_BLOCKED, OK_YIELDED, OK_FAULTED };

typedef struct ok_worker ok_worker;

struct ok_warp {
  /* The lanes that act, as masks of 32 and 64 bits a lane; valid while `partial`. */
  uint32_t lanes[OK_LANES] OK_ALIGNED;
  uint8_t *frame;
  uint32_t active;  /* the lanes that act */
  uint32_t partial; /* not all of the warp's living lanes act */
  uint32_t alive;
  uint32_t number;  /* in the block */
  ok_worker *worker;
  uint32_t pc;      /* where the running group goes on */
  uint32_t current; /* the running group's lanes; 0 when none runs */
  uint32_t ready;   /* groups that could run, in order of pc */
  uint32_t parked;  /* groups at barriers */
  ok_group ready_groups[OK_LANES], parked_groups[OK_LANES];
  uint32_t spins;   /* atomics and volatile reads since another group or warp had its turn */
  uint32_t turn;    /* blocks that a group may still run out of order */
  uint32_t rotation;
  int64_t fuel;     /* instructions before the next look at budget and stop */
  int64_t issued;   /* instructions before the fuel that is left */
  uint8_t *local;   /* of all lanes, by words */
  int64_t traced;   /* events of the running block */
};

/* A named barrier of a block. */
typedef struct {
  uint32_t arrived, warps; /* lanes, and lanes counted by whole warps */
  uint32_t expected;       /* 0: all living lanes */
  uint32_t holds;          /* lanes whose predicate holds */
} ok_named_barrier;

/* The barriers that a program may name, and behind them the one of the whole grid. */
enum { OK_BARRIERS = 16, OK_GRID_BARRIER = OK_BARRIERS };

/* The allocation that a site touched last. */
typedef struct {
  uint64_t start, end;
  uint8_t *host;
  int32_t writable, number;
} ok_cached;

/* The last access to a byte of shared memory, for race detection. */
typedef struct {
  uint32_t epoch;
  uint32_t pc;
  uint16_t thread;  /* of one of the accesses */
  uint8_t several;  /* different warps read */
  uint8_t is_store;
} ok_shadow;

typedef struct {
  uint64_t *seen, *written; /* a bit for each sector of an allocation; NULL before the first */
} ok_footprint;

struct ok_worker {
  const ok_launch *launch;
  struct ok_shared_launch *common;
  ok_block_count *blocks;
  ok_site_count *sites;
  ok_cached *cached;
  uint8_t *shared, *frames, *locals;
  ok_warp *warps;
  uint32_t warp_count;
  int64_t block;
  uint32_t block_index[3];
  uint32_t multiprocessor;
  ok_named_barrier barriers[OK_BARRIERS + 1];
  ok_fault fault;
  uint64_t instructions;
  uint32_t turns; /* of warps, since the worker looked whether to stop */
  int one_thread;
  int asks; /* it runs on the calling thread, which may ask whether to stop */

  /* Checks. */
  ok_shadow *shadow;
  uint8_t *initialised;
  uint32_t epoch;

  /* Caches. */
  uint64_t *l1;       /* of the multiprocessor that runs; each set has OK_WAYS entries */
  uint64_t *l1_all;   /* of all multiprocessors when blocks run in order */
  uint64_t l1_sets;
  ok_footprint *footprints;
  uint64_t l2_reads, l2_writes;

  /* Tracing; NULL unless the running block is traced. */
  ok_block_trace *trace;
  ok_block_trace *traces;

  /* Printing. */
  uint8_t *printed;
  int64_t printed_bytes, printed_room, prints_dropped;
};

/* Entries of a set of the L1 model: the line's number above four bits for its sectors. */
enum { OK_WAYS = 4, OK_LINE_SECTORS = 4 };

/* What all workers of a launch see. */
struct ok_shared_launch {
  const ok_launch *launch;
  int64_t block_total;
  int64_t items;            /* multiprocessors with blocks */
  atomic_llong next_item;
  atomic_llong first_fault; /* the lowest block that failed */
  atomic_int stop;
  atomic_int running;       /* helpers */
};

/* What runs a warp at one vector level. */
typedef struct {
  int (*step)(ok_warp *warp);
  ok_function (*function)(const ok_instruction *instruction);
  uint16_t (*op)(const ok_instruction *instruction);
} ok_engine;

const ok_engine *ok_engine_at(int level);

/* Ends a warp with a fault; the first active lane unless said otherwise. */
int ok_fail(ok_warp *warp, const ok_instruction *instruction, int kind, uint32_t lane);

/* The allocation that holds [address, address + size), or NULL. */
const ok_allocation *ok_find(const ok_launch *launch, uint64_t address, uint64_t size);

/* True when the launch must stop: asked for, or a block before this one failed. */
int ok_must_stop(ok_worker *worker);

/* What a refill may say beside 0 and 1: the warp has done all that is wanted of it, or it is another
 * warp's turn. */
enum { OK_ENOUGH = 2, OK_TURN_OVER = 3 };

/* Called when a warp's fuel is gone: refills it. Returns 1 for a fault, or one of the above. */
int ok_refuel(ok_warp *warp, const ok_instruction *instruction);

/* ---- traced blocks (trace.c) ---- */

void ok_trace_block(ok_warp *warp, const ok_instruction *instruction);

/* Notes an access: a lane's address where its bit of `mask` is set. */
void ok_trace_access(ok_warp *warp, const ok_instruction *instruction, int space, uint32_t mask,
                     const uint64_t *addresses, uint32_t size, uint32_t misses);

/* Cycles in which the first-level cache looks up different lines of 128 bytes. */
uint32_t ok_tag_passes(const uint64_t *lines, int count);

/* The same for a tile that lanes hold together; the caller filled in what its requests took. */
void ok_trace_tile(ok_warp *warp, const ok_instruction *instruction, ok_trace_event event);

/* ---- groups of a warp's lanes (groups.c) ---- */

/* Weight of what a spinning lane does; when a group has as much, another has its turn. */
enum { OK_MOST_SPINS = 16384, OK_TURN_BLOCKS = 256 };

/* Puts lanes beside those that wait to run, in order of pc; equal places merge. */
void ok_add_group(ok_warp *warp, uint32_t pc, uint32_t mask);

/* Takes a ready group out of the list. */
void ok_take_group(ok_warp *warp, uint32_t index);

/* At a block's begin while others wait: merges with those at the same place, lets those before it
 * run. Returns 1 when another group is chosen (`current` is 0 or set), 2 when another warp's turn
 * has come, 0 to go on. */
int ok_meet(ok_warp *warp);

/* The running group comes to a warp barrier: 1 when it waits. */
int ok_arrive_warp(ok_warp *warp, uint32_t mask);

/* Lets those go whose partners have left. */
void ok_release_warp_barriers(ok_warp *warp);

/* ---- blocks (block.c) ---- */

/* Gives the worker the arrays of one block. Returns 1 when there is no memory. */
int ok_make_block(ok_worker *worker);

/* Makes the worker's arrays those of a block that has not begun. */
void ok_begin_block(ok_worker *worker, int64_t block);

/* How a block came to a stop. */
enum { OK_BLOCK_ENDED, OK_BLOCK_FAILED, OK_BLOCK_AT_GRID };

/* Runs the worker's block until it ends, fails with worker->fault, or waits for other blocks. */
int ok_continue_block(ok_worker *worker, const ok_engine *engine);

/* Counts what a block did that has come to its end. */
void ok_end_block(ok_worker *worker);

/* Lets go who waits at a barrier of the worker's block. */
void ok_open_barrier(ok_worker *worker, uint32_t barrier);

/* Says which lanes wait for something that never comes. */
int ok_report_deadlock(ok_worker *worker);

/* Runs one block. Returns 1 with worker->fault. */
int ok_run_block(ok_worker *worker, int64_t block, const ok_engine *engine);

/* Runs all blocks, which may wait for one another (grid.c); the worker's fault says what failed. */
void ok_run_cooperative(ok_worker *worker, const ok_engine *engine);

/* Gives constants and special values their slots; those of the block only when asked. */
void ok_fill_slots(ok_worker *worker, int only_block);

/* A group comes to a barrier. Returns 1 when it waits, 0 when it goes on, -1 for a fault. */
int ok_arrive(ok_warp *warp, const ok_instruction *instruction);

/* Keeps a printed call of each acting lane. */
int ok_print(ok_warp *warp, const ok_instruction *instruction);

/* Notes an access to shared memory of one lane; returns what stops the warp. */
int ok_note_shared(ok_warp *warp, const ok_instruction *instruction, uint32_t lane,
                   uint32_t offset, uint32_t size, int is_store);

/* Shows the cache model the sectors of a request: `count` numbers (address / 32). */
void ok_note_sectors(ok_worker *worker, ok_site_count *site, const ok_cached *allocation,
                     const uint64_t *sectors, int count, int is_store);

#endif
