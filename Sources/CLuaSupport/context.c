// The context of a state: its memory, and how it is opened and closed.
#include "CLuaSupport.h"

#include <stdlib.h>
#include <string.h>

enum { EXTERNAL_FLOOR = 64 << 20, LARGE = 1 << 20 };

void *const lb_unique_key = (void *)&lb_unique_key;

static int must_fail(lb_Context *context) {
  context->allocations++;
  if (context->fail_at == 0) return 0;
  if (context->fail_at > 1) {
    context->fail_at--;
    return 0;
  }
  // Lua retries after an emergency collection, so one refusal alone is never seen.
  if (context->fail_count > 0 && --context->fail_count == 0) context->fail_at = 0;
  return 1;
}

static void *allocate(void *user, void *old, size_t old_size, size_t size) {
  lb_Context *context = user;
  size_t held = old ? old_size : 0;
  if (size == 0) {
    // A state that is being closed ends with this block: from here on no hook may be set.
    if (old == context->main_block) context->running = NULL;
    context->used -= held;
    free(old);
    return NULL;
  }
  if (size > held) {
    if (!context->in_swift && must_fail(context)) return NULL;
    // A C function that fills a buffer without end is stopped here.
    if (size > LARGE && context->stop.reason && !context->in_swift) return NULL;
    if (size - held > context->limit - context->used || context->used > context->limit) {
      if (!context->in_swift) return NULL;
      context->over = 1;
    }
  }
  void *block = realloc(old, size);
  if (!block) {
    // Nobody can catch an error below a Swift frame; Swift's own allocations stop here too.
    if (context->in_swift) abort();
    return size > held ? NULL : old;
  }
  context->used += size - held;
  return block;
}

static int panic(lua_State *L) {
  (void)L;
  abort();
}

// Makes what Lua's buffers share. Were memory to run out half way through that, every later use of
// a large buffer would fail.
static void prepare_buffers(lua_State *L) {
  luaL_Buffer buffer;
  luaL_buffinitsize(L, &buffer, LUAL_BUFFERSIZE * 2);
  luaL_pushresultsize(&buffer, 0);
  lua_pop(L, 1);
}

static int prepare(lua_State *L) {
  prepare_buffers(L);
  // lua_pcall makes this text outside protection when a message handler fails.
  lua_pushliteral(L, "error in error handling");
  lua_rawsetp(L, LUA_REGISTRYINDEX, (void *)prepare);
  // lua_resume makes these outside protection too; short strings exist once, so they are found.
  static const char *const texts[] = {"cannot resume dead coroutine", "C stack overflow",
                                      "cannot resume non-suspended coroutine"};
  lua_newtable(L);
  for (int i = 0; i < 3; i++) {
    lua_pushstring(L, texts[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, (void *)texts);
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, (void *)lb_push_traceback);
  lua_newtable(L);
  lua_newtable(L);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, lb_unique_key);
  lb_may_peek = lb_check_layout(L);
  lua_gc(L, LUA_GCGEN, 0, 0);
  return 0;
}

lua_State *lb_open(lb_Invoke invoke, size_t limit) {
  lb_Context *context = calloc(1, sizeof *context);
  if (!context) abort();
  context->limit = SIZE_MAX;
  context->invoke = invoke;
  context->external_mark = EXTERNAL_FLOOR;
  context->thread = pthread_self();
  lua_State *L = lua_newstate(allocate, context);
  if (!L) abort();
  *(lb_Context **)lua_getextraspace(L) = context;
  context->main = L;
  context->main_block = lua_getextraspace(L);
  context->running = L;
  lua_atpanic(L, panic);
  lua_pushcfunction(L, prepare);
  if (lua_pcall(L, 0, 0, 0) != LUA_OK) abort();
  context->limit = limit;
  context->in_swift = 1;
  return L;
}

void lb_close(lua_State *L) {
  lb_Context *context = lb_context(L);
  // Finalizers may allocate: without a limit none of them fails half way.
  context->limit = SIZE_MAX;
  context->fail_at = 0;
  context->in_swift = 0;
  // A finalizer that never ends can be stopped like anything else.
  int is_run = lb_run_begin(L, (lb_RunLimits){.steps = -1});
  lua_close(L);
  if (is_run) lb_run_forget(context);
  context->main = NULL;
  context->running = NULL;
}

void lb_free_context(lb_Context *context) {
  free(context->metatables);
  free(context);
}

void lb_collect(lua_State *L) {
  lb_Context *context = lb_context(L);
  int saved = context->in_swift;
  context->in_swift = 0;
  lua_gc(L, LUA_GCCOLLECT);
  context->in_swift = saved;
  size_t twice = context->external * 2;
  context->external_mark = twice > EXTERNAL_FLOOR ? twice : EXTERNAL_FLOOR;
}

void lb_external(lua_State *L, ptrdiff_t change) {
  lb_Context *context = lb_context(L);
  if (change < 0) {
    size_t drop = (size_t)-change;
    context->external -= drop < context->external ? drop : context->external;
    return;
  }
  context->external += (size_t)change;
  if (context->external > context->external_mark) lb_collect(L);
}
