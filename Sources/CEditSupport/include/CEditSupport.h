// libedit's variadic interface and signal handling, as plain functions Swift can call.
#ifndef CEDITSUPPORT_H
#define CEDITSUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- The display: libedit draws a prompt and a text and keeps the terminal's modes. ----

typedef struct CEditDisplay CEditDisplay;

// What libedit does after an event.
enum { CEDIT_PERFORM = 1, CEDIT_ACCEPT = 2, CEDIT_END = 3, CEDIT_INTERRUPT = 4 };
// How libedit draws after a command.
enum { CEDIT_REFRESH = 0, CEDIT_REDRAW = 1, CEDIT_CLEAR = 2 };

typedef struct {
  void *context;
  // Waits for an event; one of CEDIT_PERFORM ... CEDIT_INTERRUPT.
  int (*next)(void *context);
  // Acts on the event; one of CEDIT_REFRESH ... CEDIT_CLEAR.
  int (*perform)(void *context);
} CEditCallbacks;

// Returns NULL where the terminal cannot move its cursor.
CEditDisplay *cedit_open(CEditCallbacks callbacks);
void cedit_close(CEditDisplay *display);
// Code points and their number; '\1' encloses escapes that take no columns. At most 255.
void cedit_set_prompt(CEditDisplay *display, const uint32_t *text, size_t count);
void cedit_show(CEditDisplay *display, const uint32_t *text, size_t count, size_t cursor);
// Draws the prompt and serves events until one ends the line; returns what ended it.
int cedit_run(CEditDisplay *display);
// How many columns libedit counts for a code point; -1 for one that is not printable.
int cedit_columns(uint32_t scalar);
void cedit_resized(CEditDisplay *display);
// Gives the terminal its own modes back, and takes them again.
void cedit_suspend(CEditDisplay *display);
void cedit_resume(CEditDisplay *display);

// ---- Signals: a pipe while a line is edited, the interpreter's interrupt while code runs. ----

// Installs the handlers once; returns the descriptor to poll, or -1 with errno.
int csignal_install(void);
// While editing, SIGINT, SIGWINCH, SIGTSTP, SIGCONT, SIGTERM and SIGHUP put one byte (their number)
// into the pipe.
void csignal_begin_editing(void);
void csignal_end_editing(void);
// Takes the number of the next signal out of the pipe; 0 when there is none.
int csignal_take(void);
// True when a signal waits in the pipe: keys that come with it were pressed after it.
bool csignal_waits(void);
// While code runs, the first SIGINT calls `interrupt`, the second also writes the note to stderr,
// the third ends the process with status 130. The note is copied.
void csignal_begin_running(void (*interrupt)(void *), void *context, const char *note);
void csignal_end_running(void);
// How many interrupts came since the code was started.
int csignal_interrupts(void);
// Stops the process as if no handler were there, and returns when it goes on.
void csignal_stop_now(void);

#endif
