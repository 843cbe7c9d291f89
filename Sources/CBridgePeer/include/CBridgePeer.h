// The module that the bridge is measured against: what one writes by hand with Lua's C interface.
#ifndef CBRIDGEPEER_H
#define CBRIDGEPEER_H

#include <lua.h>

// Opens the module: add(a, b), point(x, y) with fields x and y and the method scaled(factor).
int luaopen_bridge_peer(lua_State *L);

#endif
