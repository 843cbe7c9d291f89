// The loops of the table library, counted: with __len or __index they may go on for ever in C.
#include "tablelib.h"

#include <limits.h>

enum { READS = 1, WRITES = 2, MEASURES = 4, PATIENCE = 4096 };

// Counts turns of a loop and looks at the stop flag now and then.
typedef struct Turns {
  lua_State *L;
  int left;
} Turns;

static inline void turn(Turns *turns) {
  if (__builtin_expect(--turns->left > 0, 1)) return;
  turns->left = PATIENCE;
  lb_poll(turns->L, PATIENCE);
}

static int has_field(lua_State *L, int metatable, const char *name) {
  lua_pushstring(L, name);
  int type = lua_rawget(L, metatable);
  lua_pop(L, 1);
  return type != LUA_TNIL;
}

// A table will do, and so will anything whose metatable offers what is needed.
static void check_table(lua_State *L, int index, int needs) {
  if (lua_type(L, index) == LUA_TTABLE) return;
  if (lua_getmetatable(L, index)) {
    int metatable = lua_gettop(L);
    if ((!(needs & READS) || has_field(L, metatable, "__index")) &&
        (!(needs & WRITES) || has_field(L, metatable, "__newindex")) &&
        (!(needs & MEASURES) || has_field(L, metatable, "__len"))) {
      lua_pop(L, 1);
      return;
    }
  }
  luaL_checktype(L, index, LUA_TTABLE);
}

static lua_Integer measure(lua_State *L, int needs) {
  check_table(L, 1, needs | MEASURES);
  return luaL_len(L, 1);
}

// ---- concat

static void add_element(lua_State *L, luaL_Buffer *b, lua_Integer i) {
  lua_geti(L, 1, i);
  if (!lua_isstring(L, -1)) {
    luaL_error(
        L, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(L, -1),
        (LUAI_UACINT)i);
  }
  luaL_addvalue(b);
}

static int concat(lua_State *L) {
  lua_Integer last = measure(L, READS);
  size_t length;
  const char *separator = luaL_optlstring(L, 2, "", &length);
  lua_Integer i = luaL_optinteger(L, 3, 1);
  last = luaL_optinteger(L, 4, last);
  Turns turns = {L, PATIENCE};
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (; i < last; i++) {
    turn(&turns);
    add_element(L, &b, i);
    luaL_addlstring(&b, separator, length);
  }
  if (i == last) add_element(L, &b, i);
  luaL_pushresult(&b);
  return 1;
}

// ---- insert, remove, move

static int insert(lua_State *L) {
  lua_Unsigned end = (lua_Unsigned)measure(L, READS | WRITES) + 1;
  lua_Integer position = (lua_Integer)end;
  int arguments = lua_gettop(L);
  if (arguments == 3) {
    position = luaL_checkinteger(L, 2);
    luaL_argcheck(L, (lua_Unsigned)position - 1 < end, 2, "position out of bounds");
    Turns turns = {L, PATIENCE};
    for (lua_Integer i = (lua_Integer)end; i > position; i--) {
      turn(&turns);
      lua_geti(L, 1, i - 1);
      lua_seti(L, 1, i);
    }
  } else if (arguments != 2) {
    return luaL_error(L, "wrong number of arguments to 'insert'");
  }
  lua_seti(L, 1, position);
  return 0;
}

static int remove_element(lua_State *L) {
  lua_Integer size = measure(L, READS | WRITES);
  lua_Integer position = luaL_optinteger(L, 2, size);
  if (position != size) {
    luaL_argcheck(
        L, (lua_Unsigned)position - 1 <= (lua_Unsigned)size, 2, "position out of bounds");
  }
  lua_geti(L, 1, position);
  Turns turns = {L, PATIENCE};
  for (; position < size; position++) {
    turn(&turns);
    lua_geti(L, 1, position + 1);
    lua_seti(L, 1, position);
  }
  lua_pushnil(L);
  lua_seti(L, 1, position);
  return 1;
}

static int move(lua_State *L) {
  lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3);
  lua_Integer to = luaL_checkinteger(L, 4);
  int target = lua_isnoneornil(L, 5) ? 1 : 5;
  check_table(L, 1, READS);
  check_table(L, target, WRITES);
  if (last >= first) {
    luaL_argcheck(
        L, first > 0 || last < LUA_MAXINTEGER + first, 3, "too many elements to move");
    lua_Integer count = last - first + 1;
    luaL_argcheck(L, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
    // Backwards where a forward copy would read what it has overwritten.
    int forward = to > last || to <= first || (target != 1 && !lua_compare(L, 1, 5, LUA_OPEQ));
    Turns turns = {L, PATIENCE};
    for (lua_Integer i = 0; i < count; i++) {
      lua_Integer offset = forward ? i : count - 1 - i;
      turn(&turns);
      lua_geti(L, 1, first + offset);
      lua_seti(L, target, to + offset);
    }
  }
  lua_pushvalue(L, target);
  return 1;
}

// ---- sort: a stable merge sort
//
// While a comparison runs, which may raise, the table holds a permutation of what it held: runs
// are merged into a second table and copied back when no comparison is left to make.

enum { LIST = 1, ORDER = 2, MERGED = 3, SHORT_RUN = 6 };

typedef struct Sorting {
  Turns turns;
  int is_raw;  // the list has no metatable
  int has_order;
} Sorting;

static void get(Sorting *s, lua_Integer i) {
  s->is_raw ? lua_rawgeti(s->turns.L, LIST, i) : lua_geti(s->turns.L, LIST, i);
}

static void set(Sorting *s, lua_Integer i) {
  s->is_raw ? lua_rawseti(s->turns.L, LIST, i) : lua_seti(s->turns.L, LIST, i);
}

// Compares two values by their places on the stack, counted from its top.
static int before(Sorting *s, int a, int b) {
  lua_State *L = s->turns.L;
  turn(&s->turns);
  if (!s->has_order) return lua_compare(L, a, b, LUA_OPLT);
  lua_pushvalue(L, ORDER);
  lua_pushvalue(L, a - 1);
  lua_pushvalue(L, b - 2);
  lua_call(L, 2, 1);
  int is_before = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return is_before;
}

static void insertion_sort(Sorting *s, lua_Integer low, lua_Integer high) {
  lua_State *L = s->turns.L;
  for (lua_Integer i = low + 1; i <= high; i++) {
    get(s, i);
    lua_Integer place = i;
    while (place > low) {
      get(s, place - 1);
      int moves = before(s, -2, -1);
      lua_pop(L, 1);
      if (!moves) break;
      place--;
    }
    for (lua_Integer j = i; j > place; j--) {
      get(s, j - 1);
      set(s, j);
    }
    set(s, place);
  }
}

static void merge(Sorting *s, lua_Integer low, lua_Integer middle, lua_Integer high) {
  lua_State *L = s->turns.L;
  get(s, middle + 1);
  get(s, middle);
  int is_needed = before(s, -2, -1);
  lua_pop(L, 2);
  if (!is_needed) return;
  lua_Integer left = low, right = middle + 1, count = 0;
  get(s, left);
  get(s, right);
  // On the stack: the next of the left run, then the next of the right.
  while (left <= middle && right <= high) {
    if (before(s, -1, -2)) {
      lua_rawseti(L, MERGED, ++count);
      if (++right <= high) get(s, right);
    } else {
      lua_pushvalue(L, -2);
      lua_rawseti(L, MERGED, ++count);
      if (++left <= middle) {
        get(s, left);
        lua_replace(L, -3);
      }
    }
  }
  lua_settop(L, MERGED);
  // What is left of the left run moves to the end; what is left of the right one is there.
  for (lua_Integer i = middle, to = high; i >= left; i--, to--) {
    get(s, i);
    set(s, to);
  }
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, MERGED, i);
    set(s, low + i - 1);
  }
}

static void sort_run(Sorting *s, lua_Integer low, lua_Integer high) {
  if (high - low < SHORT_RUN) {
    insertion_sort(s, low, high);
    return;
  }
  lua_Integer middle = low + (high - low) / 2;
  sort_run(s, low, middle);
  sort_run(s, middle + 1, high);
  merge(s, low, middle, high);
}

static int sort(lua_State *L) {
  lua_Integer count = measure(L, READS | WRITES);
  if (count < 2) return 0;
  luaL_argcheck(L, count < INT_MAX, 1, "array too big");
  if (!lua_isnoneornil(L, ORDER)) luaL_checktype(L, ORDER, LUA_TFUNCTION);
  lua_settop(L, ORDER);
  luaL_checkstack(L, LUA_MINSTACK, "");
  int is_raw = !lua_getmetatable(L, LIST);
  lua_settop(L, ORDER);
  lua_createtable(L, is_raw && count > SHORT_RUN ? (int)count : 0, 0);
  Sorting s = {{L, PATIENCE}, is_raw, lua_type(L, ORDER) == LUA_TFUNCTION};
  sort_run(&s, 1, count);
  return 0;
}

// ---- The library

void lb_open_tablelib(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"concat", concat}, {"insert", insert}, {"move", move},
      {"remove", remove_element}, {"sort", sort}, {NULL, NULL},
  };
  lua_getglobal(L, LUA_TABLIBNAME);
  luaL_setfuncs(L, functions, 0);
  lua_pop(L, 1);
}
