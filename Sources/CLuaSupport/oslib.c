// os.exit as a stop, os.execute, os.setlocale; debug functions that stay within limits.
#include "oslib.h"

#include <stdlib.h>

#include "finalizers.h"
#include "matcher.h"
#include "processes.h"

// Ends the outermost run with a status: Swift's frames below must end in their own way.
static int exit_run(lua_State *L) {
  int status;
  if (lua_isboolean(L, 1)) {
    status = lua_toboolean(L, 1) ? EXIT_SUCCESS : EXIT_FAILURE;
  } else {
    status = (int)luaL_optinteger(L, 1, EXIT_SUCCESS);
  }
  if (lb_run_count(L) == 0) return luaL_error(L, "os.exit outside of a run");
  lb_context(L)->stop.exit_status = status;
  return lb_begin_stop(L, LB_EXIT);
}

static int stock(lua_State *L) {
  lua_CFunction function = lua_tocfunction(L, lua_upvalueindex(1));
  return function(L);
}

static int set_locale(lua_State *L) {
  int results = stock(L);
  lb_matcher_learn_classes();
  return results;
}

static int set_hook(lua_State *L) {
  if (lb_steps_left(L) >= 0) {
    return luaL_error(L, "debug.sethook cannot be used under an instruction limit");
  }
  int results = stock(L);
  // A stop may have begun just before its hook was replaced.
  lb_poll(L, 0);
  return results;
}

static int debug_set_metatable(lua_State *L) {
  if (lua_type(L, 2) == LUA_TTABLE) lb_wrap_finalizer(L, 2);
  return stock(L);
}

static void replace(lua_State *L, const char *name, lua_CFunction function) {
  lua_getfield(L, -1, name);
  lua_pushcclosure(L, function, 1);
  lua_setfield(L, -2, name);
}

void lb_open_oslib(lua_State *L) {
  lua_getglobal(L, LUA_OSLIBNAME);
  replace(L, "exit", exit_run);
  replace(L, "execute", lb_execute_process);
  replace(L, "setlocale", set_locale);
  lua_getglobal(L, LUA_DBLIBNAME);
  replace(L, "sethook", set_hook);
  replace(L, "setmetatable", debug_set_metatable);
  lua_pop(L, 2);
}
