// Lua's libraries as we offer them: every function that may run long can be stopped.
#ifndef LB_LIBRARIES_H
#define LB_LIBRARIES_H

#include <lua.h>

// Opens all of Lua's libraries and puts our functions in place; a lua_CFunction, may raise.
int lb_open_libraries(lua_State *L);
// Makes a state fit for strangers' code, after its libraries are open: what a string can do is
// fixed, and bytecode cannot be made. A lua_CFunction, may raise.
int lb_restrict_state(lua_State *L);
// Pushes a fresh environment for strangers' code; a lua_CFunction, may raise.
int lb_push_restricted_environment(lua_State *L);

#endif
