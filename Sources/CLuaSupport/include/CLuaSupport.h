// The C side of the Lua border: everything that may raise runs here, below no Swift frame.
#ifndef CLUASUPPORT_H
#define CLUASUPPORT_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "interrupt.h"
#include "lb_peek.h"
#include "libraries.h"
#include "streams.h"

// What a Swift function tells the trampoline: results on the stack, an error on top, or a yield.
#define LB_ERROR (-1)
#define LB_YIELD (-2)

// Calls the Swift closure behind `box`. Never raises; returns a count of results, LB_ERROR, or
// LB_YIELD - n to yield the n values on top.
typedef int (*lb_Invoke)(lua_State *L, void *box);

// One per state, reached from every coroutine through lua_getextraspace.
typedef struct lb_Context {
  // Memory: bytes held by Lua, the most it may hold, whether Swift is on top of the C stack (an
  // allocation then never fails), and whether Swift went over the limit.
  size_t used;
  size_t limit;
  int in_swift;
  int over;
  // Calls and resumes from Swift that have not returned.
  int calls;
  // The coroutine that runs now, and the main one.
  lua_State *running;  // a signal handler reads it
  lua_State *main;
  void *main_block;
  pthread_t thread;
  lb_Invoke invoke;
  // References of the metatables of exported types, by the types' slots; 0 where there is none yet.
  int *metatables;
  int metatable_count;
  // The Swift object that owns the state, not retained.
  void *owner;
  // Bytes outside the Lua heap that live userdata keep, and the mark that starts a collection.
  size_t external;
  size_t external_mark;
  // Where the last error was raised that a traceback was made for; 0 when none was.
  int error_line;
  // Set to n to let the n-th allocation from now fail, and `fail_count` - 1 after it.
  int64_t fail_at;
  int64_t fail_count;
  int64_t allocations;
  // Stopping what runs, and what it writes and reads.
  lb_Stop stop;
  lb_Streams streams;
} lb_Context;

// What tells one exported type from another; it lives as long as the process.
typedef struct lb_TypeID {
  // Its place among every state's metatables.
  int slot;
  // True when one Swift object is always the same userdata.
  int is_unique;
  // True when objects count bytes outside the Lua heap.
  int is_heavy;
} lb_TypeID;

// A Swift object as Lua holds it: what it is and a retained reference, NULL once closed.
typedef struct lb_Object {
  const lb_TypeID *type;
  void *object;
} lb_Object;

// The same with the bytes that it keeps outside the Lua heap.
typedef struct lb_HeavyObject {
  lb_Object base;
  size_t bytes;
} lb_HeavyObject;

// One member of a type, found by the address of its interned name.
typedef struct lb_Slot {
  const char *key;
  void *getter;
  void *setter;
  lua_Integer method;
} lb_Slot;

// The members of a type in one state: an open-addressing table of mask + 1 slots.
typedef struct lb_Members {
  size_t mask;
  void *index_fallback;
  void *newindex_fallback;
  lb_Slot slots[];
} lb_Members;

static inline lb_Context *lb_context(lua_State *L) {
  return *(lb_Context **)lua_getextraspace(L);
}

static inline int lb_registry(void) { return LUA_REGISTRYINDEX; }
static inline int lb_upvalue(int n) { return lua_upvalueindex(n); }
static inline void lb_pop(lua_State *L, int n) { lua_settop(L, -n - 1); }

// The object at an index when it is of that type, else NULL. Never raises.
static inline lb_Object *lb_object(lua_State *L, int index, const lb_TypeID *type) {
  lb_Object *object = (lb_Object *)lb_userdata(L, index, sizeof(lb_Object));
  return object && object->type == type ? object : NULL;
}

// States.
lua_State *lb_open(lb_Invoke invoke __attribute__((swift_attr("@Sendable"))), size_t limit);
// Closes a state; its context stays, with `main` NULL, for other threads that ask it to stop.
void lb_close(lua_State *L);
void lb_free_context(lb_Context *context);

// Swift to Lua. Each returns a Lua status; on failure the error value is on top.
int lb_pcall(lua_State *L, int arguments, int results, int traceback);
// Resumed with this address and a value, a Swift function that yielded raises the value.
void *lb_raise_mark(void);
int lb_close_thread(lua_State *co, lua_State *from);
int lb_load(lua_State *L, const char *bytes, size_t count, const char *name, const char *mode);
void lb_collect(lua_State *L);

// Operations that may run metamethods, for lb_protect: arguments and results are on the stack.
int lb_op_get(lua_State *L);       // table, key -> value
int lb_op_set(lua_State *L);       // table, key, value ->
int lb_op_length(lua_State *L);    // value -> length
int lb_op_tostring(lua_State *L);  // value -> text
int lb_op_equals(lua_State *L);    // a, b -> boolean
int lb_op_less(lua_State *L);      // a, b -> boolean
int lb_op_openlibs(lua_State *L);  // ->
int lb_op_require(lua_State *L);   // name, opener ->
int lb_op_next(lua_State *L);      // table, key -> key, value | nil
int lb_protect(lua_State *L, lua_CFunction operation, int arguments, int results);

// Takes the traceback that the last failed lb_pcall left: pushes a string or nil.
void lb_push_traceback(lua_State *L);
// Makes the string "source:line: " of the function at a level, empty when it has none.
void lb_push_where(lua_State *L, int level);
// The name of the source chunk and the current line at a level; 0 where there is no Lua code.
int lb_position(lua_State *L, int level, char source[LUA_IDSIZE]);

// Calls a box from C: the whole trampoline. May raise or yield, so only from a lua_CFunction.
int lb_invoke_box(lua_State *L, void *box);

// Functions and objects. A box is a Swift object that the caller keeps alive, unless owned.
void lb_push_function(lua_State *L, void *box);
void lb_push_owned_function(lua_State *L, void *retained_box);
// Pushes an object, which takes over one reference; `bytes` counts for a heavy type. Returns 0 and
// pushes nothing when the type has no metatable yet: see lb_set_metatable.
int lb_push_object(lua_State *L, const lb_TypeID *type, void *retained, size_t bytes);
// Takes the metatable on top of the stack as that of a type.
void lb_set_metatable(lua_State *L, const lb_TypeID *type);

// Makes __index, __newindex, __gc, __close of a type. Leaves the metatable that is on top there.
lb_Members *lb_make_members(lua_State *L, size_t count);
void lb_add_member(lb_Members *members, lb_Slot slot);
void lb_finish_type(lua_State *L, const lb_TypeID *type, int members, int methods, int has_eq);

// Counts bytes outside the Lua heap; a collection runs when they have doubled since the last.
void lb_external(lua_State *L, ptrdiff_t change);

#include "resume.h"

#endif
