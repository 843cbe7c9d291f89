// Finalizers written in Lua, made to stop.
#ifndef LB_FINALIZERS_H
#define LB_FINALIZERS_H

#include "CLuaSupport.h"

// Puts in the place of a metatable's __gc, when that is a Lua function, one that can be stopped.
void lb_wrap_finalizer(lua_State *L, int metatable);
// Makes the coroutine that finalizers run in. May raise.
void lb_prepare_finalizers(lua_State *L);

#endif
