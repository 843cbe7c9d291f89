// Reads values of the running function where Lua keeps them, without a call into the library.
//
// The C interface offers nothing cheaper than two calls per argument, which is most of what a
// short function costs. The layout below is that of Lua 5.4 on 64-bit machines; it is private to
// Lua, so lb_open compares it with what the interface says, and any difference turns peeking off:
// everything then goes through the interface, with the same results.
#ifndef LB_PEEK_H
#define LB_PEEK_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lb_Slot16 {
  union {
    double number;
    int64_t integer;
    void *pointer;
  } value;
  uint8_t type;
  uint8_t unused[7];
} lb_Slot16;

typedef struct lb_Frame {
  lb_Slot16 *function;
} lb_Frame;

typedef struct lb_Thread {
  void *next;
  uint8_t head[8];
  lb_Slot16 *top;
  void *global;
  lb_Frame *frame;
} lb_Thread;

typedef struct lb_Closure {
  void *next;
  uint8_t head[8];
  void *list;
  void *function;
  lb_Slot16 upvalue;
} lb_Closure;

typedef struct lb_Userdata {
  void *next;
  uint8_t kind, mark;
  uint16_t value_count;
  size_t size;
  void *metatable;
  void *memory[];
} lb_Userdata;

enum { LB_FLOAT = 0x13, LB_INTEGER = 0x03, LB_USERDATA = 0x47 };

// True when the layout is the one above.
extern int lb_may_peek;
static inline int lb_peeks(void) { return lb_may_peek; }
int lb_check_layout(lua_State *L);

// The value at an index of the running function, or NULL beyond the last.
static inline const lb_Slot16 *lb_slot(lua_State *L, int index) {
  const lb_Thread *thread = (const lb_Thread *)(void *)L;
  const lb_Slot16 *slot = index > 0 ? thread->frame->function + index : thread->top + index;
  return slot < thread->top ? slot : NULL;
}

// Reads a number of either kind; 0 when it is none.
static inline int lb_number(lua_State *L, int index, double *result) {
  if (__builtin_expect(lb_may_peek, 1)) {
    const lb_Slot16 *slot = lb_slot(L, index);
    if (!slot) return 0;
    if (slot->type == LB_FLOAT) {
      *result = slot->value.number;
      return 1;
    }
    if (slot->type != LB_INTEGER) return 0;
    *result = (double)slot->value.integer;
    return 1;
  }
  if (lua_type(L, index) != LUA_TNUMBER) return 0;
  *result = lua_tonumberx(L, index, NULL);
  return 1;
}

// Reads an integer, or a float with an integral value; 0 when it is neither.
static inline int lb_integer(lua_State *L, int index, int64_t *result) {
  int is_integral;
  if (__builtin_expect(lb_may_peek, 1)) {
    const lb_Slot16 *slot = lb_slot(L, index);
    if (slot && slot->type == LB_INTEGER) {
      *result = slot->value.integer;
      return 1;
    }
  }
  if (lua_type(L, index) != LUA_TNUMBER) return 0;
  *result = lua_tointegerx(L, index, &is_integral);
  return is_integral;
}

// The memory of a full userdata of at least that size and without user values, else NULL.
static inline void *lb_userdata(lua_State *L, int index, size_t size) {
  if (__builtin_expect(lb_may_peek, 1)) {
    const lb_Slot16 *slot = lb_slot(L, index);
    if (!slot || slot->type != LB_USERDATA) return NULL;
    lb_Userdata *data = (lb_Userdata *)slot->value.pointer;
    return data->size >= size && data->value_count == 0 ? (void *)data->memory : NULL;
  }
  void *memory = lua_touserdata(L, index);
  return memory && lua_rawlen(L, index) >= size ? memory : NULL;
}

// The light userdata that is the first upvalue of the running C function.
static inline void *lb_first_upvalue(lua_State *L) {
  if (__builtin_expect(lb_may_peek, 1)) {
    const lb_Thread *thread = (const lb_Thread *)(void *)L;
    return ((const lb_Closure *)thread->frame->function->value.pointer)->upvalue.value.pointer;
  }
  return lua_touserdata(L, lua_upvalueindex(1));
}

// Asks for the cache lines of a coroutine that is resumed soon: first the state itself; then, once
// that has come, the frames it goes on with and what is on top of its stack. These are requests
// only: they change nothing, and asking for an address that is none does no harm.
static inline void lb_fetch(const void *address) {
  __builtin_prefetch(address, 1);
  __builtin_prefetch((const char *)address + 64, 1);
}

static inline void lb_fetch_thread(lua_State *co) {
  lb_fetch(co);
  lb_fetch((const char *)(const void *)co + 128);
}

static inline void lb_fetch_frames(lua_State *co) {
  if (__builtin_expect(!lb_may_peek, 0)) return;
  const lb_Thread *thread = (const lb_Thread *)(const void *)co;
  lb_fetch(thread->frame);
  lb_fetch(thread->top - 4);
}

#endif
