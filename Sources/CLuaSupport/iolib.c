// io.write and io.read for the standard streams, when the host has put functions in their place.
//
// Everything else is left to the library's own functions, which are called as plain C functions in
// our frame, so that their messages name the function that the user called.
#include "iolib.h"

#include <stdio.h>
#include <string.h>

#include "host_input.h"
#include "processes.h"

static int stock(lua_State *L) {
  lua_CFunction function = lua_tocfunction(L, lua_upvalueindex(1));
  return function(L);
}

// The file at an index when it is open, else NULL.
static FILE *open_file(lua_State *L, int index) {
  luaL_Stream *stream = luaL_testudata(L, index, LUA_FILEHANDLE);
  return stream && stream->closef ? stream->f : NULL;
}

// Pushes the file that io.write or io.read uses; the function that tells it is upvalue 2.
static FILE *push_default(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(2));
  lua_call(L, 0, 1);
  return open_file(L, -1);
}

// ---- Writing

enum { GATHER = 1024 };

typedef struct Gathered {
  lua_State *L;
  int stream;
  size_t count;
  char bytes[GATHER];
} Gathered;

static void send(Gathered *out) {
  if (out->count > 0) lb_write(out->L, out->stream, out->bytes, out->count);
  out->count = 0;
}

static void gather(Gathered *out, const char *bytes, size_t count) {
  if (count > GATHER - out->count) send(out);
  if (count > GATHER) {
    lb_write(out->L, out->stream, bytes, count);
  } else {
    memcpy(out->bytes + out->count, bytes, count);
    out->count += count;
  }
}

static void gather_number(lua_State *L, Gathered *out, int index) {
  char digits[64];
  int count = lua_isinteger(L, index)
                  ? lua_integer2str(digits, sizeof digits, (LUAI_UACINT)lua_tointeger(L, index))
                  : lua_number2str(digits, sizeof digits, (LUAI_UACNUMBER)lua_tonumber(L, index));
  gather(out, digits, (size_t)count);
}

static void write_values(lua_State *L, FILE *file, int first, int last) {
  Gathered out;
  out.L = L;
  out.stream = file == stdout ? LB_STDOUT : LB_STDERR;
  out.count = 0;
  for (int i = first; i <= last; i++) {
    size_t length;
    int type = lua_type(L, i);
    if (type == LUA_TNUMBER) {
      gather_number(L, &out, i);
    } else {
      if (type != LUA_TSTRING) send(&out);
      const char *text = luaL_checklstring(L, i, &length);
      gather(&out, text, length);
    }
  }
  send(&out);
  lb_poll(L, 0);
}

static int goes_to_host(lua_State *L, const FILE *file) {
  return file && (file == stdout || file == stderr) && lb_context(L)->streams.write;
}

static int io_write(lua_State *L) {
  if (!lb_context(L)->streams.write) return stock(L);
  int last = lua_gettop(L);
  FILE *file = push_default(L);
  if (!goes_to_host(L, file)) return lua_pop(L, 1), stock(L);
  write_values(L, file, 1, last);
  return 1;
}

static int file_write(lua_State *L) {
  FILE *file = open_file(L, 1);
  if (!goes_to_host(L, file)) return stock(L);
  write_values(L, file, 2, lua_gettop(L));
  lua_pushvalue(L, 1);
  return 1;
}

// ---- Reading

static int comes_from_host(lua_State *L, const FILE *file) {
  return file && file == stdin && lb_context(L)->streams.read;
}

static int io_read(lua_State *L) {
  if (!lb_context(L)->streams.read) return stock(L);
  FILE *file = push_default(L);
  lua_pop(L, 1);
  return comes_from_host(L, file) ? lb_read_values(L, 1) : stock(L);
}

static int file_read(lua_State *L) {
  if (comes_from_host(L, open_file(L, 1))) return lb_read_values(L, 2);
  int results = stock(L);
  // Nobody will want what the child was about to say.
  if (lb_stopping(L) && lb_is_process(L, 1)) lb_abandon_process(L);
  return results;
}

static int file_collect(lua_State *L) {
  if (!lb_is_process(L, 1)) return stock(L);
  lb_abandon_process(L);
  return 0;
}

static int next_values(lua_State *L) {
  int formats = (int)lua_tointeger(L, lua_upvalueindex(1));
  lua_settop(L, 0);
  luaL_checkstack(L, formats, "too many arguments");
  for (int i = 1; i <= formats; i++) lua_pushvalue(L, lua_upvalueindex(1 + i));
  return lb_read_values(L, 1);
}

enum { FORMATS = 250 };  // as many as the library allows

static int iterate(lua_State *L, int first) {
  int formats = lua_gettop(L) - first + 1;
  if (formats < 0) formats = 0;
  luaL_argcheck(L, formats <= FORMATS, FORMATS + 2, "too many arguments");
  lua_pushinteger(L, formats);
  for (int i = 0; i < formats; i++) lua_pushvalue(L, first + i);
  lua_pushcclosure(L, next_values, 1 + formats);
  return 1;
}

static int io_lines(lua_State *L) {
  if (!lua_isnoneornil(L, 1) || !lb_context(L)->streams.read) return stock(L);
  FILE *file = push_default(L);
  lua_pop(L, 1);
  return comes_from_host(L, file) ? iterate(L, 2) : stock(L);
}

static int file_lines(lua_State *L) {
  return comes_from_host(L, open_file(L, 1)) ? iterate(L, 2) : stock(L);
}

// ---- The library

// Replaces a field of the table on top; the upvalues are what it was and another field, if named.
static void replace(lua_State *L, const char *name, lua_CFunction function, const char *other) {
  lua_getfield(L, -1, name);
  if (other) lua_getfield(L, -2, other);
  lua_pushcclosure(L, function, other ? 2 : 1);
  lua_setfield(L, -2, name);
}

void lb_open_iolib(lua_State *L) {
  lua_getglobal(L, LUA_IOLIBNAME);
  replace(L, "write", io_write, "output");
  replace(L, "read", io_read, "input");
  replace(L, "lines", io_lines, "input");
  lua_pushcfunction(L, lb_open_process);
  lua_setfield(L, -2, "popen");
  luaL_getmetatable(L, LUA_FILEHANDLE);
  lua_getfield(L, -1, "__index");
  replace(L, "write", file_write, NULL);
  replace(L, "read", file_read, NULL);
  replace(L, "lines", file_lines, NULL);
  lua_pop(L, 1);
  replace(L, "__gc", file_collect, NULL);
  lua_pop(L, 2);
}
