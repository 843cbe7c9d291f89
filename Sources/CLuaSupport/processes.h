// Child processes that end when the code that waits for them is stopped.
#ifndef LB_PROCESSES_H
#define LB_PROCESSES_H

#include "CLuaSupport.h"

int lb_open_process(lua_State *L);     // io.popen
int lb_execute_process(lua_State *L);  // os.execute

// Whether the value at an index is an open pipe.
int lb_is_process(lua_State *L, int index);
// What becomes of the pipe at index 1, which nobody holds any more.
void lb_abandon_process(lua_State *L);

#endif
