// The io library where it meets the host: standard streams, and pipes that can be stopped.
#ifndef LB_IOLIB_H
#define LB_IOLIB_H

#include "CLuaSupport.h"

// Replaces io.write, read, lines and popen, and the methods write, read and lines of files.
void lb_open_iolib(lua_State *L);

#endif
