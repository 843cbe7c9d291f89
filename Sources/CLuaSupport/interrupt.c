// The stop flag of a state, the hook that obeys it, runs and their instruction budgets.
#include "CLuaSupport.h"
#include "interrupt_threads.h"

enum {
  SLICE = 128,       // instructions between two looks at the budget
  ARMED = LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT,
};

static const char *const texts[] = {
    [LB_INTERRUPTED] = "interrupted",
    [LB_TIME_IS_UP] = "time limit reached",
    [LB_STEPS_ARE_UP] = "instruction limit reached",
    [LB_EXIT] = "exit",
};

void lb_prepare_stops(lua_State *L) {
  for (int reason = LB_INTERRUPTED; reason <= LB_EXIT; reason++) {
    lua_pushstring(L, texts[reason]);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &texts[reason]);
  }
}

static lb_Stop *stop_of(lua_State *L) { return &lb_context(L)->stop; }

int lb_stopping(lua_State *L) { return stop_of(L)->reason; }

int lb_exit_status(lua_State *L) { return stop_of(L)->exit_status; }

int lb_run_count(lua_State *L) { return stop_of(L)->runs; }

int64_t lb_steps_left(lua_State *L) {
  lb_Stop *stop = stop_of(L);
  return stop->counts ? stop->steps : -1;
}

// ---- The hook

static void hook(lua_State *L, lua_Debug *event);

static void arm_budget(lua_State *L, const lb_Stop *stop) {
  int64_t slice = stop->steps < SLICE ? stop->steps : SLICE;
  lua_sethook(L, hook, LUA_MASKCOUNT, slice < 1 ? 1 : (int)slice);
}

// Leaves on a coroutine the hook it needs: none, or that of the budget.
static void rearm(lua_State *L, const lb_Stop *stop) {
  if (stop->counts) {
    if (lua_gethook(L) != hook || lua_gethookmask(L) != LUA_MASKCOUNT) arm_budget(L, stop);
  } else if (lua_gethook(L) == hook) {
    lua_sethook(L, NULL, 0, 0);
  }
}

static void hook(lua_State *L, lua_Debug *event) {
  lb_Stop *stop = stop_of(L);
  if (stop->reason) lb_raise_stop(L);
  if (!stop->counts || event->event != LUA_HOOKCOUNT || lua_gethookmask(L) != LUA_MASKCOUNT) {
    // A coroutine that was left armed by a stop now past, or by a budget.
    rearm(L, stop);
    return;
  }
  int slice = lua_gethookcount(L);
  stop->steps -= slice;
  if (stop->steps <= 0) lb_begin_stop(L, LB_STEPS_ARE_UP);
  if (stop->steps < slice) arm_budget(L, stop);
}

int lb_raise_stop(lua_State *L) {
  lua_sethook(L, hook, ARMED, 1);
  luaL_checkstack(L, 1, NULL);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &texts[stop_of(L)->reason]);
  return lua_error(L);
}

void lb_begin_state_stop(lb_Context *context, int reason, int depth) {
  lb_Stop *stop = &context->stop;
  if (!stop->reason || depth < stop->depth) {
    stop->depth = depth;
    stop->reason = reason;
  }
  if (context->running) lua_sethook(context->running, hook, ARMED, 1);
}

// The outermost run whose budget is spent when the innermost one's is.
static int poorest_run(const lb_Stop *stop) {
  int depth = stop->runs - 1;
  for (; depth > 0; depth--) {
    const lb_Run *run = &stop->run[depth];
    if (run->outer_steps < 0) break;
    if (run->given_steps >= 0 && run->given_steps < run->outer_steps) break;
  }
  return depth;
}

int lb_begin_stop(lua_State *L, int reason) {
  lb_Stop *stop = stop_of(L);
  lb_begin_state_stop(lb_context(L), reason, reason == LB_STEPS_ARE_UP ? poorest_run(stop) : 0);
  return lb_raise_stop(L);
}

void lb_poll(lua_State *L, int64_t steps) {
  lb_Stop *stop = stop_of(L);
  if (__builtin_expect(stop->reason, 0)) lb_raise_stop(L);
  if (!stop->counts) return;
  stop->steps -= steps;
  if (stop->steps <= 0) lb_begin_stop(L, LB_STEPS_ARE_UP);
}

// ---- Coroutines

// Marks a coroutine that a stop ended; never called, since its hooks are off.
static void mark(lua_State *L, lua_Debug *event) {
  (void)L;
  (void)event;
}

int lb_was_stopped(lua_State *co) { return lua_gethook(co) == mark; }

void lb_mark_stopped(lua_State *co) { lua_sethook(co, mark, LUA_MASKCOUNT, 1 << 30); }

void lb_rearm_budget(lua_State *L) { rearm(L, stop_of(L)); }

void lb_charge_coroutine(lua_State *co) {
  if (lua_status(co) == LUA_OK) stop_of(co)->steps -= SLICE / 2;
}

int lb_reset_coroutine(lua_State *co, lua_State *from) {
  if (lb_was_stopped(co)) {
    if (lua_gettop(co) == 0) lua_pushnil(co);
    return lua_status(co);
  }
  lb_Context *context = lb_context(co);
  lb_set_running(context, co);
  int status = lua_resetthread(co);
  lb_set_running(context, from);
  return status;
}

// ---- Runs

static void enter_thread(lb_Context *context) {
  lb_Stop *stop = &context->stop;
  lb_Runner *thread = lb_this_thread();
  stop->reason = LB_RUNS;
  stop->interrupted = 0;
  stop->late = 0;
  stop->counts = 0;
  stop->below = thread->top;
  stop->thread = thread;
  thread->top = context;
}

static void leave_thread(lb_Context *context) {
  lb_Stop *stop = &context->stop;
  lb_Runner *thread = stop->thread;
  thread->top = stop->below;
  stop->thread = NULL;
  if (!thread->top) {
    thread->everything = 0;
    thread->stopping = 0;
    lb_forget_presses();
  }
}

int lb_run_begin(lua_State *L, lb_RunLimits limits) {
  lb_Context *context = lb_context(L);
  lb_Stop *stop = &context->stop;
  if (stop->runs == LB_RUN_DEPTH) return 0;
  if (stop->runs == 0) enter_thread(context);
  lb_Run *run = &stop->run[stop->runs];
  run->context = context;
  run->depth = stop->runs;
  run->outer_steps = stop->counts ? stop->steps : -1;
  run->given_steps = limits.steps;
  if (limits.steps >= 0 && (!stop->counts || limits.steps < stop->steps)) {
    stop->counts = 1;
    stop->steps = limits.steps;
  }
  stop->runs++;
  if (stop->counts) arm_budget(context->running, stop);
  if (limits.seconds > 0) lb_set_deadline(run, limits.seconds);
  // A stop that another state on this thread is in the middle of concerns this one too.
  if (stop->thread->stopping) lb_begin_asked_stops(stop->thread);
  return 1;
}

static void restore_budget(lb_Stop *stop, const lb_Run *run) {
  if (run->outer_steps < 0) {
    stop->counts = 0;
  } else if (run->given_steps >= 0 && run->given_steps < run->outer_steps) {
    stop->steps = run->outer_steps - (run->given_steps - stop->steps);
  }
}

int lb_run_end(lua_State *L) {
  lb_Context *context = lb_context(L);
  lb_Stop *stop = &context->stop;
  int depth = stop->runs - 1;
  lb_Run *run = &stop->run[depth];
  if (run->deadline) lb_clear_deadline(run);
  int reason = stop->reason;
  if (stop->late > depth) stop->late = 0;
  restore_budget(stop, run);
  stop->runs = depth;
  if (depth == 0) stop->interrupted = 0;
  if (stop->depth >= depth) stop->reason = LB_RUNS;
  // What is asked for but has not begun still needs its signals.
  if (!stop->interrupted && !stop->late) stop->thread->stopping = stop->thread->everything;
  if (depth == 0) leave_thread(context);
  if (!stop->reason) rearm(context->running, stop);
  return reason;
}

void lb_run_forget(lb_Context *context) {
  context->stop.runs = 0;
  leave_thread(context);
}
