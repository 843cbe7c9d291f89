// Stopping what runs: interrupts, time limits, instruction budgets and os.exit.
//
// A stop is asked for from anywhere; a signal to the thread that runs Lua brings it there, sets
// `reason` and arms a hook on the coroutine that runs. From then on every instruction raises again
// and our pcall lets nothing through, until the run that the stop is meant for has ended.
#ifndef LB_INTERRUPT_H
#define LB_INTERRUPT_H

#include <lua.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

// Why running code is being stopped.
enum {
  LB_RUNS = 0,
  LB_INTERRUPTED = 1,
  LB_TIME_IS_UP = 2,
  LB_STEPS_ARE_UP = 3,
  LB_EXIT = 4,
};

enum { LB_RUN_DEPTH = 32 };

struct lb_Context;

// A thread that has run Lua; never freed, since other threads send it signals.
typedef struct lb_Runner lb_Runner;

// One run: what Swift started, under its own limits, possibly inside another.
typedef struct lb_Run {
  int64_t outer_steps;  // what was left of the budget outside when this run began
  int64_t given_steps;  // the budget of its own, < 0 for none
  // Its place in the list of deadlines, when it has one.
  int64_t deadline;  // nanoseconds of the monotonic clock; 0 for none
  int depth;
  struct lb_Context *context;
  struct lb_Run *next_deadline;
} lb_Run;

// Kept in the context of a state; all zero at first.
typedef struct lb_Stop {
  volatile sig_atomic_t reason;       // LB_RUNS, or why everything unwinds
  volatile sig_atomic_t depth;        // down to this run
  volatile sig_atomic_t interrupted;  // asked for, not begun yet
  volatile sig_atomic_t late;         // 1 + the outermost run whose time is up, or 0
  volatile sig_atomic_t runs;         // runs in progress
  int ended;                          // why the last call that failed was stopped, or LB_RUNS
  int exit_status;
  int counts;     // whether there is an instruction budget
  int64_t steps;  // what is left of it
  lb_Runner *volatile thread;
  struct lb_Context *volatile below;  // the state that runs on when this one is done
  lb_Run run[LB_RUN_DEPTH];
} lb_Stop;

// Limits of a run; `seconds` <= 0 and `steps` < 0 mean none.
typedef struct lb_RunLimits {
  double seconds;
  int64_t steps;
} lb_RunLimits;

// Begins a run on the calling thread. Never raises; returns 0 when runs are nested too deep, and
// then there is none to end.
int lb_run_begin(lua_State *L, lb_RunLimits limits);
// Ends the innermost run: why it was stopped, LB_RUNS when it was not. A stop that is meant for a
// run further out goes on.
int lb_run_end(lua_State *L);
// Ends the only run of a state that has been closed in it.
void lb_run_forget(struct lb_Context *context);
// Runs in progress, one inside the other.
int lb_run_count(lua_State *L);
// The status given to os.exit.
int lb_exit_status(lua_State *L);
// Instructions left, < 0 without a budget.
int64_t lb_steps_left(lua_State *L);

// Asks for the outermost run to stop, from any thread or from a signal handler.
void lb_interrupt(struct lb_Context *context);
// The same for every state that runs anywhere; returns how many threads were running Lua.
int lb_interrupt_all(void);

// Why running code is being stopped, LB_RUNS when it is not. Long loops in Swift ask this.
int lb_stopping(lua_State *L);
// For long loops in C: raises when a stop is in progress, and charges the budget.
void lb_poll(lua_State *L, int64_t steps);
// Raises the stop in progress; only from a lua_CFunction. Does not return.
int lb_raise_stop(lua_State *L);
// Begins a stop of the innermost run that the reason concerns, and raises it.
int lb_begin_stop(lua_State *L, int reason);
// As lua_resetthread, saying which coroutine runs. Never raises.
int lb_reset_coroutine(lua_State *co, lua_State *from);
// Whether a stop ended this coroutine. Lua leaves its hooks off for ever, so that nothing may run
// in it any more, not even to close its variables.
int lb_was_stopped(lua_State *co);
// Makes the texts of stops, so that raising one allocates nothing. May raise.
void lb_prepare_stops(lua_State *L);

// Waits; ends early when the running thread is asked to stop. Never raises.
void lb_wait(lua_State *L, double seconds);

// Ctrl-C: the first press stops what runs, the second says what that is, the third ends the
// process. With nothing running a press is ignored, or ends the process when `idle_ends` is set.
void lb_install_interrupt_handler(int idle_ends);
void lb_uninstall_interrupt_handler(void);

#endif
