// How much of the C stack is left.
#ifndef LB_STACK_H
#define LB_STACK_H

#include "CLuaSupport.h"

// Raises "C stack overflow" when little is left. Lua 5.4.4 counts its nesting anew in a coroutine
// that it closes, so a chain of closes is not bounded by its count.
void lb_check_stack(lua_State *L);

#endif
