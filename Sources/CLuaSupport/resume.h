// Resuming coroutines, in line: a yield jumps past the frames in between, and each of them would
// cost a mispredicted return.
#ifndef LB_RESUME_H
#define LB_RESUME_H

#include "CLuaSupport.h"

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

#endif
