#define _GNU_SOURCE

#include "CEditSupport.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <histedit.h>

#define PROMPT_MAX 256
#define ACT_KEY 1

struct CEditDisplay {
  EditLine *line;
  FILE *silent;
  CEditCallbacks callbacks;
  int ended;
  wchar_t prompt[PROMPT_MAX];
};

static CEditDisplay *display_of(EditLine *line) {
  void *data = NULL;
  el_wget(line, EL_CLIENTDATA, &data);
  return data;
}

static wchar_t *give_prompt(EditLine *line) { return display_of(line)->prompt; }

// libedit asks for a character: every event becomes the one key that is bound to `act`, except
// the two that end a line in libedit's own way.
static int give_character(EditLine *line, wchar_t *character) {
  CEditDisplay *display = display_of(line);
  int event = display->callbacks.next(display->callbacks.context);
  switch (event) {
  case CEDIT_ACCEPT:
    display->ended = event;
    *character = L'\n';
    return 1;
  case CEDIT_END:
    display->ended = event;
    return 0;
  case CEDIT_INTERRUPT:
    display->ended = event;
    errno = EINTR;
    return -1;
  default:
    *character = ACT_KEY;
    return 1;
  }
}

static unsigned char act(EditLine *line, wint_t character) {
  (void)character;
  CEditDisplay *display = display_of(line);
  switch (display->callbacks.perform(display->callbacks.context)) {
  case CEDIT_REDRAW:
    return CC_REDISPLAY;
  default:
    return CC_REFRESH;
  }
}

static bool can_move_cursor(EditLine *line) {
  char *clear = NULL, *up = NULL;
  return el_get(line, EL_GETTC, "ce", &clear) == 0 && clear != NULL && clear[0] != '\0' &&
         el_get(line, EL_GETTC, "up", &up) == 0 && up != NULL && up[0] != '\0';
}

CEditDisplay *cedit_open(CEditCallbacks callbacks) {
  CEditDisplay *display = calloc(1, sizeof *display);
  if (display == NULL) return NULL;
  display->callbacks = callbacks;
  // libedit writes its complaint about an unknown terminal here; the caller has a better one.
  display->silent = fopen("/dev/null", "we");
  if (display->silent != NULL)
    display->line = el_init("orrery", stdin, stdout, display->silent);
  if (display->line == NULL || !can_move_cursor(display->line)) {
    cedit_close(display);
    return NULL;
  }
  el_wset(display->line, EL_CLIENTDATA, display);
  el_wset(display->line, EL_SIGNAL, 0);
  el_wset(display->line, EL_EDITOR, L"emacs");
  el_wset(display->line, EL_PROMPT_ESC, give_prompt, L'\1');
  el_wset(display->line, EL_GETCFN, give_character);
  el_wset(display->line, EL_ADDFN, L"orrery-act", L"acts on the event", act);
  el_wset(display->line, EL_BIND, L"^A", L"orrery-act", NULL);
  el_wset(display->line, EL_BIND, L"\\n", L"ed-newline", NULL);
  return display;
}

void cedit_close(CEditDisplay *display) {
  if (display->line != NULL) el_end(display->line);
  if (display->silent != NULL) fclose(display->silent);
  free(display);
}

void cedit_set_prompt(CEditDisplay *display, const uint32_t *text, size_t count) {
  if (count > PROMPT_MAX - 1) count = PROMPT_MAX - 1;
  for (size_t i = 0; i < count; i++) display->prompt[i] = (wchar_t)text[i];
  display->prompt[count] = L'\0';
}

void cedit_show(CEditDisplay *display, const uint32_t *text, size_t count, size_t cursor) {
  const LineInfoW *info = el_wline(display->line);
  int length = (int)(info->lastchar - info->buffer);
  el_cursor(display->line, (int)(info->lastchar - info->cursor));
  el_deletestr(display->line, length);
  if (count == 0) return;
  wchar_t *copy = malloc((count + 1) * sizeof *copy);
  if (copy == NULL) return;
  for (size_t i = 0; i < count; i++) copy[i] = (wchar_t)text[i];
  copy[count] = L'\0';
  if (el_winsertstr(display->line, copy) == 0)
    el_cursor(display->line, (int)cursor - (int)count);
  free(copy);
}

int cedit_run(CEditDisplay *display) {
  int count = 0;
  display->ended = CEDIT_END;
  el_wgets(display->line, &count);
  return display->ended;
}

void cedit_resized(CEditDisplay *display) { el_resize(display->line); }

void cedit_suspend(CEditDisplay *display) { el_wset(display->line, EL_PREP_TERM, 0); }

void cedit_resume(CEditDisplay *display) { el_wset(display->line, EL_PREP_TERM, 1); }

int cedit_columns(uint32_t scalar) { return wcwidth((wchar_t)scalar); }
