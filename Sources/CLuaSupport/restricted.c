// Restricted mode: what strangers' code may reach.
#include <string.h>

#include "baselib.h"

// ---- Functions that differ

static int load(lua_State *L) {
  const char *mode = luaL_optstring(L, 3, "t");
  if (strcmp(mode, "t") != 0 && strcmp(mode, "bt") != 0) {
    return luaL_error(L, "bytecode cannot be loaded in restricted mode");
  }
  int has_environment = !lua_isnone(L, 4);
  lua_settop(L, 4);
  if (!has_environment) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_replace(L, 4);
  }
  if (lua_type(L, 1) == LUA_TSTRING) {
    const char *name = luaL_optstring(L, 2, lua_tostring(L, 1));
    return lb_finish_load(L, lb_load_text(L, name, "t"), 4);
  }
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_pushliteral(L, "t");
  lua_replace(L, 3);
  // The general load, with its own upvalue for functions that give pieces.
  lua_pushvalue(L, lua_upvalueindex(2));
  lua_insert(L, 1);
  lua_call(L, 4, LUA_MULTRET);
  return lua_gettop(L);
}

// A finalizer runs at a time of the collector's choosing, without hooks. Lua marks an object for
// one here only, so that a field added to the metatable later has no effect.
static int set_metatable(lua_State *L) {
  if (lua_type(L, 2) == LUA_TTABLE) {
    lua_pushliteral(L, "__gc");
    if (lua_rawget(L, 2) != LUA_TNIL) {
      return luaL_error(L, "a metatable with '__gc' cannot be used in restricted mode");
    }
    lua_pop(L, 1);
  }
  return lb_replace_metatable(L);
}

static int get_metatable(lua_State *L) {
  luaL_checkany(L, 1);
  int type = lua_type(L, 1);
  // The metatables of other types are shared by all code of the state.
  if ((type != LUA_TTABLE && type != LUA_TUSERDATA) || !lua_getmetatable(L, 1)) {
    return luaL_pushfail(L), 1;
  }
  // Nothing of a userdata's metatable is for strangers: it holds what the host relies on.
  if (luaL_getmetafield(L, 1, "__metatable") == LUA_TNIL && type == LUA_TUSERDATA) {
    lua_pushboolean(L, 0);
  }
  return 1;
}

static int collect(lua_State *L) {
  static const char *const options[] = {"collect", "count", "isrunning", NULL};
  switch (luaL_checkoption(L, 1, "collect", options)) {
    case 0:
      lua_gc(L, LUA_GCCOLLECT);
      lua_pushinteger(L, 0);
      return 1;
    case 1:
      lua_pushnumber(L, lua_gc(L, LUA_GCCOUNT) + lua_gc(L, LUA_GCCOUNTB) / (lua_Number)1024);
      return 1;
    default:
      lua_pushboolean(L, lua_gc(L, LUA_GCISRUNNING));
      return 1;
  }
}

// ---- The environment

static const char *const base_names[] = {
    "assert", "error",    "ipairs",   "next",   "pairs",    "pcall",  "print", "rawequal", "rawget",
    "rawlen", "rawset",   "select",   "sleep",  "tonumber", "tostring", "type", "xpcall",
    "_VERSION", NULL,
};
static const char *const library_names[] = {
    LUA_COLIBNAME, LUA_MATHLIBNAME, LUA_STRLIBNAME, LUA_TABLIBNAME, LUA_UTF8LIBNAME, NULL,
};

// Pushes a copy of the table on top, so that what strangers change is theirs alone.
static void push_copy(lua_State *L, const char *without) {
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, -3); lua_pop(L, 1)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
    if (!name || strcmp(name, without) == 0) continue;
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, -5);
  }
}

static void copy_libraries(lua_State *L, int environment) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  for (const char *const *name = library_names; *name; name++) {
    lua_getfield(L, -1, *name);
    push_copy(L, "dump");
    lua_setfield(L, environment, *name);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

int lb_push_restricted_environment(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"setmetatable", set_metatable},
      {"getmetatable", get_metatable},
      {"collectgarbage", collect},
      {NULL, NULL},
  };
  lua_newtable(L);
  int environment = lua_gettop(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  for (const char *const *name = base_names; *name; name++) {
    lua_getfield(L, -1, *name);
    lua_setfield(L, environment, *name);
  }
  lua_getfield(L, -1, "load");
  lua_pushvalue(L, environment);
  lua_insert(L, -2);
  lua_pushcclosure(L, load, 2);
  lua_setfield(L, environment, "load");
  lua_pop(L, 1);
  luaL_setfuncs(L, functions, 0);
  copy_libraries(L, environment);
  lua_pushvalue(L, environment);
  lua_setfield(L, environment, LUA_GNAME);
  return 1;
}

int lb_restrict_state(lua_State *L) {
  lua_getglobal(L, LUA_STRLIBNAME);
  push_copy(L, "dump");
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  // Methods of strings come from a table that no code can reach.
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_settop(L, 0);
  return 0;
}
