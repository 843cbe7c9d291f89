#ifndef CT_POOL_H
#define CT_POOL_H

#include <stdint.h>

/* Work on task number `task` of a call; tasks of one call run in any order and at once. */
typedef void (*ct_task)(void *context, int64_t task);

/* Runs tasks 0 ..< count, each once, on the process's helpers and the caller, and returns when all
 * are done. A call from within a task, or while another thread uses the helpers, runs on the caller
 * alone. The caller waits for tasks that a helper has begun, never for a helper that has not come;
 * one whose core another process takes is left alone for a while. Idle helpers sleep. */
void ct_parallel(int64_t count, ct_task task, void *context);

/* How many threads compute, the caller included; 0 means one per core that the process may use. */
void ct_set_threads(int threads);
int ct_threads(void);

/* A request to stop long computations. Setting it is safe in a signal handler; loops look at it
 * every few thousand elements and return early with `ct_cancelled() != 0`. */
void ct_cancel_set(int requested);
int ct_cancelled(void);

/* Makes the calling thread's work look at one more flag, until NULL takes it back; helpers look too. */
void ct_cancel_watch(const volatile int *flag);

#endif
