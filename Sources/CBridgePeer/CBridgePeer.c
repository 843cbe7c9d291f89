#include "CBridgePeer.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

static const char *const TYPE = "peer.point";

typedef struct Point {
  double x, y;
} Point;

static Point *check(lua_State *L) {
  Point **box = luaL_checkudata(L, 1, TYPE);
  if (!*box) luaL_error(L, "point is closed");
  return *box;
}

static int add(lua_State *L) {
  lua_pushnumber(L, luaL_checknumber(L, 1) + luaL_checknumber(L, 2));
  return 1;
}

static int make(lua_State *L) {
  Point **box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = NULL;
  luaL_setmetatable(L, TYPE);
  *box = malloc(sizeof **box);
  if (!*box) return luaL_error(L, "not enough memory");
  (*box)->x = luaL_checknumber(L, 1);
  (*box)->y = luaL_checknumber(L, 2);
  return 1;
}

static int collect(lua_State *L) {
  Point **box = luaL_checkudata(L, 1, TYPE);
  free(*box);
  *box = NULL;
  return 0;
}

static int scaled(lua_State *L) {
  Point *point = check(L);
  lua_pushnumber(L, point->x * luaL_checknumber(L, 2));
  return 1;
}

static int member(lua_State *L) {
  Point *point = check(L);
  const char *key = luaL_checkstring(L, 2);
  if (strcmp(key, "x") == 0) {
    lua_pushnumber(L, point->x);
  } else if (strcmp(key, "y") == 0) {
    lua_pushnumber(L, point->y);
  } else {
    lua_getmetatable(L, 1);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
  }
  return 1;
}

static const luaL_Reg point_members[] = {
    {"__index", member}, {"__gc", collect}, {"__close", collect}, {"scaled", scaled}, {NULL, NULL}};

static const luaL_Reg functions[] = {{"add", add}, {"point", make}, {NULL, NULL}};

int luaopen_bridge_peer(lua_State *L) {
  luaL_newmetatable(L, TYPE);
  luaL_setfuncs(L, point_members, 0);
  luaL_newlib(L, functions);
  return 1;
}
