// Reading from the host's input in the formats of io.read.
#ifndef LB_HOST_INPUT_H
#define LB_HOST_INPUT_H

#include "CLuaSupport.h"

// Reads what the formats from index `first` on ask for, a line without any. May raise.
int lb_read_values(lua_State *L, int first);

#endif
