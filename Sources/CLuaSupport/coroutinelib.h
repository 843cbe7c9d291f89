// Coroutines that can be stopped: resume, wrap and close say which coroutine runs.
#ifndef LB_COROUTINELIB_H
#define LB_COROUTINELIB_H

#include "CLuaSupport.h"

// Replaces resume, wrap and close in the coroutine library, which is open.
void lb_open_coroutinelib(lua_State *L);

#endif
