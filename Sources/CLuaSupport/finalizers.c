// Running Lua finalizers where they can be stopped.
//
// The collector calls a finalizer with the hooks of the coroutine it interrupts turned off, and no
// signal gets through. Hooks of another coroutine stay on: so a finalizer runs in one kept for it.
#include "finalizers.h"

static int run_in(lua_State *L, lua_State *helper) {
  int count, arguments = lua_gettop(L);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_xmove(L, helper, arguments + 1);
  int status = lb_resume_coroutine(lb_context(L), helper, L, arguments, &count);
  if (status == LUA_OK) {
    lua_settop(helper, 0);
    return 0;
  }
  if (lb_stopping(L)) return lb_raise_stop(L);
  if (status == LUA_YIELD) lua_pushliteral(helper, "attempt to yield from a finalizer");
  lua_xmove(helper, L, 1);
  // Closes its variables; an error of theirs replaces the first one.
  lb_reset_coroutine(helper, L);
  lua_settop(helper, 0);
  return lua_error(L);
}

static int is_idle(lua_State *co) {
  lua_Debug frame;
  return lua_status(co) == LUA_OK && lua_gettop(co) == 0 && !lua_getstack(co, 0, &frame);
}

// The coroutine for finalizers: another one when a stop has ended the last.
static lua_State *helper_of(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, (void *)helper_of);
  lua_State *helper = lua_tothread(L, -1);
  lua_pop(L, 1);
  if (!lb_was_stopped(helper)) return helper;
  lb_prepare_finalizers(L);
  return helper_of(L);
}

static int finalize(lua_State *L) {
  lua_State *helper = helper_of(L);
  // Called by hand from within a finalizer it is just the function it wraps.
  if (is_idle(helper)) return run_in(L, helper);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

void lb_wrap_finalizer(lua_State *L, int metatable) {
  lua_pushliteral(L, "__gc");
  lua_pushvalue(L, -1);
  if (lua_rawget(L, metatable) == LUA_TFUNCTION && !lua_iscfunction(L, -1)) {
    lua_pushcclosure(L, finalize, 1);
    lua_rawset(L, metatable);
  } else {
    lua_pop(L, 2);
  }
}

void lb_prepare_finalizers(lua_State *L) {
  lua_newthread(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, (void *)helper_of);
}
