/* A process-wide pool: workers spin briefly after a call, then sleep. */
#define _GNU_SOURCE
#include "ct_pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { MAX_THREADS = 256, SPINS = 2000 };

static struct {
  pthread_mutex_t use;  /* held by the caller whose tasks run */
  pthread_mutex_t lock; /* guards sleeping and waking */
  pthread_cond_t wake;
  atomic_ulong open;    /* the number of the call that takes helpers, 0: none does */
  atomic_long next;     /* the next task to take */
  atomic_int active;    /* workers that may be looking at the fields below */
  unsigned long calls;
  int64_t count;
  ct_task task;
  void *context;
  const volatile int *watched; /* the caller's flag */
  int workers;          /* started */
  int helpers;          /* of them taking part in this call */
  atomic_int wanted;    /* threads asked for, 0: not yet known */
} pool = {.use = PTHREAD_MUTEX_INITIALIZER,
          .lock = PTHREAD_MUTEX_INITIALIZER,
          .wake = PTHREAD_COND_INITIALIZER};

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

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
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

static void run_tasks(void) {
  inside_task = 1;
  for (;;) {
    int64_t task = atomic_fetch_add(&pool.next, 1);
    if (task >= pool.count) break;
    pool.task(pool.context, task);
  }
  inside_task = 0;
}

static int has_work(unsigned long seen) {
  unsigned long open = atomic_load(&pool.open);
  return open != 0 && open != seen;
}

static void *worker(void *argument) {
  int number = (int)(intptr_t)argument;
  unsigned long seen = 0;
  for (;;) {
    for (int spin = 0; spin < SPINS && !has_work(seen); spin++) pause_briefly();
    if (!has_work(seen)) {
      pthread_mutex_lock(&pool.lock);
      while (!has_work(seen)) pthread_cond_wait(&pool.wake, &pool.lock);
      pthread_mutex_unlock(&pool.lock);
    }
    /* First announce, then look again: the caller closes first and then waits for the announced,
       so a worker that wakes late finds the call closed and never delays it. */
    atomic_fetch_add(&pool.active, 1);
    unsigned long open = atomic_load(&pool.open);
    if (open != 0 && open != seen) {
      seen = open;
      watched = pool.watched;
      if (number < pool.helpers) run_tasks();
      watched = NULL;
    }
    atomic_fetch_sub(&pool.active, 1);
  }
  return NULL;
}

/* The child of a fork has no workers: it starts its own when it needs them. */
static void after_fork(void) {
  pthread_mutex_init(&pool.use, NULL);
  pthread_mutex_init(&pool.lock, NULL);
  pthread_cond_init(&pool.wake, NULL);
  pool.workers = 0;
  atomic_store(&pool.open, 0);
  atomic_store(&pool.active, 0);
}

static void start_workers(int wanted) {
  static int hooked;
  if (!hooked) {
    hooked = 1;
    pthread_atfork(NULL, NULL, after_fork);
  }
  while (pool.workers < wanted) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int failed = pthread_create(&thread, &attributes, worker, (void *)(intptr_t)pool.workers);
    pthread_attr_destroy(&attributes);
    if (failed) break;
    pool.workers++;
  }
}

void ct_parallel(int64_t count, ct_task task, void *context) {
  int threads = ct_threads();
  if (count <= 1 || threads == 1 || inside_task || pthread_mutex_trylock(&pool.use) != 0) {
    for (int64_t i = 0; i < count; i++) task(context, i);
    return;
  }
  start_workers(threads - 1);
  pool.count = count;
  pool.task = task;
  pool.context = context;
  pool.watched = watched;
  pool.helpers = threads - 1;
  atomic_store(&pool.next, 0);
  pthread_mutex_lock(&pool.lock);
  atomic_store(&pool.open, ++pool.calls);
  pthread_cond_broadcast(&pool.wake);
  pthread_mutex_unlock(&pool.lock);
  run_tasks();
  atomic_store(&pool.open, 0);
  for (int spin = 0; atomic_load(&pool.active) > 0; spin++) {
    if (spin < SPINS) pause_briefly();
    else sched_yield();
  }
  pthread_mutex_unlock(&pool.use);
}
