// Operations that may run metamethods and so may raise: bodies for lb_protect.
#include "CLuaSupport.h"

int lb_op_get(lua_State *L) {
  lua_gettable(L, 1);
  return 1;
}

int lb_op_set(lua_State *L) {
  lua_settable(L, 1);
  return 0;
}

int lb_op_length(lua_State *L) {
  lua_len(L, 1);
  return 1;
}

int lb_op_tostring(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  return 1;
}

int lb_op_equals(lua_State *L) {
  lua_pushboolean(L, lua_compare(L, 1, 2, LUA_OPEQ));
  return 1;
}

int lb_op_less(lua_State *L) {
  lua_pushboolean(L, lua_compare(L, 1, 2, LUA_OPLT));
  return 1;
}

int lb_op_openlibs(lua_State *L) { return lb_open_libraries(L); }

int lb_op_require(lua_State *L) {
  luaL_requiref(L, luaL_checkstring(L, 1), lua_tocfunction(L, 2), 1);
  return 0;
}

int lb_op_next(lua_State *L) { return lua_next(L, 1) ? 2 : (lua_pushnil(L), 1); }
