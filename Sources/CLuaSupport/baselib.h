// Functions of the base library that can be stopped, or that must let a stop through.
#ifndef LB_BASELIB_H
#define LB_BASELIB_H

#include "CLuaSupport.h"

// Replaces load, pcall, print, setmetatable and xpcall among the globals, and adds sleep.
void lb_open_baselib(lua_State *L);

// Loads the string at index 1 in pieces; the rest as lua_load. May raise.
int lb_load_text(lua_State *L, const char *name, const char *mode);
// Gives a loaded chunk, or an error, back as the results of `load`. `environment` is an index or 0.
int lb_finish_load(lua_State *L, int status, int environment);
// Checks the arguments of setmetatable and sets it. May raise.
int lb_replace_metatable(lua_State *L);

#endif
