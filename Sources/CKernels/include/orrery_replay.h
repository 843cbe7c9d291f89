#ifndef ORRERY_REPLAY_H
#define ORRERY_REPLAY_H

#include <stdint.h>

/// What a step of a warp does to the units of a multiprocessor.
enum {
  OR_ARITHMETIC = 0,
  OR_SHARED_LOAD = 1,
  OR_GLOBAL_LOAD = 2,
  OR_SHARED_STORE = 3,
  OR_GLOBAL_STORE = 4,
  OR_BARRIER = 5,
};

enum { OR_PIPES = 7, OR_STALLS = 7, OR_PRODUCERS = 4 };

/// Reasons of not issuing, in the order of Swift's `Stall`.
enum {
  OR_LONG_SCOREBOARD = 0,
  OR_SHORT_SCOREBOARD = 1,
  OR_FIXED_LATENCY = 2,
  OR_MEMORY_THROTTLE = 3,
  OR_MATH_THROTTLE = 4,
  OR_AT_BARRIER = 5,
  OR_NOT_SELECTED = 6,
};

/// One step of a warp, in the order in which it is issued.
typedef struct {
  /// Earlier steps of the same warp whose results it needs; -1 for none.
  int32_t producers[OR_PRODUCERS];
  /// The scheduler's unit.
  uint8_t pipe;
  /// One of the kinds above.
  uint8_t kind;
  /// Issue slots that it takes.
  uint8_t issues;
  /// Cycles in which the first-level cache looks up its lines.
  uint8_t tag_passes;
  /// Cycles of the unit, and until its result is there.
  uint16_t interval, latency;
  /// Passes over the banks, and sectors that go further.
  uint8_t wavefronts, l2_sectors, dram_sectors;
  /// What lanes ask for, in 16 bytes.
  uint8_t sixteens;
} or_step;

/// The steps of one warp.
typedef struct {
  const or_step *steps;
  int32_t count;
} or_stream;

/// A multiprocessor, in its own cycles; see Swift's `MultiprocessorRates`.
typedef struct {
  int32_t schedulers;
  int32_t resident_blocks, warps_per_block;
  int32_t block_start, barrier_latency;
  int32_t shared_latency, l1_latency, l2_latency, dram_latency;
  double memory_queue, l1_bytes_per_cycle, l2_sector, dram_sector, backlog;
  double dram_credit;
  /// A bit for each unit that all schedulers share.
  uint32_t shared_pipes;
} or_multiprocessor;

/// What a replay found: cycles, and how units and warps spent them.
typedef struct {
  int64_t cycles, issued;
  double pipe_busy[OR_PIPES];
  double memory_busy, l2_busy, dram_busy;
  int64_t stalls[OR_STALLS];
} or_result;

/// Replays `blocks` blocks of `warps_per_block` streams each; writes when each block ended.
///
/// Returns 0, or -1 when memory ran out.
int or_replay(const or_multiprocessor *sm, const or_stream *streams, int32_t blocks,
              int64_t *block_ends, or_result *result);

#endif
