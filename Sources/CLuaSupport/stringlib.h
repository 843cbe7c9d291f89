// Functions of the string library that can be stopped while they run.
#ifndef LB_STRINGLIB_H
#define LB_STRINGLIB_H

#include "CLuaSupport.h"

// Replaces find, match, gmatch, gsub, lower, rep, reverse and upper in the string library, which is open.
void lb_open_stringlib(lua_State *L);

#endif
