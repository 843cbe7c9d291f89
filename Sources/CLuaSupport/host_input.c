// The formats of io.read over the host's input: "l", "L", "n", "a" and a number of bytes.
#include "host_input.h"

#include <ctype.h>
#include <string.h>

enum { END = -1, NUMBER_LENGTH = 200 };  // numbers may be as long as for the library's own

// Bytes that have come and are not read yet, at least one unless the input is at its end.
static size_t available(lua_State *L) {
  lb_Context *context = lb_context(L);
  lb_Streams *streams = &context->streams;
  if (streams->input_start == streams->input_end) {
    int saved = context->in_swift;
    context->in_swift = 1;
    size_t count = streams->read(streams->user, streams->input, LB_INPUT_BUFFER);
    context->in_swift = saved;
    streams->input_start = 0;
    streams->input_end = count <= LB_INPUT_BUFFER ? count : LB_INPUT_BUFFER;
    lb_poll(L, 0);
  }
  return streams->input_end - streams->input_start;
}

static int peek(lua_State *L) {
  if (available(L) == 0) return END;
  const lb_Streams *streams = &lb_context(L)->streams;
  return (uint8_t)streams->input[streams->input_start];
}

// Reads up to `count` bytes; fails at the end of the input.
static int read_bytes(lua_State *L, size_t count) {
  lb_Streams *streams = &lb_context(L)->streams;
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  size_t total = 0, here;
  while (total < count && (here = available(L)) > 0) {
    if (here > count - total) here = count - total;
    luaL_addlstring(&b, streams->input + streams->input_start, here);
    streams->input_start += here;
    total += here;
  }
  luaL_pushresult(&b);
  return total > 0;
}

static int read_line(lua_State *L, int keeps_newline) {
  lb_Streams *streams = &lb_context(L)->streams;
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  int is_ended = 0;
  size_t total = 0, here;
  while (!is_ended && (here = available(L)) > 0) {
    const char *from = streams->input + streams->input_start;
    const char *newline = memchr(from, '\n', here);
    is_ended = newline != NULL;
    size_t taken = newline ? (size_t)(newline - from) + 1 : here;
    luaL_addlstring(&b, from, taken - (size_t)(is_ended && !keeps_newline));
    streams->input_start += taken;
    total += taken;
  }
  luaL_pushresult(&b);
  return total > 0;
}

// ---- Numbers: the longest prefix that can begin a numeral

typedef struct Numeral {
  lua_State *L;
  size_t length;
  int is_too_long;
  char text[NUMBER_LENGTH + 1];
} Numeral;

static int take(Numeral *numeral) {
  if (numeral->length == NUMBER_LENGTH) {
    numeral->is_too_long = 1;
    return 0;
  }
  lb_Streams *streams = &lb_context(numeral->L)->streams;
  numeral->text[numeral->length++] = streams->input[streams->input_start++];
  return 1;
}

static int take_one_of(Numeral *numeral, const char *choices) {
  int byte = peek(numeral->L);
  return byte > 0 && strchr(choices, byte) && take(numeral);
}

static int take_digits(Numeral *numeral, int is_hexadecimal) {
  int count = 0;
  for (;; count++) {
    int byte = peek(numeral->L);
    if (byte == END || !(is_hexadecimal ? isxdigit(byte) : isdigit(byte))) return count;
    if (!take(numeral)) return count;
  }
}

static int read_number(lua_State *L) {
  Numeral numeral = {.L = L};
  while (peek(L) != END && isspace(peek(L))) lb_context(L)->streams.input_start++;
  int is_hexadecimal = 0;
  take_one_of(&numeral, "+-");
  int digits = take_one_of(&numeral, "0");
  if (digits && take_one_of(&numeral, "xX")) {
    is_hexadecimal = 1;
    digits = 0;
  }
  digits += take_digits(&numeral, is_hexadecimal);
  if (take_one_of(&numeral, ".")) digits += take_digits(&numeral, is_hexadecimal);
  if (digits > 0 && take_one_of(&numeral, is_hexadecimal ? "pP" : "eE")) {
    take_one_of(&numeral, "+-");
    take_digits(&numeral, 0);
  }
  numeral.text[numeral.length] = 0;
  if (!numeral.is_too_long && lua_stringtonumber(L, numeral.text)) return 1;
  lua_pushnil(L);
  return 0;
}

// ---- Formats

static int read_named(lua_State *L, int index) {
  const char *format = luaL_checkstring(L, index);
  if (*format == '*') format++;
  switch (*format) {
    case 'n': return read_number(L);
    case 'l': return read_line(L, 0);
    case 'L': return read_line(L, 1);
    case 'a': read_bytes(L, SIZE_MAX); return 1;
    default: return luaL_argerror(L, index, "invalid format");
  }
}

static int read_counted(lua_State *L, int index) {
  size_t count = (size_t)luaL_checkinteger(L, index);
  if (count > 0) return read_bytes(L, count);
  lua_pushliteral(L, "");
  return peek(L) != END;
}

int lb_read_values(lua_State *L, int first) {
  int last = lua_gettop(L);
  if (last < first) {
    if (read_line(L, 0)) return 1;
    return luaL_pushfail(L), 1;
  }
  luaL_checkstack(L, last - first + 1 + LUA_MINSTACK, "too many arguments");
  for (int i = first; i <= last; i++) {
    int is_read = lua_type(L, i) == LUA_TNUMBER ? read_counted(L, i) : read_named(L, i);
    if (!is_read) {
      lua_pop(L, 1);
      luaL_pushfail(L);
      break;
    }
  }
  return lua_gettop(L) - last;
}
