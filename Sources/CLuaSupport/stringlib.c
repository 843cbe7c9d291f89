// string.find, match, gmatch and gsub on our matcher; string.rep that can be stopped.
#define _GNU_SOURCE
#include "stringlib.h"

#include <ctype.h>
#include <string.h>

#include "matcher.h"

// A position as users write it, from 1 or from the end, as an offset from 0.
static size_t offset_from(lua_Integer position, size_t length) {
  if (position > 0) return (size_t)position - 1;
  if (position == 0 || position < -(lua_Integer)length) return 0;
  return length - (size_t)-position;
}

static const char *check_subject(lua_State *L, lb_Matcher *m, size_t *length) {
  m->subject = luaL_checklstring(L, 1, length);
  m->end = m->subject + *length;
  return luaL_checkstring(L, 2);
}

// ---- find and match

static int is_plain(const char *pattern, size_t length) {
  for (size_t i = 0; i < length; i++) {
    // No special byte is a NUL, which strchr would find.
    if (pattern[i] && strchr("^$*+?.([%-", pattern[i])) return 0;
  }
  return 1;
}

static int push_place(lua_State *L, const char *subject, const char *start, const char *end) {
  lua_pushinteger(L, start - subject + 1);
  lua_pushinteger(L, end - subject);
  return 2;
}

// memmem is linear whatever it is given, and slow to start; short work is done the short way.
static const char *search_text(const char *s, size_t length, const char *text, size_t n) {
  enum { SHORT_WORK = 4096 };
  if (n == 0) return s;
  if (n > length) return NULL;
  if (length * n > SHORT_WORK) return memmem(s, length, text, n);
  const char *last = s + (length - n);
  while ((s = memchr(s, *text, (size_t)(last - s) + 1))) {
    if (memcmp(s, text, n) == 0) return s;
    if (s++ == last) break;
  }
  return NULL;
}

static int find_plain(lua_State *L, const lb_Matcher *m, size_t from, const char *text, size_t n) {
  const char *start = m->subject + from;
  const char *found = search_text(start, (size_t)(m->end - start), text, n);
  if (!found) return luaL_pushfail(L), 1;
  return push_place(L, m->subject, found, found + n);
}

static int look(lua_State *L, int is_find) {
  lb_Matcher m;
  lb_SmallProgram small;
  size_t length, pattern_length;
  const char *pattern = check_subject(L, &m, &length);
  pattern_length = lua_rawlen(L, 2);
  size_t from = offset_from(luaL_optinteger(L, 3, 1), length);
  if (from > length) return luaL_pushfail(L), 1;
  if (is_find && (lua_toboolean(L, 4) || is_plain(pattern, pattern_length))) {
    return find_plain(L, &m, from, pattern, pattern_length);
  }
  int anchored = pattern_length > 0 && *pattern == '^';
  lb_matcher_prepare(&m, L, pattern + anchored, pattern_length - (size_t)anchored, &small);
  const char *start = m.subject + from;
  const char *end = anchored ? lb_matcher_at(&m, start) : lb_matcher_search(&m, start, &start);
  if (!end) return luaL_pushfail(L), 1;
  if (!is_find) return lb_matcher_push_captures(&m, start, end, 1);
  return push_place(L, m.subject, start, end) + lb_matcher_push_captures(&m, start, end, 0);
}

static int find(lua_State *L) { return look(L, 1); }

static int match(lua_State *L) { return look(L, 0); }

// ---- gmatch

typedef struct Iteration {
  lb_Matcher matcher;
  const char *next;
  const char *last_end;
} Iteration;

static int next_match(lua_State *L) {
  Iteration *state = lua_touserdata(L, lua_upvalueindex(3));
  lb_Matcher *m = &state->matcher;
  m->L = L;
  const char *from = state->next, *start, *end;
  while (from <= m->end && (end = lb_matcher_search(m, from, &start))) {
    if (end != state->last_end) {
      state->next = state->last_end = end;
      return lb_matcher_push_captures(m, start, end, 1);
    }
    from = start + 1;
  }
  return 0;
}

static int gmatch(lua_State *L) {
  size_t length, pattern_length;
  const char *subject = luaL_checklstring(L, 1, &length);
  const char *pattern = luaL_checklstring(L, 2, &pattern_length);
  size_t from = offset_from(luaL_optinteger(L, 3, 1), length);
  lua_settop(L, 2);
  Iteration *state = lua_newuserdatauv(L, sizeof *state + lb_matcher_room(pattern_length), 0);
  lb_matcher_translate(&state->matcher, L, pattern, pattern_length, state + 1);
  state->matcher.subject = subject;
  state->matcher.end = subject + length;
  state->next = subject + (from > length ? length + 1 : from);
  state->last_end = NULL;
  lua_pushcclosure(L, next_match, 3);
  return 1;
}

// ---- gsub

static void add_template(
    lb_Matcher *m, luaL_Buffer *b, const char *text, size_t length, const char *s, const char *e) {
  const char *limit = text + length, *mark;
  while ((mark = memchr(text, '%', (size_t)(limit - text)))) {
    luaL_addlstring(b, text, (size_t)(mark - text));
    char code = mark[1];  // NUL at the end
    if (code == '%') {
      luaL_addchar(b, '%');
    } else if (code == '0') {
      luaL_addlstring(b, s, (size_t)(e - s));
    } else if (code >= '1' && code <= '9') {
      size_t taken;
      const char *capture = lb_matcher_text(m, code - '1', s, e, &taken);
      capture ? luaL_addlstring(b, capture, taken) : luaL_addvalue(b);
    } else {
      luaL_error(m->L, "invalid use of '%c' in replacement string", '%');
    }
    text = mark + 2;
  }
  luaL_addlstring(b, text, (size_t)(limit - text));
}

// Adds what a table or a function gives for a match; returns 0 when that is the match itself.
static int add_answer(lb_Matcher *m, luaL_Buffer *b, int type, const char *s, const char *e) {
  lua_State *L = m->L;
  if (type == LUA_TFUNCTION) {
    lua_pushvalue(L, 3);
    lua_call(L, lb_matcher_push_captures(m, s, e, 1), 1);
  } else {
    lb_matcher_push_capture(m, 0, s, e);
    lua_gettable(L, 3);
  }
  lb_poll(L, 0);
  if (!lua_toboolean(L, -1)) {
    lua_pop(L, 1);
    luaL_addlstring(b, s, (size_t)(e - s));
    return 0;
  }
  if (!lua_isstring(L, -1)) {
    return luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
  }
  luaL_addvalue(b);
  return 1;
}

static int gsub(lua_State *L) {
  lb_Matcher m;
  lb_SmallProgram small;
  size_t length, pattern_length, text_length = 0;
  const char *pattern = check_subject(L, &m, &length);
  pattern_length = lua_rawlen(L, 2);
  int type = lua_type(L, 3);
  lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)length + 1);
  int is_text = type == LUA_TSTRING || type == LUA_TNUMBER;
  luaL_argexpected(
      L, is_text || type == LUA_TTABLE || type == LUA_TFUNCTION, 3, "string/function/table");
  const char *text = is_text ? lua_tolstring(L, 3, &text_length) : NULL;
  int anchored = pattern_length > 0 && *pattern == '^';
  lb_matcher_prepare(&m, L, pattern + anchored, pattern_length - (size_t)anchored, &small);

  luaL_Buffer b;
  luaL_buffinit(L, &b);
  const char *copied = m.subject, *from = m.subject, *last_end = NULL;
  lua_Integer count = 0;
  int changed = 0;
  while (count < most && from <= m.end) {
    const char *start = from;
    const char *end = anchored ? lb_matcher_at(&m, start) : lb_matcher_search(&m, from, &start);
    if (!end) break;
    if (end == last_end) {
      // An empty match where the last one ended does not count.
      from = start + 1;
    } else {
      count++;
      luaL_addlstring(&b, copied, (size_t)(start - copied));
      if (is_text) {
        add_template(&m, &b, text, text_length, start, end);
        changed = 1;
      } else {
        changed |= add_answer(&m, &b, type, start, end);
      }
      copied = from = last_end = end;
    }
    if (anchored) break;
  }
  if (!changed) {
    lua_pushvalue(L, 1);
  } else {
    luaL_addlstring(&b, copied, (size_t)(m.end - copied));
    luaL_pushresult(&b);
  }
  lua_pushinteger(L, count);
  return 2;
}

// ---- rep

enum { CHUNK = 4 << 20 };

// Fills a block with copies of its first `unit` bytes, each copy as large as what is there.
static void fill(lua_State *L, char *block, size_t unit, size_t total) {
  for (size_t done = unit; done < total;) {
    size_t count = done < total - done ? done : total - done;
    if (count > CHUNK) count = CHUNK - CHUNK % unit;
    if (count == 0 || count > done) count = done < total - done ? done : total - done;
    memcpy(block + done, block, count);
    done += count;
    if (count >= CHUNK / 2) lb_poll(L, (int64_t)count / 64);
  }
}

static int fits_twice(const lb_Context *context, size_t total) {
  return context->used < context->limit && (context->limit - context->used) / 2 >= total;
}

// The text is made in a buffer and then copied into a string: refused at once when both cannot be.
static void check_room(lua_State *L, size_t total) {
  if (total < CHUNK || fits_twice(lb_context(L), total)) return;
  lb_collect(L);
  if (fits_twice(lb_context(L), total)) return;
  lua_pushliteral(L, "not enough memory");
  lua_error(L);
}

static int rep(lua_State *L) {
  size_t length, gap;
  const char *text = luaL_checklstring(L, 1, &length);
  lua_Integer times = luaL_checkinteger(L, 2);
  const char *between = luaL_optlstring(L, 3, "", &gap);
  if (times <= 0 || length + gap == 0) return lua_pushliteral(L, ""), 1;
  size_t unit = length + gap;
  if (unit < length || unit > (size_t)LUA_MAXINTEGER / (size_t)times) {
    return luaL_error(L, "resulting string too large");
  }
  size_t total = (size_t)times * unit - gap;
  check_room(L, total);
  luaL_Buffer b;
  char *block = luaL_buffinitsize(L, &b, total);
  memcpy(block, text, length);
  if (total > length) {
    memcpy(block + length, between, gap);
    fill(L, block, unit, total);
  }
  luaL_pushresultsize(&b, total);
  return 1;
}

// ---- lower, upper and reverse: one pass, in pieces

typedef void (*Pass)(char *to, const char *from, size_t done, size_t count, size_t total);

static void lower_piece(char *to, const char *from, size_t done, size_t count, size_t total) {
  (void)total;
  for (size_t i = done; i < done + count; i++) to[i] = (char)tolower((uint8_t)from[i]);
}

static void upper_piece(char *to, const char *from, size_t done, size_t count, size_t total) {
  (void)total;
  for (size_t i = done; i < done + count; i++) to[i] = (char)toupper((uint8_t)from[i]);
}

static void reverse_piece(char *to, const char *from, size_t done, size_t count, size_t total) {
  for (size_t i = done; i < done + count; i++) to[i] = from[total - 1 - i];
}

static int map(lua_State *L, Pass pass) {
  size_t total;
  const char *text = luaL_checklstring(L, 1, &total);
  check_room(L, total);
  luaL_Buffer b;
  char *block = luaL_buffinitsize(L, &b, total);
  for (size_t done = 0; done < total;) {
    size_t count = total - done < CHUNK ? total - done : CHUNK;
    pass(block, text, done, count, total);
    done += count;
    if (done < total) lb_poll(L, CHUNK / 64);
  }
  luaL_pushresultsize(&b, total);
  return 1;
}

static int lower(lua_State *L) { return map(L, lower_piece); }

static int upper(lua_State *L) { return map(L, upper_piece); }

static int reverse(lua_State *L) { return map(L, reverse_piece); }

// ---- The library

void lb_open_stringlib(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"find", find}, {"match", match}, {"gmatch", gmatch}, {"gsub", gsub}, {"rep", rep},
      {"lower", lower}, {"upper", upper}, {"reverse", reverse},
      {NULL, NULL},
  };
  lb_matcher_learn_classes();
  lua_getglobal(L, LUA_STRLIBNAME);
  luaL_setfuncs(L, functions, 0);
  lua_pop(L, 1);
}
