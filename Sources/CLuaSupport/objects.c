// Swift objects inside Lua: how they are made, found, released, and how their members are reached.
#include "CLuaSupport.h"

#include <stdlib.h>
#include <string.h>

extern void swift_release(void *object);
extern void *const lb_unique_key;

static void release(lua_State *L, lb_Object *object) {
  lb_Context *context = lb_context(L);
  void *held = object->object;
  if (!held) return;
  object->object = NULL;
  if (object->type->is_heavy) lb_external(L, -(ptrdiff_t)((lb_HeavyObject *)object)->bytes);
  int saved = context->in_swift;
  context->in_swift = 1;
  swift_release(held);
  context->in_swift = saved;
}

// __gc and __close: a later use of the object finds NULL and says that it is closed.
static int finish(lua_State *L) {
  lb_Object *object = lb_object(L, 1, lb_first_upvalue(L));
  if (object) release(L, object);
  return 0;
}

static int same(lua_State *L) {
  const lb_TypeID *type = lb_first_upvalue(L);
  lb_Object *a = lb_object(L, 1, type), *b = lb_object(L, 2, type);
  lua_pushboolean(L, a && b && a->object && a->object == b->object);
  return 1;
}

// Finds the userdata of an object that is held once; the caller's reference is not needed then.
static int push_known(lua_State *L, void *retained) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, lb_unique_key);
  lua_rawgetp(L, -1, retained);
  lb_Object *found = lua_touserdata(L, -1);
  if (found && found->object == retained) {
    lua_remove(L, -2);
    swift_release(retained);
    return 1;
  }
  lua_pop(L, 2);
  return 0;
}

static void remember(lua_State *L, void *object) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, lb_unique_key);
  lua_pushvalue(L, -2);
  lua_rawsetp(L, -2, object);
  lua_pop(L, 1);
}

int lb_push_object(lua_State *L, const lb_TypeID *type, void *retained, size_t bytes) {
  lb_Context *context = lb_context(L);
  if (type->slot >= context->metatable_count || !context->metatables[type->slot]) return 0;
  if (type->is_unique && push_known(L, retained)) return 1;
  size_t size = type->is_heavy ? sizeof(lb_HeavyObject) : sizeof(lb_Object);
  lb_Object *object = lua_newuserdatauv(L, size, 0);
  object->type = type;
  object->object = retained;
  if (type->is_heavy) ((lb_HeavyObject *)object)->bytes = bytes;
  lua_rawgeti(L, LUA_REGISTRYINDEX, context->metatables[type->slot]);
  lua_setmetatable(L, -2);
  if (type->is_unique) remember(L, retained);
  if (type->is_heavy) lb_external(L, (ptrdiff_t)bytes);
  return 1;
}

void lb_set_metatable(lua_State *L, const lb_TypeID *type) {
  lb_Context *context = lb_context(L);
  int count = context->metatable_count;
  if (type->slot >= count) {
    int wanted = (type->slot + 1) * 2;
    context->metatables = realloc(context->metatables, wanted * sizeof(int));
    if (!context->metatables) abort();
    memset(context->metatables + count, 0, (wanted - count) * sizeof(int));
    context->metatable_count = wanted;
  }
  context->metatables[type->slot] = luaL_ref(L, LUA_REGISTRYINDEX);
}

lb_Members *lb_make_members(lua_State *L, size_t count) {
  size_t slots = 4;
  while (slots < count * 2) slots *= 2;
  size_t bytes = sizeof(lb_Members) + slots * sizeof(lb_Slot);
  lb_Members *members = lua_newuserdatauv(L, bytes, 0);
  memset(members, 0, bytes);
  members->mask = slots - 1;
  return members;
}

static inline size_t place(const lb_Members *members, const char *key) {
  uintptr_t bits = (uintptr_t)key;
  return (bits >> 4 ^ bits >> 11) & members->mask;
}

void lb_add_member(lb_Members *members, lb_Slot slot) {
  size_t at = place(members, slot.key);
  while (members->slots[at].key) at = (at + 1) & members->mask;
  members->slots[at] = slot;
}

// Lua interns short strings, so equal names have one address; the type keeps its names alive.
static inline const lb_Slot *find(const lb_Members *members, lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TSTRING) return NULL;
  const char *key = lua_tolstring(L, index, NULL);
  for (size_t at = place(members, key); members->slots[at].key; at = (at + 1) & members->mask) {
    if (members->slots[at].key == key) return &members->slots[at];
  }
  return NULL;
}

static int index_member(lua_State *L) {
  const lb_Members *members = lb_first_upvalue(L);
  const lb_Slot *slot = find(members, L, 2);
  if (!slot) return lb_invoke_box(L, members->index_fallback);
  if (slot->getter) return lb_invoke_box(L, slot->getter);
  lua_rawgeti(L, lua_upvalueindex(2), slot->method);
  return 1;
}

static int set_member(lua_State *L) {
  const lb_Members *members = lb_first_upvalue(L);
  const lb_Slot *slot = find(members, L, 2);
  if (slot && slot->setter) return lb_invoke_box(L, slot->setter);
  return lb_invoke_box(L, members->newindex_fallback);
}

static void set(lua_State *L, const char *name, lua_CFunction function, int upvalues) {
  lua_pushcclosure(L, function, upvalues);
  lua_pushstring(L, name);
  lua_insert(L, -2);
  lua_rawset(L, -3);
}

static int absent(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  int type = lua_rawget(L, -2);
  lua_pop(L, 1);
  return type == LUA_TNIL;
}

void lb_finish_type(lua_State *L, const lb_TypeID *type, int members, int methods, int has_eq) {
  // The members are reached by address; the table of methods keeps them alive.
  void *address = lua_touserdata(L, members);
  lua_pushvalue(L, members);
  lua_rawseti(L, methods, 0);
  lua_pushlightuserdata(L, address);
  lua_pushvalue(L, methods);
  set(L, "__index", index_member, 2);
  lua_pushlightuserdata(L, address);
  lua_pushvalue(L, methods);
  set(L, "__newindex", set_member, 2);
  lua_pushlightuserdata(L, (void *)type);
  set(L, "__gc", finish, 1);
  if (absent(L, "__close")) {
    lua_pushlightuserdata(L, (void *)type);
    set(L, "__close", finish, 1);
  }
  if (!has_eq) {
    lua_pushlightuserdata(L, (void *)type);
    set(L, "__eq", same, 1);
  }
}
