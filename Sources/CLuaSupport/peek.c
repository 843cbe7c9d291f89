// Compares the layout that lb_peek.h assumes with what Lua's interface says.
#include "lb_peek.h"

#include <lauxlib.h>

int lb_may_peek = 0;

// Runs as a closure over a light userdata, with a float, an integer, a string and a userdata.
static int probe(lua_State *L) {
  const lb_Thread *thread = (const lb_Thread *)(void *)L;
  lb_Userdata *data = (lb_Userdata *)thread->frame->function[4].value.pointer;
  const lb_Closure *closure = (const lb_Closure *)thread->frame->function->value.pointer;
  int same = thread->top - thread->frame->function == 5 && lua_gettop(L) == 4;
  same = same && lb_slot(L, 1)->type == LB_FLOAT && lb_slot(L, 1)->value.number == 2.5;
  same = same && lb_slot(L, 2)->type == LB_INTEGER && lb_slot(L, -3)->value.integer == -7;
  same = same && lb_slot(L, 3)->type != LB_FLOAT && lb_slot(L, 3)->type != LB_INTEGER;
  same = same && lb_slot(L, 4)->type == LB_USERDATA && lb_slot(L, 5) == NULL;
  same = same && (void *)data->memory == lua_touserdata(L, 4);
  same = same && data->size == lua_rawlen(L, 4) && data->value_count == 0;
  same = same && closure->upvalue.value.pointer == lua_touserdata(L, lua_upvalueindex(1));
  lua_pushboolean(L, same);
  return 1;
}

int lb_check_layout(lua_State *L) {
  if (sizeof(void *) != 8 || lua_version(L) != 504) return 0;
  lua_pushlightuserdata(L, &lb_may_peek);
  lua_pushcclosure(L, probe, 1);
  lua_pushnumber(L, 2.5);
  lua_pushinteger(L, -7);
  lua_pushliteral(L, "12");
  lua_newuserdatauv(L, 24, 0);
  lua_call(L, 4, 1);
  int same = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return same;
}
