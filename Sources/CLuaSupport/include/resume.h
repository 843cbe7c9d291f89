// Resuming coroutines, in line, from C and from Swift: a yield jumps past the frames in between, and
// each of them would cost a mispredicted return. CLuaSupport.h includes this at its end.
#ifndef LB_RESUME_H
#define LB_RESUME_H

#include <lua.h>

// Leaves on a coroutine the hook it needs under a budget.
void lb_rearm_budget(lua_State *L);
// Charges the start of a coroutine, whose last instructions are never counted.
void lb_charge_coroutine(lua_State *L);
// Marks a coroutine that a stop has ended.
void lb_mark_stopped(lua_State *co);

static inline void lb_set_running(lb_Context *context, lua_State *L) {
  // Volatile, as a signal handler reads it in the middle of lua_resume.
  *(lua_State *volatile *)&context->running = L;
  if (__builtin_expect(context->stop.counts, 0)) lb_rearm_budget(L);
}

// As lua_resume. After a stop it returns like after any other error; a lua_CFunction then raises it
// on. Never raises.
static inline __attribute__((always_inline)) int lb_resume_coroutine(
    lb_Context *context, lua_State *co, lua_State *from, int arguments, int *results) {
  if (__builtin_expect(context->stop.counts, 0)) lb_charge_coroutine(co);
  lb_set_running(context, co);
  int status = lua_resume(co, from, arguments, results);
  lb_set_running(context, from);
  if (__builtin_expect(context->stop.reason, 0) && status != LUA_OK && status != LUA_YIELD) {
    lb_mark_stopped(co);
  }
  return status;
}

// Notes why a call failed, and ends the run that it was when it was the outermost.
static inline void lb_end_call(lb_Context *context, int status, int is_run) {
  int failed = status != LUA_OK && status != LUA_YIELD;
  context->stop.ended = failed ? context->stop.reason : LB_RUNS;
  if (__builtin_expect(is_run, 0)) lb_run_end(context->main);
}

// Resumes from Swift. Returns a Lua status; on failure the error value is on top.
static inline __attribute__((always_inline)) int lb_resume(
    lua_State *co, lua_State *from, int arguments, int *results) {
  lb_Context *context = lb_context(co);
  int saved = context->in_swift;
  lb_RunLimits none = {.steps = -1};
  int is_run = __builtin_expect(context->stop.runs == 0, 0) && lb_run_begin(co, none);
  context->in_swift = 0;
  context->calls++;
  int status = lb_resume_coroutine(context, co, from, arguments, results);
  context->calls--;
  context->in_swift = saved;
  lb_end_call(context, status, is_run);
  return status;
}

#endif
