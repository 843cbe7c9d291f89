// Calls in both directions: trampolines from Lua to Swift, protected calls from Swift to Lua.
#include "CLuaSupport.h"

#include <string.h>

// Runs when Swift has returned and went over the limit: its garbage may be all that is too much.
static void settle(lua_State *L, lb_Context *context) {
  context->over = 0;
  lb_collect(L);
  if (context->used > context->limit) {
    // The text is Lua's own, which lua_error turns into a memory error; it is interned already.
    lua_pushliteral(L, "not enough memory");
    lua_error(L);
  }
}

static const char raise_mark;

void *lb_raise_mark(void) { return (void *)&raise_mark; }

// Goes on after a yield: the values of the resume are the results, or an error to raise.
static int resumed(lua_State *L, int status, lua_KContext height) {
  (void)status;
  int first = (int)height + 1;
  if (lua_type(L, first) == LUA_TLIGHTUSERDATA && lua_touserdata(L, first) == &raise_mark) {
    lua_settop(L, first + 1);
    return lua_error(L);
  }
  return lua_gettop(L) - (int)height;
}

int lb_invoke_box(lua_State *L, void *box) {
  lb_Context *context = lb_context(L);
  int saved = context->in_swift;
  context->in_swift = 1;
  context->running = L;
  int status = context->invoke(L, box);
  context->in_swift = saved;
  if (__builtin_expect(context->over && !saved, 0)) settle(L, context);
  if (__builtin_expect(status >= 0, 1)) return status;
  if (status == LB_ERROR) return lua_error(L);
  int count = LB_YIELD - status;
  return lua_yieldk(L, count, lua_gettop(L) - count, resumed);
}

static int call(lua_State *L) { return lb_invoke_box(L, lb_first_upvalue(L)); }

void lb_push_function(lua_State *L, void *box) {
  lua_pushlightuserdata(L, box);
  lua_pushcclosure(L, call, 1);
}

extern void swift_release(void *object);

static int release_box(lua_State *L) {
  void **box = lua_touserdata(L, 1);
  lb_Context *context = lb_context(L);
  void *held = *box;
  *box = NULL;
  int saved = context->in_swift;
  context->in_swift = 1;
  if (held) swift_release(held);
  context->in_swift = saved;
  return 0;
}

void lb_push_owned_function(lua_State *L, void *retained_box) {
  lua_pushlightuserdata(L, retained_box);
  void **owner = lua_newuserdatauv(L, sizeof(void *), 0);
  *owner = NULL;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, (void *)release_box) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "__gc");
    lua_pushcfunction(L, release_box);
    lua_rawset(L, -3);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, (void *)release_box);
  }
  lua_setmetatable(L, -2);
  *owner = retained_box;
  lua_pushcclosure(L, call, 2);
}

// Keeps the traceback beside the error, so that the value itself crosses unchanged.
static int handle(lua_State *L) {
  lb_Context *context = lb_context(L);
  char source[LUA_IDSIZE];
  context->error_line = 0;
  for (int level = 1; level < 16 && context->error_line == 0; level++) {
    int line = lb_position(L, level, source);
    if (line < 0) break;
    context->error_line = line;
  }
  luaL_traceback(L, L, NULL, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, (void *)lb_push_traceback);
  return 1;
}

void lb_push_traceback(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, (void *)lb_push_traceback);
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, (void *)lb_push_traceback);
}

static const lb_RunLimits no_limits = {.steps = -1};

int lb_pcall(lua_State *L, int arguments, int results, int traceback) {
  lb_Context *context = lb_context(L);
  int saved = context->in_swift;
  int handler = 0;
  if (context->over) {
    context->over = 0;
    lb_collect(L);
  }
  context->running = L;
  if (traceback) {
    handler = lua_gettop(L) - arguments;
    lua_pushcfunction(L, handle);
    lua_insert(L, handler);
  }
  int is_run = context->stop.runs == 0 && lb_run_begin(L, no_limits);
  context->in_swift = 0;
  context->calls++;
  int status = lua_pcall(L, arguments, results, handler);
  context->calls--;
  context->in_swift = saved;
  context->running = L;
  lb_end_call(context, status, is_run);
  if (traceback) lua_remove(L, handler);
  return status;
}

int lb_protect(lua_State *L, lua_CFunction operation, int arguments, int results) {
  lua_pushcfunction(L, operation);
  lua_insert(L, -arguments - 1);
  return lb_pcall(L, arguments, results, 0);
}

int lb_close_thread(lua_State *co, lua_State *from) {
  lb_Context *context = lb_context(co);
  int saved = context->in_swift;
  int is_run = context->stop.runs == 0 && lb_run_begin(co, no_limits);
  context->in_swift = 0;
  int status = lb_reset_coroutine(co, from);
  context->in_swift = saved;
  lb_end_call(context, status, is_run);
  return status;
}

int lb_load(lua_State *L, const char *bytes, size_t count, const char *name, const char *mode) {
  lb_Context *context = lb_context(L);
  int saved = context->in_swift;
  context->in_swift = 0;
  int status = luaL_loadbufferx(L, bytes, count, name, mode);
  context->in_swift = saved;
  return status;
}

void lb_push_where(lua_State *L, int level) { luaL_where(L, level); }

int lb_position(lua_State *L, int level, char source[LUA_IDSIZE]) {
  lua_Debug frame;
  if (!lua_getstack(L, level, &frame)) return -1;
  lua_getinfo(L, "Sl", &frame);
  if (frame.currentline <= 0) return 0;
  memcpy(source, frame.short_src, LUA_IDSIZE);
  return frame.currentline;
}
