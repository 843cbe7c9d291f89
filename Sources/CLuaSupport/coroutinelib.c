// coroutine.resume, wrap and close.
#include "coroutinelib.h"

#include "stack.h"

// Resumes a coroutine with the values on top of L and moves there what it gives; the count of that,
// or -1 and an error. Raises a stop.
static inline __attribute__((always_inline)) int resume_with(
    lua_State *L, lua_State *co, int arguments) {
  lb_Context *context = lb_context(L);
  if (!lua_checkstack(co, arguments)) {
    lua_pushliteral(L, "too many arguments to resume");
    return -1;
  }
  lua_xmove(L, co, arguments);
  int results;
  int status = lb_resume_coroutine(context, co, L, arguments, &results);
  if (__builtin_expect(context->stop.reason, 0)) {
    // What it yielded would be taken for arguments when it is resumed after the stop.
    if (status == LUA_YIELD) lua_pop(co, results);
    lb_raise_stop(L);
  }
  if (status != LUA_OK && status != LUA_YIELD) {
    lua_xmove(co, L, 1);
    return -1;
  }
  if (!lua_checkstack(L, results + 1)) {
    lua_pop(co, results);
    lua_pushliteral(L, "too many results to resume");
    return -1;
  }
  lua_xmove(co, L, results);
  return results;
}

static lua_State *check_coroutine(lua_State *L) {
  lua_State *co = lua_tothread(L, 1);
  luaL_argexpected(L, co, 1, "coroutine");
  return co;
}

static int resume(lua_State *L) {
  lua_State *co = check_coroutine(L);
  int results = resume_with(L, co, lua_gettop(L) - 1);
  lua_pushboolean(L, results >= 0);
  lua_insert(L, results >= 0 ? -(results + 1) : -2);
  return results >= 0 ? results + 1 : 2;
}

// Closes a coroutine that cannot run any more; on failure its error is on top of it.
static int close_coroutine(lua_State *L, lua_State *co) {
  lb_check_stack(L);
  int status = lb_reset_coroutine(co, L);
  if (__builtin_expect(lb_stopping(L), 0)) lb_raise_stop(L);
  return status;
}

static int call_wrapped(lua_State *L) {
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  int results = resume_with(L, co, lua_gettop(L));
  if (results >= 0) return results;
  int status = lua_status(co);
  if (status != LUA_OK && status != LUA_YIELD) {
    // The error goes on from here; variables to be closed may replace it by their own.
    status = close_coroutine(L, co);
    lua_xmove(co, L, 1);
  }
  if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
  }
  return lua_error(L);
}

static int wrap(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_State *co = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  lua_pushcclosure(L, call_wrapped, 1);
  return 1;
}

// NULL for a coroutine that may be closed, else what it is.
static const char *why_not_closed(lua_State *L, lua_State *co) {
  lua_Debug frame;
  if (L == co) return "running";
  return lua_status(co) == LUA_OK && lua_getstack(co, 0, &frame) ? "normal" : NULL;
}

static int close(lua_State *L) {
  lua_State *co = check_coroutine(L);
  const char *state = why_not_closed(L, co);
  if (state) return luaL_error(L, "cannot close a %s coroutine", state);
  int status = close_coroutine(L, co);
  lua_pushboolean(L, status == LUA_OK);
  if (status == LUA_OK) return 1;
  lua_xmove(co, L, 1);
  return 2;
}

void lb_open_coroutinelib(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"resume", resume}, {"wrap", wrap}, {"close", close}, {NULL, NULL}};
  lua_getglobal(L, LUA_COLIBNAME);
  luaL_setfuncs(L, functions, 0);
  lua_pop(L, 1);
}
