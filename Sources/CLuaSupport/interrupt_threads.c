// The threads that run Lua, the timer thread that signals them, and Ctrl-C.
#define _GNU_SOURCE
#include "interrupt_threads.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Ignored by default and used for nothing else here, so that a late one does no harm.
enum { KICK = SIGURG };
enum { SECOND = 1000000000, BETWEEN_KICKS = 20000000 };
enum { FREE, ALIVE, DYING };

static _Atomic(lb_Runner *) threads;
// How many are sending a signal just now: a thread waits for them before it is gone.
static atomic_int senders;
static _Thread_local lb_Runner *this_thread;
static pthread_key_t at_exit;
static sem_t wake;

// ---- Threads

static void forget_thread(void *record) {
  lb_Runner *thread = record;
  __atomic_store_n(&thread->life, DYING, __ATOMIC_SEQ_CST);
  while (atomic_load(&senders) > 0) sched_yield();
  this_thread = NULL;
  __atomic_store_n(&thread->life, FREE, __ATOMIC_SEQ_CST);
}

static void kick(lb_Runner *thread) {
  atomic_fetch_add(&senders, 1);
  if (__atomic_load_n(&thread->life, __ATOMIC_SEQ_CST) == ALIVE) pthread_kill(thread->id, KICK);
  atomic_fetch_sub(&senders, 1);
}

static lb_Runner *claim_thread(void) {
  for (lb_Runner *thread = atomic_load(&threads); thread; thread = thread->next) {
    int expected = FREE;
    if (__atomic_compare_exchange_n(
            &thread->life, &expected, DYING, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
      return thread;
    }
  }
  lb_Runner *thread = calloc(1, sizeof *thread);
  if (!thread) abort();
  thread->life = DYING;
  thread->next = atomic_load(&threads);
  while (!atomic_compare_exchange_weak(&threads, &thread->next, thread)) continue;
  return thread;
}

static void start(void);

static lb_Runner *meet_thread(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, start);
  // Threads of a pool often begin with all signals blocked.
  sigset_t kicks;
  sigemptyset(&kicks);
  sigaddset(&kicks, KICK);
  pthread_sigmask(SIG_UNBLOCK, &kicks, NULL);
  lb_Runner *thread = claim_thread();
  thread->id = pthread_self();
  thread->top = NULL;
  thread->everything = thread->stopping = thread->tell = 0;
  this_thread = thread;
  pthread_setspecific(at_exit, thread);
  __atomic_store_n(&thread->life, ALIVE, __ATOMIC_SEQ_CST);
  return thread;
}

lb_Runner *lb_this_thread(void) {
  lb_Runner *thread = this_thread;
  return thread ? thread : meet_thread();
}

// ---- Asking

static void ask(lb_Runner *thread) {
  thread->stopping = 1;
  kick(thread);
  // The signal may come just before a system call that blocks: the timer thread repeats it.
  sem_post(&wake);
}

void lb_interrupt(lb_Context *context) {
  context->stop.interrupted = 1;
  lb_Runner *thread = context->stop.thread;
  if (thread) ask(thread);
}

int lb_interrupt_all(void) {
  int count = 0;
  for (lb_Runner *thread = atomic_load(&threads); thread; thread = thread->next) {
    if (!thread->top) continue;
    thread->everything = 1;
    ask(thread);
    count++;
  }
  return count;
}

// ---- On the thread that is asked

void lb_begin_asked_stops(lb_Runner *thread) {
  lb_Context *outermost = NULL;
  for (lb_Context *context = thread->top; context; context = context->stop.below) {
    const lb_Stop *stop = &context->stop;
    if (thread->everything || stop->interrupted || stop->late) outermost = context;
  }
  if (!outermost) return;
  const lb_Stop *asked = &outermost->stop;
  int is_late = !thread->everything && !asked->interrupted;
  int reason = is_late ? LB_TIME_IS_UP : LB_INTERRUPTED;
  for (lb_Context *context = thread->top; context != outermost; context = context->stop.below) {
    lb_begin_state_stop(context, reason, 0);
  }
  lb_begin_state_stop(outermost, reason, is_late ? asked->late - 1 : 0);
}

static void write_text(const char *text) {
  if (write(STDERR_FILENO, text, strlen(text)) < 0) return;
}

// Says what runs on this thread. Whoever has not stopped by now is inside a native function, where
// the list of calls is at rest and may be read.
static void tell(const lb_Runner *thread) {
  lua_Debug frame;
  lua_State *L = thread->top ? thread->top->running : NULL;
  int is_known = 0;
  write_text("\nstill running");
  for (int level = 0; L && level < 8 && lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "nSl", &frame);
    if (frame.currentline > 0) {
      char digits[24], *digit = digits + sizeof digits;
      *--digit = 0;
      for (int line = frame.currentline; line > 0; line /= 10) *--digit = (char)('0' + line % 10);
      write_text(is_known ? " at " : " ");
      write_text(frame.short_src);
      write_text(":");
      write_text(digit);
      break;
    }
    if (!is_known && frame.name) {
      write_text(" the native function ");
      write_text(frame.name);
      is_known = 1;
    }
  }
  write_text("; press Ctrl-C once more to end the process\n");
}

static void on_kick(int signal) {
  (void)signal;
  int saved = errno;
  lb_Runner *thread = this_thread;
  if (thread) {
    lb_begin_asked_stops(thread);
    if (thread->tell) {
      thread->tell = 0;
      tell(thread);
    }
  }
  errno = saved;
}

// ---- Deadlines

static pthread_mutex_t deadline_lock = PTHREAD_MUTEX_INITIALIZER;
static lb_Run *deadlines;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * SECOND + time.tv_nsec;
}

static int64_t after(double seconds) {
  double most = (double)(INT64_MAX / 4);
  double nanoseconds = seconds * SECOND;
  return now() + (nanoseconds < most ? (int64_t)nanoseconds : (int64_t)most);
}

static struct timespec clock_time(int64_t nanoseconds) {
  return (struct timespec){.tv_sec = nanoseconds / SECOND, .tv_nsec = nanoseconds % SECOND};
}

void lb_set_deadline(lb_Run *run, double seconds) {
  run->deadline = after(seconds);
  pthread_mutex_lock(&deadline_lock);
  run->next_deadline = deadlines;
  deadlines = run;
  pthread_mutex_unlock(&deadline_lock);
  sem_post(&wake);
}

void lb_clear_deadline(lb_Run *run) {
  pthread_mutex_lock(&deadline_lock);
  lb_Run **link = &deadlines;
  while (*link && *link != run) link = &(*link)->next_deadline;
  if (*link) *link = run->next_deadline;
  pthread_mutex_unlock(&deadline_lock);
  run->deadline = 0;
}

// Asks for the stop of every run whose time is up; returns the next deadline.
static int64_t check_deadlines(int64_t time) {
  int64_t next = INT64_MAX;
  pthread_mutex_lock(&deadline_lock);
  for (lb_Run *run = deadlines; run; run = run->next_deadline) {
    lb_Stop *stop = &run->context->stop;
    if (run->deadline > time) {
      if (run->deadline < next) next = run->deadline;
    } else if (stop->late == 0 || stop->late > run->depth + 1) {
      stop->late = run->depth + 1;
      ask(stop->thread);
    }
  }
  pthread_mutex_unlock(&deadline_lock);
  return next;
}

static void *keep_time(void *unused) {
  (void)unused;
  for (;;) {
    int64_t time = now(), next = check_deadlines(time);
    for (lb_Runner *thread = atomic_load(&threads); thread; thread = thread->next) {
      if (!thread->stopping) continue;
      kick(thread);
      if (next > time + BETWEEN_KICKS) next = time + BETWEEN_KICKS;
    }
    if (next == INT64_MAX) {
      sem_wait(&wake);
    } else {
      struct timespec until = clock_time(next);
      sem_clockwait(&wake, CLOCK_MONOTONIC, &until);
    }
    while (sem_trywait(&wake) == 0) continue;
  }
  return NULL;
}

static void start(void) {
  pthread_key_create(&at_exit, forget_thread);
  sem_init(&wake, 0, 0);
  // Without SA_RESTART, so that a read or a wait that blocks returns.
  struct sigaction action = {.sa_handler = on_kick};
  sigaction(KICK, &action, NULL);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 64 << 10);
  pthread_t timer;
  if (pthread_create(&timer, &attributes, keep_time, NULL) != 0) abort();
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void lb_wait(lua_State *L, double seconds) {
  if (!(seconds > 0)) return;
  struct timespec until = clock_time(after(seconds));
  while (!lb_stopping(L)) {
    if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != EINTR) return;
  }
}

// ---- Ctrl-C

static atomic_int presses;
static int ends_when_idle;
static struct sigaction handler_before;
static int is_installed;

void lb_forget_presses(void) { atomic_store_explicit(&presses, 0, memory_order_relaxed); }

static void end_process(void) {
  write_text("\n");
  signal(SIGINT, SIG_DFL);
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  raise(SIGINT);
  pthread_sigmask(SIG_UNBLOCK, &interrupt, NULL);
}

static void on_interrupt(int number) {
  (void)number;
  int saved = errno;
  int press = atomic_fetch_add(&presses, 1) + 1;
  int running = lb_interrupt_all();
  if (running == 0) {
    atomic_store(&presses, 0);
    if (ends_when_idle) end_process();
  } else if (press >= 3) {
    end_process();
  } else if (press == 2) {
    for (lb_Runner *thread = atomic_load(&threads); thread; thread = thread->next) {
      if (!thread->top) continue;
      thread->tell = 1;
      kick(thread);
    }
  }
  errno = saved;
}

void lb_install_interrupt_handler(int idle_ends) {
  ends_when_idle = idle_ends;
  if (is_installed) return;
  lb_this_thread();
  struct sigaction action = {.sa_handler = on_interrupt};
  sigaction(SIGINT, &action, &handler_before);
  is_installed = 1;
}

void lb_uninstall_interrupt_handler(void) {
  if (!is_installed) return;
  sigaction(SIGINT, &handler_before, NULL);
  is_installed = 0;
}
