// The bounds of the C stack.
#define _GNU_SOURCE
#include "stack.h"

// What one more round of Lua calls may take before it comes here again: 200 nested C calls.
enum { RESERVE = 192 << 10 };

static _Thread_local char *lowest;

static void measure_stack(void) {
  pthread_attr_t attributes;
  void *start;
  size_t size;
  lowest = (char *)1;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
  if (pthread_attr_getstack(&attributes, &start, &size) == 0) lowest = (char *)start + RESERVE;
  pthread_attr_destroy(&attributes);
}

void lb_check_stack(lua_State *L) {
  char here;
  if (!lowest) measure_stack();
  if (&here < lowest) luaL_error(L, "C stack overflow");
}
