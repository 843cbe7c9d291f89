#ifndef OK_LAUNCH_H
#define OK_LAUNCH_H

#include "ok_instruction.h"
#include "ok_memory.h"

/* How often a basic block ran, and with how many lanes. */
typedef struct {
  uint64_t executions, lanes;
} ok_block_count;

/* What an access, a guard or a branch did. */
typedef struct {
  uint64_t requests;   /* executions with an active lane */
  uint64_t lanes;
  uint64_t sectors;    /* global and local memory; evaluations with both outcomes of a branch */
  uint64_t wavefronts; /* shared memory */
  uint64_t ideal;      /* wavefronts without conflicts */
  uint64_t shared_requests, shared_lanes; /* the part that went to shared memory */
  uint64_t local_requests, local_lanes, local_sectors;
  uint64_t constant_requests, constant_lanes;
  uint64_t l1_hits;    /* sectors that the cache model found in L1 */
} ok_site_count;

enum ok_fault_kind {
  OK_F_NONE, OK_F_OUT_OF_BOUNDS, OK_F_MISALIGNED, OK_F_READ_ONLY, OK_F_TRAP, OK_F_BUDGET,
  OK_F_STOPPED, OK_F_DEADLOCK, OK_F_BARRIER_DIVERGENT, OK_F_BARRIER_NUMBER, OK_F_RACE,
  OK_F_UNINITIALISED, OK_F_SHUFFLE_MASK, OK_F_MEMORY, OK_F_TEXTURE
};

/* Lanes of a warp that wait. */
typedef struct {
  uint32_t warp, mask, pc, at_warp_barrier;
} ok_wait;

/* Why a launch ended early. */
typedef struct {
  int32_t kind;
  uint32_t pc;
  int64_t block;
  uint32_t warp, lane;
  int32_t space;
  int32_t is_store;
  uint64_t address, size;
  uint32_t other_pc, other_warp, other_lane;
  int32_t other_is_store;
  uint32_t mask, other_mask;
  uint32_t wait_count; /* of a deadlock: who waits where, the first few */
  ok_wait waits[8];
} ok_fault;

/* How a slot that no instruction sets gets its value: a constant, or a special value. */
typedef struct {
  uint32_t slot;
  uint8_t bytes;      /* of a lane: 0 for a predicate, 4, 8 */
  uint8_t is_special;
  uint16_t special;
  uint64_t value;
} ok_fill;

/* One printed call: the lane's place and its values follow in 64-bit words. */
typedef struct {
  int64_t block;
  uint32_t thread, format, count, pc;
} ok_print_head;

/* A texture: its texels lie at `host` by rows. */
typedef struct {
  const uint8_t *host;
  int64_t width, height; /* in texels; height 0: one dimension */
  int64_t pitch;         /* bytes from row to row */
  int32_t type;          /* enum ok_type of a component */
  int32_t components;
  int32_t is_linear;     /* between texels; nearest otherwise */
  int32_t is_normalized; /* coordinates from 0 to 1 */
  int32_t address_x, address_y; /* 0 clamp, 1 wrap, 2 border, 3 mirror */
  int32_t reads_unit;    /* integers become 0 to 1 */
} ok_texture_unit;

/* One step of a traced warp: a basic block that it entered, or an access that it made. */
typedef struct {
  uint32_t what;      /* the block's number, or OK_TRACE_ACCESS | the site's */
  uint16_t warp;
  uint8_t lanes;
  uint8_t space;      /* of an access: enum ok_space after windows */
  uint8_t tag_passes; /* cycles in which the first-level cache looks up its lines */
  uint8_t wavefronts; /* passes over the banks; of an atomic the most lanes at one address */
  uint8_t sectors;    /* distinct 32-byte sectors */
  uint8_t misses;     /* those that L1 did not hold */
} ok_trace_event;

#define OK_TRACE_ACCESS 0x80000000u

/* The addresses of the first traced access of a site. */
typedef struct {
  uint32_t site, warp, mask, size;
  int64_t block;
  uint8_t space, is_store, wavefronts, sectors;
  uint64_t addresses[OK_LANES];
} ok_access_sample;

/* What a traced block did; the warps' events are mixed as they ran. */
typedef struct {
  int64_t block;
  uint64_t instructions; /* of its warps in all; events end where a warp has enough */
  ok_trace_event *events;
  int64_t count, room;
  ok_access_sample *samples;
  int64_t sample_count;
} ok_block_trace;

enum ok_check {
  OK_CHECK_RACES = 1, OK_CHECK_UNINITIALISED = 2, OK_CHECK_BARRIERS = 4, OK_CHECK_SYNC_MASKS = 8
};

/* One matrix product's shape and layouts. */
typedef struct {
  uint8_t m, n, k, a_rows, b_rows, input, accumulator, unused;
} ok_matrix;

typedef struct {
  /* The program; linked. */
  const ok_instruction *code;
  int64_t code_count;
  const uint32_t *lists;
  const ok_matrix *matrices;
  int32_t level;
  int64_t frame_bytes; /* of a warp */
  const ok_fill *fills;
  int64_t fill_count;
  const uint32_t *cleared; /* slots to clear when a block begins: slot, bytes of the slot */
  int64_t cleared_count;   /* pairs */
  int64_t block_count;     /* basic blocks */
  int64_t site_count;
  int64_t local_bytes; /* of a lane */

  /* The launch. */
  int32_t grid[3], block[3];
  int64_t shared_bytes, dynamic_shared_bytes, dynamic_shared_offset;
  const uint8_t *constants;
  int64_t constant_bytes;
  const ok_allocation *allocations;
  int64_t allocation_count;
  const ok_texture_unit *textures;
  int64_t texture_count;

  /* Options. */
  int64_t budget;       /* instructions of one warp */
  int32_t threads;
  int32_t in_order;     /* blocks one after the other on one thread */
  int32_t cooperative;  /* all blocks are resident at once and may wait for one another */
  int32_t checks;
  int32_t multiprocessors;
  int32_t model_caches;
  int32_t l1_lines;     /* lines of 128 bytes of one multiprocessor's L1 */
  int64_t print_bytes;  /* the most that is kept */
  const int64_t *traced_blocks; /* rising */
  int64_t traced_count;
  int64_t trace_events; /* the most of one warp */
  const int64_t *only_blocks; /* rising; NULL: all blocks run */
  int64_t only_count;
  int64_t step_limit;   /* a warp ends quietly after so many instructions; 0: never */
  int (*is_stopped)(void *context); /* asked on the calling thread; may be NULL */
  void *context;
} ok_launch;

typedef struct {
  ok_block_count *blocks; /* block_count; the caller's, cleared */
  ok_site_count *sites;   /* site_count; the caller's, cleared */
  ok_fault fault;
  uint8_t *printed;       /* heads with their values, by block; release with free */
  int64_t printed_bytes;
  int64_t prints_dropped;
  uint64_t instructions;  /* warp instructions */
  /* Sectors by allocation that L1 did not hold: how many different ones were read and written. */
  uint64_t l2_read_sectors, l2_write_sectors, unique_read_sectors, unique_written_sectors;
  int32_t threads;        /* that ran blocks */
  ok_block_trace *traces; /* traced_count; the caller's, cleared; release with ok_release_traces */
} ok_result;

/* Frees what the traces of a run hold. */
void ok_release_traces(ok_block_trace *traces, int64_t count);

/* Runs every block of a launch. Returns 0, or 1 with result->fault. */
int ok_run(const ok_launch *launch, ok_result *result);

#endif
