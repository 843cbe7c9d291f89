// Output and input of Lua code: through the host's functions, or stdio.
#include "CLuaSupport.h"

#include <stdio.h>

void lb_set_streams(lua_State *L, lb_Write write, lb_Read read, void *user) {
  lb_Streams *streams = &lb_context(L)->streams;
  streams->write = write;
  streams->read = read;
  streams->user = user;
  streams->input_start = streams->input_end = 0;
}

void lb_write(lua_State *L, int stream, const char *bytes, size_t count) {
  lb_Context *context = lb_context(L);
  if (context->streams.write) {
    int saved = context->in_swift;
    context->in_swift = 1;
    context->streams.write(context->streams.user, stream, bytes, count);
    context->in_swift = saved;
  } else if (stream == LB_STDOUT) {
    fwrite(bytes, 1, count, stdout);
  } else {
    // Both may go to one place, and only stdout is buffered.
    fflush(stdout);
    fwrite(bytes, 1, count, stderr);
  }
}
