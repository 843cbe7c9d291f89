/* A process-wide pool of helpers that take tasks beside the caller.
 *
 * Everything about a call hangs on one word, `claim`: the call's number and its next task. A thread
 * owns a task once it has moved the word on, and the caller waits for owned tasks only: a helper
 * that comes late, or not at all because another process has its core, delays nobody. Where the
 * system does take the core from a helper that owns a task, the caller notices, and that helper
 * rests for a while, longer each time. */
#define _GNU_SOURCE
#include "ct_pool.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 256 };

/* How long a helper looks out for the next call before it sleeps, in nanoseconds. */
static const int64_t LOOKOUT = 50000;

/* How long a caller waits before it asks whether a helper has lost its core, in nanoseconds. */
static const int64_t PATIENCE = 100000;

/* A rest is so many times as long as what the caller lost: it loses 4 % of its time at the most. */
enum { REST_FACTOR = 25 };

/* The bounds of a rest, in nanoseconds. */
static const int64_t SHORTEST_REST = 5000000, LONGEST_REST = 4000000000;

typedef struct {
  _Alignas(64) pthread_t thread;
  atomic_ulong owns;       /* the number of the call of which it runs a task, else 0 */
  atomic_long rests_until; /* nanoseconds; 0: it does not rest */
  atomic_long rest;        /* how long it rested last */
} helper;

static struct {
  pthread_mutex_t use; /* held by the caller whose tasks run */
  uint32_t calls;
  int started;      /* helpers */
  helper *helpers;
  atomic_int wanted; /* threads asked for, 0: not yet known */

  /* The call. A helper reads these, then claims: had they changed, the claim would fail. */
  _Atomic(ct_task) task;
  _Atomic(void *) context;
  _Atomic(const volatile int *) watched; /* the caller's flag */
  atomic_int count;
  atomic_int invited; /* helpers below this number may take part */
  atomic_int core;    /* of the caller */

  _Alignas(64) atomic_ulong claim; /* number of the call << 32 | next task */
  _Alignas(64) atomic_int finished; /* tasks done by helpers */
  _Alignas(64) atomic_int sleepers; /* that nobody has woken yet */
  atomic_uint bell;
  atomic_long rung_at; /* nanoseconds */
} pool = {.use = PTHREAD_MUTEX_INITIALIZER};

static _Thread_local int inside_task;
static _Thread_local const volatile int *watched;
static atomic_int cancel_flag;

void ct_cancel_set(int requested) {
  atomic_store_explicit(&cancel_flag, requested, memory_order_relaxed);
}

void ct_cancel_watch(const volatile int *flag) { watched = flag; }

int ct_cancelled(void) {
  return atomic_load_explicit(&cancel_flag, memory_order_relaxed) || (watched && *watched);
}

/* ---- time, sleep and cores ---- */

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static int64_t clock_time(clockid_t clock) {
  struct timespec t;
  if (clock_gettime(clock, &t) != 0) return 0;
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t now(void) { return clock_time(CLOCK_MONOTONIC); }

static void sleep_until_bell(unsigned bell) {
  syscall(SYS_futex, &pool.bell, FUTEX_WAIT_PRIVATE, bell, NULL, NULL, 0);
}

/* Wakes who sleeps, once: who has been woken and has not come yet needs no second call. */
static void wake_sleepers(void) {
  if (atomic_load(&pool.sleepers) == 0 || atomic_exchange(&pool.sleepers, 0) == 0) return;
  atomic_store(&pool.rung_at, now());
  atomic_fetch_add(&pool.bell, 1);
  syscall(SYS_futex, &pool.bell, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static int cores(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int count = CPU_COUNT(&set);
  return count < 1 ? 1 : count > MAX_THREADS ? MAX_THREADS : count;
}

int ct_threads(void) {
  int wanted = atomic_load(&pool.wanted);
  if (wanted == 0) {
    wanted = cores();
    atomic_store(&pool.wanted, wanted);
  }
  return wanted;
}

void ct_set_threads(int threads) {
  if (threads <= 0) threads = cores();
  atomic_store(&pool.wanted, threads > MAX_THREADS ? MAX_THREADS : threads);
}

/* ---- claiming ---- */

/* The next task of call `number`, or -1. */
static int claim_task(uint64_t number, int count) {
  unsigned long claim = atomic_load(&pool.claim);
  for (;;) {
    if (claim >> 32 != number || (int)(uint32_t)claim >= count) return -1;
    if (atomic_compare_exchange_weak(&pool.claim, &claim, claim + 1)) return (int)(uint32_t)claim;
    pause_briefly();
  }
}

/* ---- helpers ---- */

/* Sends a helper to rest for what its absence has cost, and longer than the last time. */
static void rest(helper *h, int64_t lost) {
  int64_t length = 2 * atomic_load(&h->rest);
  if (length < REST_FACTOR * lost) length = REST_FACTOR * lost;
  if (length < SHORTEST_REST) length = SHORTEST_REST;
  if (length > LONGEST_REST) length = LONGEST_REST;
  atomic_store(&h->rest, length);
  atomic_store(&h->rests_until, now() + length);
}

/* Whether a helper rests. One that has been back for as long as it rested is trusted again. */
static int is_resting(helper *h) {
  int64_t until = atomic_load(&h->rests_until);
  if (until == 0) return 0;
  int64_t time = now(), length = atomic_load(&h->rest);
  if (time < until) return 1;
  if (time > until + length) {
    atomic_store(&h->rest, length / 2);
    atomic_store(&h->rests_until, length / 2 < SHORTEST_REST ? 0 : time);
  }
  return 0;
}

static void help(helper *h, uint64_t number) {
  ct_task task = atomic_load(&pool.task);
  void *context = atomic_load(&pool.context);
  const volatile int *flag = atomic_load(&pool.watched);
  int count = atomic_load(&pool.count);
  for (;;) {
    atomic_store(&h->owns, number);
    int next = claim_task(number, count);
    if (next < 0) break;
    inside_task = 1;
    watched = flag;
    task(context, next);
    watched = NULL;
    inside_task = 0;
    atomic_store(&h->owns, 0);
    atomic_fetch_add(&pool.finished, 1);
  }
  atomic_store(&h->owns, 0);
}

/* Waits for a call other than `seen` and returns its number. */
static uint64_t await_call(helper *h, uint64_t seen) {
  for (;;) {
    int64_t start = now(), last = start;
    while (last - start < LOOKOUT) {
      for (int i = 0; i < 20; i++) {
        uint64_t number = atomic_load(&pool.claim) >> 32;
        if (number != seen) return number;
        pause_briefly();
      }
      int64_t time = now();
      /* Off its core while it held no work: this time it has cost nothing yet. */
      if (time - last > 4 * PATIENCE) rest(h, 0);
      last = time;
    }
    atomic_fetch_add(&pool.sleepers, 1);
    unsigned bell = atomic_load(&pool.bell);
    if (atomic_load(&pool.claim) >> 32 != seen) continue;
    sleep_until_bell(bell);
    /* Woken, and long without a core: another process has it. */
    if (now() - atomic_load(&pool.rung_at) > 4 * PATIENCE) rest(h, 0);
  }
}

static void *run_helper(void *argument) {
  int place = (int)(intptr_t)argument;
  helper *h = pool.helpers + place;
  uint64_t seen = 0;
  for (;;) {
    seen = await_call(h, seen);
    if (place >= atomic_load(&pool.invited) || is_resting(h)) continue;
    /* On the caller's core it would take turns with the caller, not help. */
    if (sched_getcpu() == atomic_load(&pool.core)) rest(h, 0);
    else help(h, seen);
  }
  return NULL;
}

/* The child of a fork has no helpers: it starts its own when it needs them. */
static void after_fork(void) {
  pthread_mutex_init(&pool.use, NULL);
  pool.started = 0;
  atomic_store(&pool.sleepers, 0);
  atomic_store(&pool.count, 0); /* nothing is left to claim of a call of the parent */
}

static void prepare_pool(void) {
  pool.helpers = aligned_alloc(64, MAX_THREADS * sizeof *pool.helpers);
  if (!pool.helpers) abort();
  pthread_atfork(NULL, NULL, after_fork);
}

static void start_helpers(int wanted) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, prepare_pool);
  while (pool.started < wanted) {
    helper *h = pool.helpers + pool.started;
    *h = (helper){.owns = 0};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int failed =
        pthread_create(&h->thread, &attributes, run_helper, (void *)(intptr_t)pool.started);
    pthread_attr_destroy(&attributes);
    if (failed) break;
    pool.started++;
  }
}

/* ---- callers ---- */

static int has_rested_helper(int helpers) {
  for (int i = 0; i < helpers; i++)
    if (!is_resting(pool.helpers + i)) return 1;
  return 0;
}

/* The processor time of a helper, or -1. */
static int64_t helper_time(const helper *h) {
  clockid_t clock;
  return pthread_getcpuclockid(h->thread, &clock) == 0 ? clock_time(clock) : -1;
}

/* Waits for tasks that helpers own, and finds out which helper has lost its core meanwhile. */
static void await_helpers(int tasks, uint64_t number, int helpers) {
  for (int spin = 0; spin < 1000; spin++) {
    if (atomic_load(&pool.finished) >= tasks) return;
    pause_briefly();
  }
  int64_t start = now();
  while (now() - start < PATIENCE) {
    if (atomic_load(&pool.finished) >= tasks) return;
    pause_briefly();
  }
  int64_t before[MAX_THREADS], mark = now();
  for (int i = 0; i < helpers; i++) {
    helper *h = pool.helpers + i;
    before[i] = atomic_load(&h->owns) == number ? helper_time(h) : -1;
  }
  while (atomic_load(&pool.finished) < tasks) sched_yield();
  int64_t passed = now() - mark;
  for (int i = 0; i < helpers; i++) {
    if (before[i] < 0) continue;
    int64_t lost = passed - (helper_time(pool.helpers + i) - before[i]);
    if (lost > PATIENCE && lost > passed / 2) rest(pool.helpers + i, lost);
  }
}

/* Opens a call and returns its number, which is never 0. */
static uint64_t open_call(int count, ct_task task, void *context, int helpers) {
  if (++pool.calls == 0) pool.calls = 1;
  uint64_t number = pool.calls;
  atomic_store(&pool.task, task);
  atomic_store(&pool.context, context);
  atomic_store(&pool.watched, watched);
  atomic_store(&pool.count, count);
  atomic_store(&pool.invited, helpers);
  atomic_store(&pool.core, sched_getcpu());
  atomic_store(&pool.finished, 0);
  atomic_store(&pool.claim, number << 32);
  wake_sleepers();
  return number;
}

static void share(int count, ct_task task, void *context, int helpers) {
  uint64_t number = open_call(count, task, context, helpers);
  int done = 0;
  inside_task = 1;
  for (int next; (next = claim_task(number, count)) >= 0; done++) task(context, next);
  inside_task = 0;
  await_helpers(count - done, number, helpers);
}

void ct_parallel(int64_t count, ct_task task, void *context) {
  int threads = ct_threads();
  if (count <= 1 || count > INT_MAX || threads == 1 || inside_task ||
      pthread_mutex_trylock(&pool.use) != 0) {
    for (int64_t i = 0; i < count; i++) task(context, i);
    return;
  }
  start_helpers(threads - 1);
  int helpers = threads - 1 < pool.started ? threads - 1 : pool.started;
  if (has_rested_helper(helpers)) share((int)count, task, context, helpers);
  else for (int64_t i = 0; i < count; i++) task(context, i);
  pthread_mutex_unlock(&pool.use);
}
