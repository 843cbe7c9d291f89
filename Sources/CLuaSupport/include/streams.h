// Where what Lua prints goes to, and where io.read takes from, when that is not stdio.
#ifndef LB_STREAMS_H
#define LB_STREAMS_H

#include <lua.h>
#include <stddef.h>

enum { LB_STDOUT = 1, LB_STDERR = 2 };

// Takes bytes written to one of the two streams. Must not touch the Lua state.
typedef void (*lb_Write)(void *user, int stream, const char *bytes, size_t count);
// Fills a buffer with input and returns how much, 0 at the end of it. Must not touch the Lua state.
typedef size_t (*lb_Read)(void *user, char *bytes, size_t capacity);

enum { LB_INPUT_BUFFER = 4096 };

// Kept in the context of a state; all zero at first, which means stdio.
typedef struct lb_Streams {
  lb_Write write;
  lb_Read read;
  void *user;
  size_t input_start, input_end;
  char input[LB_INPUT_BUFFER];
} lb_Streams;

// Sends output and input through functions of the host; NULL for one of them means stdio.
void lb_set_streams(
    lua_State *L, lb_Write write __attribute__((swift_attr("@Sendable"))),
    lb_Read read __attribute__((swift_attr("@Sendable"))), void *user);
// Writes to a stream as print does. Never raises.
void lb_write(lua_State *L, int stream, const char *bytes, size_t count);

#endif
