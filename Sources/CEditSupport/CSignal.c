#define _GNU_SOURCE

#include "CEditSupport.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

// Handlers touch nothing but these.
static int pipe_ends[2] = {-1, -1};
static volatile sig_atomic_t editing, running, interrupts, waiting;
static void (*volatile interrupt_code)(void *);
static void *volatile interrupt_context;
static char note[256];

static void write_all(int descriptor, const char *text) {
  ssize_t written = write(descriptor, text, strlen(text));
  (void)written;
}

static void while_running(void) {
  interrupts = interrupts + 1;
  if (interrupts >= 3) {
    write_all(STDERR_FILENO, "\n");
    _exit(130);
  }
  if (interrupts == 2) write_all(STDERR_FILENO, note);
  if (interrupt_code != NULL) interrupt_code(interrupt_context);
}

static void on_signal(int number) {
  int saved = errno;
  if (editing) {
    char byte = (char)number;
    waiting = 1;
    ssize_t written = write(pipe_ends[1], &byte, 1);
    (void)written;
  } else if (number == SIGINT && running) {
    while_running();
  }
  errno = saved;
}

static void handle(int number, void (*handler)(int), int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

int csignal_install(void) {
  if (pipe_ends[0] >= 0) return pipe_ends[0];
  if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
  return pipe_ends[0];
}

int csignal_take(void) {
  char number;
  // Cleared first: a signal that comes in between is seen again.
  waiting = 0;
  if (read(pipe_ends[0], &number, 1) != 1) return 0;
  waiting = 1;
  return number;
}

bool csignal_waits(void) { return waiting; }

void csignal_begin_editing(void) {
  while (csignal_take() != 0) {
  }
  editing = 1;
  static const int numbers[] = {SIGINT, SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) handle(numbers[i], on_signal, 0);
}

void csignal_end_editing(void) {
  editing = 0;
  static const int numbers[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) handle(numbers[i], SIG_DFL, 0);
}

void csignal_begin_running(void (*interrupt)(void *), void *context, const char *text) {
  strncpy(note, text, sizeof note - 1);
  interrupts = 0;
  interrupt_context = context;
  interrupt_code = interrupt;
  running = 1;
  // A read of standard input by the running code must come back when it is interrupted.
  handle(SIGINT, on_signal, 0);
}

void csignal_end_running(void) {
  running = 0;
  interrupt_code = NULL;
}

int csignal_interrupts(void) { return interrupts; }

void csignal_stop_now(void) {
  handle(SIGTSTP, SIG_DFL, 0);
  raise(SIGTSTP);
  handle(SIGTSTP, on_signal, 0);
}
