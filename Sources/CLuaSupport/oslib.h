// The functions of os and debug that concern the whole process or the stopping of code.
#ifndef LB_OSLIB_H
#define LB_OSLIB_H

#include "CLuaSupport.h"

// Replaces os.execute, exit and setlocale, debug.sethook and debug.setmetatable.
void lb_open_oslib(lua_State *L);

#endif
