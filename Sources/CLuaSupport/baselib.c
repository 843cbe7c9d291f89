// print, load, pcall and xpcall, setmetatable, sleep.
#include "baselib.h"

#include <string.h>

#include "finalizers.h"

// ---- print

enum { SHORT_LINE = 1024 };

static char *join(lua_State *L, char *line, int count) {
  for (int i = 1; i <= count; i++) {
    size_t length;
    const char *text = lua_tolstring(L, i, &length);
    memcpy(line, text, length);
    line += length;
    *line++ = i < count ? '\t' : '\n';
  }
  return line;
}

static int print(lua_State *L) {
  int count = lua_gettop(L);
  size_t total = count == 0;
  for (int i = 1; i <= count; i++) {
    size_t length;
    luaL_tolstring(L, i, &length);
    lua_replace(L, i);
    total += length + 1;
  }
  char small[SHORT_LINE];
  // The host sees a line at once, so that lines of several states do not mix.
  char *line = total <= SHORT_LINE ? small : lua_newuserdatauv(L, total, 0);
  if (count == 0) *line = '\n';
  join(L, line, count);
  lb_write(L, LB_STDOUT, line, total);
  return 0;
}

// ---- load

enum { PIECE = 64 << 10 };

typedef struct Source {
  const char *text;
  size_t left;
} Source;

static const char *next_piece(lua_State *L, void *data, size_t *size) {
  Source *source = data;
  const char *piece = source->text;
  *size = source->left < PIECE ? source->left : PIECE;
  source->text += *size;
  source->left -= *size;
  lb_poll(L, 0);
  return *size > 0 ? piece : NULL;
}

int lb_load_text(lua_State *L, const char *name, const char *mode) {
  Source source;
  source.text = lua_tolstring(L, 1, &source.left);
  return lua_load(L, next_piece, &source, name, mode);
}

int lb_finish_load(lua_State *L, int status, int environment) {
  if (status != LUA_OK) {
    luaL_pushfail(L);
    lua_insert(L, -2);
    return 2;
  }
  if (environment) {
    lua_pushvalue(L, environment);
    if (!lua_setupvalue(L, -2, 1)) lua_pop(L, 1);
  }
  return 1;
}

// load: texts here, functions that give pieces by the library's own, which is the upvalue.
static int load(lua_State *L) {
  const char *text = lua_tostring(L, 1);
  if (!text) {
    lua_CFunction stock = lua_tocfunction(L, lua_upvalueindex(1));
    return stock(L);
  }
  const char *mode = luaL_optstring(L, 3, "bt");
  int environment = lua_isnone(L, 4) ? 0 : 4;
  return lb_finish_load(L, lb_load_text(L, luaL_optstring(L, 2, text), mode), environment);
}

// ---- pcall and xpcall: as Lua's own, but a stop goes through

// `skipped` slots below the results do not belong to them.
static int finish_call(lua_State *L, int status, lua_KContext skipped) {
  if (__builtin_expect(lb_context(L)->stop.reason, 0)) return lb_raise_stop(L);
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - (int)skipped;
  lua_pushboolean(L, 0);
  lua_insert(L, -2);
  return 2;
}

static int protected_call(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, 1);
  lua_insert(L, 1);
  return finish_call(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_call), 0);
}

// A message handler in Lua runs without hooks after one has raised: it must not start then.
static int handle_error(lua_State *L) {
  if (lb_stopping(L)) return 1;
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

static int handled_call(lua_State *L) {
  int arguments = lua_gettop(L) - 2;
  luaL_checktype(L, 2, LUA_TFUNCTION);
  if (!lua_iscfunction(L, 2)) {
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, handle_error, 1);
    lua_replace(L, 2);
  }
  // The function, the handler, true, the function again, its arguments.
  lua_pushboolean(L, 1);
  lua_pushvalue(L, 1);
  lua_rotate(L, 3, 2);
  return finish_call(L, lua_pcallk(L, arguments, LUA_MULTRET, 2, 2, finish_call), 2);
}

// ---- setmetatable

int lb_replace_metatable(lua_State *L) {
  int type = lua_type(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) {
    return luaL_error(L, "cannot change a protected metatable");
  }
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

// The upvalue is the name of the field, which need not be looked up then.
static int set_metatable(lua_State *L) {
  if (lua_type(L, 2) == LUA_TTABLE) {
    lua_settop(L, 2);
    lua_pushvalue(L, lua_upvalueindex(1));
    if (lua_rawget(L, 2) != LUA_TNIL) lb_wrap_finalizer(L, 2);
  }
  return lb_replace_metatable(L);
}

// ---- sleep

static int sleep_seconds(lua_State *L) {
  lua_Number seconds = luaL_checknumber(L, 1);
  luaL_argcheck(L, seconds >= 0, 1, "a time in seconds from 0 on expected");
  lb_wait(L, seconds);
  lb_poll(L, 0);
  return 0;
}

void lb_open_baselib(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"print", print},
      {"pcall", protected_call},
      {"xpcall", handled_call},
      {"sleep", sleep_seconds},
      {NULL, NULL},
  };
  lua_pushglobaltable(L);
  luaL_setfuncs(L, functions, 0);
  lua_pushliteral(L, "__gc");
  lua_pushcclosure(L, set_metatable, 1);
  lua_setfield(L, -2, "setmetatable");
  lua_getfield(L, -1, "load");
  lua_pushcclosure(L, load, 1);
  lua_setfield(L, -2, "load");
  lua_pop(L, 1);
}
