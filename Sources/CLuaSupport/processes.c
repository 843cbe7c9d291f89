// io.popen and os.execute: the C library's own wait for their child whatever happens.
#define _GNU_SOURCE
#include "processes.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

// A file that Lua's io library takes for one of its own, with what it knows nothing of behind it.
typedef struct Pipe {
  luaL_Stream stream;
  pid_t child;
  int leads_group;
  int reads;
} Pipe;

// On a terminal children stay in the foreground group, so that they may read and get Ctrl-C.
static int wants_own_group(void) { return !isatty(STDIN_FILENO); }

// Starts a shell; `child_end` becomes its descriptor `place`, unless that is < 0. 0 or an errno.
static int spawn(pid_t *child, const char *command, int child_end, int place, int own_group) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGINT);
  sigaddset(&defaults, SIGURG);
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  if (place >= 0) posix_spawn_file_actions_adddup2(&actions, child_end, place);
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  if (own_group) flags |= POSIX_SPAWN_SETPGROUP;
  posix_spawnattr_setflags(&attributes, flags);
  char *const arguments[] = {"sh", "-c", (char *)command, NULL};
  // What has been printed so far comes before what the child prints.
  fflush(NULL);
  int failure = posix_spawn(child, "/bin/sh", &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

// Ends a child that nobody waits for any more: asks it to, then makes it.
static void end_child(pid_t child, int leads_group) {
  enum { ROUNDS = 10 };
  const struct timespec pause = {.tv_nsec = 10000000};
  pid_t target = leads_group ? -child : child;
  kill(target, SIGTERM);
  for (int round = 0; round < ROUNDS; round++) {
    if (waitpid(child, NULL, WNOHANG) != 0) {
      if (leads_group) kill(target, SIGKILL);
      return;
    }
    nanosleep(&pause, NULL);
  }
  kill(target, SIGKILL);
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
}

// The status of a child as luaL_execresult takes it. It ends with the run that waits for it.
static int await(lua_State *L, pid_t child, int leads_group) {
  int status;
  for (;;) {
    if (lb_stopping(L)) {
      end_child(child, leads_group);
      errno = 0;
      return SIGTERM;
    }
    if (waitpid(child, &status, 0) >= 0) {
      errno = 0;  // luaL_execresult takes it for the failure otherwise
      return status;
    }
    if (errno != EINTR) return -1;
  }
}

int lb_execute_process(lua_State *L) {
  const char *command = luaL_optstring(L, 1, NULL);
  if (!command) return lua_pushboolean(L, access("/bin/sh", X_OK) == 0), 1;
  pid_t child;
  int own_group = wants_own_group();
  errno = spawn(&child, command, -1, -1, own_group);
  if (errno) return luaL_execresult(L, -1);
  int status = await(L, child, own_group);
  lb_poll(L, 0);
  return luaL_execresult(L, status);
}

static int close_pipe(lua_State *L) {
  Pipe *pipe = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  fclose(pipe->stream.f);
  return luaL_execresult(L, await(L, pipe->child, pipe->leads_group));
}

int lb_is_process(lua_State *L, int index) {
  const luaL_Stream *stream = luaL_testudata(L, index, LUA_FILEHANDLE);
  return stream && stream->closef == close_pipe;
}

void lb_abandon_process(lua_State *L) {
  Pipe *pipe = lua_touserdata(L, 1);
  pipe->stream.closef = NULL;
  fclose(pipe->stream.f);
  if (!pipe->reads) {
    // What was written to it is to be worked on to the end, as by a pager.
    await(L, pipe->child, pipe->leads_group);
  } else if (lb_stopping(L)) {
    end_child(pipe->child, pipe->leads_group);
  } else {
    // It may still have something to do, which nobody waits for.
    waitpid(pipe->child, NULL, WNOHANG);
  }
}

static Pipe *push_pipe(lua_State *L) {
  Pipe *pipe = lua_newuserdatauv(L, sizeof *pipe, 0);
  memset(pipe, 0, sizeof *pipe);  // a file without closef counts as closed
  luaL_setmetatable(L, LUA_FILEHANDLE);
  return pipe;
}

int lb_open_process(lua_State *L) {
  const char *command = luaL_checkstring(L, 1);
  const char *mode = luaL_optstring(L, 2, "r");
  luaL_argcheck(L, (*mode == 'r' || *mode == 'w') && !mode[1], 2, "invalid mode");
  Pipe *file = push_pipe(L);
  int ends[2], reads = *mode == 'r';
  if (pipe2(ends, O_CLOEXEC) != 0) return luaL_fileresult(L, 0, command);
  int ours = ends[!reads], theirs = ends[reads];
  file->reads = reads;
  file->leads_group = wants_own_group();
  int failure = spawn(&file->child, command, theirs, reads, file->leads_group);
  close(theirs);
  if (failure) {
    close(ours);
    errno = failure;
    return luaL_fileresult(L, 0, command);
  }
  file->stream.f = fdopen(ours, mode);
  if (!file->stream.f) {
    end_child(file->child, file->leads_group);
    return luaL_fileresult(L, 0, command);
  }
  file->stream.closef = close_pipe;
  return 1;
}
