// Functions of the table library that can be stopped while they run.
#ifndef LB_TABLELIB_H
#define LB_TABLELIB_H

#include "CLuaSupport.h"

// Replaces concat, insert, move, remove and sort in the table library, which is open.
void lb_open_tablelib(lua_State *L);

#endif
