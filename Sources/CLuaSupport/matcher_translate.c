// Translating a Lua pattern into items.
#include <ctype.h>
#include <string.h>

#include "matcher.h"
#include "matcher_items.h"

enum {
  FAULT_ENDS_WITH_ESCAPE,
  FAULT_OPEN_SET,
  FAULT_NO_FRONTIER_SET,
  FAULT_BALANCE_ARGUMENTS,
  FAULT_NOTHING_TO_CLOSE,
  FAULT_TOO_MANY_CAPTURES,
  FAULT_CAPTURE_INDEX,
};

_Noreturn void lb_matcher_fail(lb_Matcher *m) {
  static const char *const texts[] = {
      [FAULT_ENDS_WITH_ESCAPE] = "malformed pattern (ends with '%')",
      [FAULT_OPEN_SET] = "malformed pattern (missing ']')",
      [FAULT_NO_FRONTIER_SET] = "missing '[' after '%f' in pattern",
      [FAULT_BALANCE_ARGUMENTS] = "malformed pattern (missing arguments to '%b')",
      [FAULT_NOTHING_TO_CLOSE] = "invalid pattern capture",
      [FAULT_TOO_MANY_CAPTURES] = "too many captures",
  };
  if (m->fault == FAULT_CAPTURE_INDEX) {
    luaL_error(m->L, "invalid capture index %%%d", m->fault_index);
  }
  luaL_error(m->L, "%s", texts[m->fault]);
  __builtin_unreachable();
}

// ---- Classes and sets

static const char class_letters[] = "acdglpsuwxz";
enum { CLASSES = sizeof class_letters - 1 };
static lb_ByteSet classes[2][CLASSES];  // as named, and the complements

static int belongs(int letter, int byte) {
  switch (letter) {
    case 'a': return isalpha(byte);
    case 'c': return iscntrl(byte);
    case 'd': return isdigit(byte);
    case 'g': return isgraph(byte);
    case 'l': return islower(byte);
    case 'p': return ispunct(byte);
    case 's': return isspace(byte);
    case 'u': return isupper(byte);
    case 'w': return isalnum(byte);
    case 'x': return isxdigit(byte);
    default: return byte == 0;  // %z, as in Lua 5.1
  }
}

void lb_matcher_learn_classes(void) {
  for (int i = 0; i < CLASSES; i++) {
    lb_ByteSet set = {{0}};
    for (int byte = 0; byte < 256; byte++) {
      if (belongs(class_letters[i], byte)) set.bits[byte >> 6] |= UINT64_C(1) << (byte & 63);
    }
    for (int word = 0; word < 4; word++) {
      classes[0][i].bits[word] = set.bits[word];
      classes[1][i].bits[word] = ~set.bits[word];
    }
  }
}

// The set of a class letter, or NULL where the letter stands for itself.
static const lb_ByteSet *class_named(uint8_t letter) {
  uint8_t lower = letter | 0x20;
  if (lower < 'a' || lower > 'z' || (letter & 0xC0) != 0x40) return NULL;
  const char *found = memchr(class_letters, lower, CLASSES);
  return found ? &classes[letter != lower][found - class_letters] : NULL;
}

static inline void add_byte(lb_ByteSet *set, uint8_t byte) {
  set->bits[byte >> 6] |= UINT64_C(1) << (byte & 63);
}

static void add_class(lb_ByteSet *set, uint8_t letter) {
  const lb_ByteSet *class = class_named(letter);
  if (!class) {
    add_byte(set, letter);
  } else {
    for (int word = 0; word < 4; word++) set->bits[word] |= class->bits[word];
  }
}

// The byte after a set that begins at p, behind its "[", or NULL where no "]" closes it. The first
// byte always belongs to the set, so "[]]" is a set of one.
static const char *set_end(const char *p, const char *end) {
  if (p < end && *p == '^') p++;
  const char *first = p;
  while (p < end && (*p != ']' || p == first)) {
    p += *p == '%' && p + 1 < end ? 2 : 1;
    if (p > end) return NULL;
  }
  return p < end ? p + 1 : NULL;
}

// Fills a set from the text between "[" and "]".
static void fill_set(lb_ByteSet *set, const char *p, const char *close) {
  int inverted = *p == '^';
  if (inverted) p++;
  memset(set, 0, sizeof *set);
  while (p < close) {
    if (*p == '%' && p + 1 < close) {
      add_class(set, (uint8_t)p[1]);
      p += 2;
    } else if (p + 2 < close && p[1] == '-') {
      for (int byte = (uint8_t)p[0]; byte <= (uint8_t)p[2]; byte++) add_byte(set, (uint8_t)byte);
      p += 3;
    } else {
      add_byte(set, (uint8_t)*p++);
    }
  }
  if (inverted) {
    for (int word = 0; word < 4; word++) set->bits[word] = ~set->bits[word];
  }
}

// ---- Items

typedef struct Translator {
  lb_Matcher *m;
  lb_Item *item;  // the item being made
  const char *p, *end;
  int32_t choice;
  lb_ByteSet *next_set;
} Translator;

static const char *fail_later(Translator *t, int fault) {
  t->m->fault = fault;
  t->item->kind = ITEM_FAULT;
  return NULL;
}

// Reads a set behind its "["; returns what follows it.
static const char *read_set(Translator *t, const char *p) {
  const char *after = set_end(p, t->end);
  if (!after) return fail_later(t, FAULT_OPEN_SET);
  fill_set(t->next_set, p, after - 1);
  t->item->set = t->next_set++;
  return after;
}

// Reads an item that accepts one byte; returns what follows it.
static const char *read_single(Translator *t, const char *p) {
  lb_Item *item = t->item;
  switch (*p) {
    case '.':
      item->kind = ITEM_ANY;
      return p + 1;
    case '[':
      item->kind = ITEM_SET;
      return read_set(t, p + 1);
    case '%':
      if (p + 1 == t->end) return fail_later(t, FAULT_ENDS_WITH_ESCAPE);
      item->set = class_named((uint8_t)p[1]);
      item->kind = item->set ? ITEM_SET : ITEM_BYTE;
      item->byte = (uint8_t)p[1];
      return p + 2;
    default:
      item->kind = ITEM_BYTE;
      item->byte = (uint8_t)*p;
      return p + 1;
  }
}

static const char *read_repeat(Translator *t, const char *p) {
  lb_Item *item = t->item;
  if (!p || p == t->end) return p;
  switch (*p) {
    case '*': item->repeat = REPEAT_MANY; break;
    case '+': item->repeat = REPEAT_SOME; break;
    case '-': item->repeat = REPEAT_FEW; break;
    case '?': item->repeat = REPEAT_MAYBE; break;
    default: return p;
  }
  t->choice = (int32_t)(item - t->m->items);
  return p + 1;
}

static const char *open_capture(Translator *t, const char *p) {
  lb_Matcher *m = t->m;
  if (m->captures >= LB_CAPTURES) return fail_later(t, FAULT_TOO_MANY_CAPTURES);
  int is_position = p < t->end && *p == ')';
  t->item->kind = ITEM_OPEN;
  t->item->byte = (uint8_t)m->captures;
  m->capture[m->captures++].state = is_position ? CAPTURE_POSITION : CAPTURE_OPEN;
  return is_position ? p + 1 : p;
}

static const char *close_capture(Translator *t, const char *p) {
  lb_Matcher *m = t->m;
  int index = m->captures - 1;
  while (index >= 0 && m->capture[index].state != CAPTURE_OPEN) index--;
  if (index < 0) return fail_later(t, FAULT_NOTHING_TO_CLOSE);
  m->capture[index].state = CAPTURE_CLOSED;
  t->item->kind = ITEM_CLOSE;
  t->item->byte = (uint8_t)index;
  return p;
}

static const char *read_reference(Translator *t, const char *p) {
  lb_Matcher *m = t->m;
  int index = *p - '1';
  if (index < 0 || index >= m->captures || m->capture[index].state == CAPTURE_OPEN) {
    m->fault_index = index + 1;
    return fail_later(t, FAULT_CAPTURE_INDEX);
  }
  t->item->kind = m->capture[index].state == CAPTURE_POSITION ? ITEM_NEVER : ITEM_REPEATED;
  t->item->byte = (uint8_t)index;
  return p + 1;
}

static const char *read_balanced(Translator *t, const char *p) {
  if (t->end - p < 2) return fail_later(t, FAULT_BALANCE_ARGUMENTS);
  t->item->kind = ITEM_BALANCED;
  t->item->byte = (uint8_t)p[0];
  t->item->closing = (uint8_t)p[1];
  return p + 2;
}

static const char *read_frontier(Translator *t, const char *p) {
  if (p == t->end || *p != '[') return fail_later(t, FAULT_NO_FRONTIER_SET);
  t->item->kind = ITEM_FRONTIER;
  return read_set(t, p + 1);
}

// Reads the next item; returns what follows it, or NULL after a fault.
static const char *read_item(Translator *t, const char *p) {
  if (*p == '(') return open_capture(t, p + 1);
  if (*p == ')') return close_capture(t, p + 1);
  if (*p == '$' && p + 1 == t->end) {
    t->item->kind = ITEM_END;
    return p + 1;
  }
  if (*p == '%' && p + 1 < t->end) {
    char letter = p[1];
    if (letter == 'b') return read_balanced(t, p + 2);
    if (letter == 'f') return read_frontier(t, p + 2);
    if (letter >= '0' && letter <= '9') return read_reference(t, p + 1);
  }
  return read_repeat(t, read_single(t, p));
}

void lb_matcher_translate(
    lb_Matcher *m, lua_State *L, const char *pattern, size_t length, void *room) {
  m->L = L;
  m->items = room;
  m->sets = (lb_ByteSet *)(m->items + length + 1);
  m->captures = 0;
  m->patience = LB_PATIENCE;
  Translator t = {m, m->items, pattern, pattern + length, -1, m->sets};
  const char *p = pattern;
  while (p && p < t.end) {
    t.item->repeat = REPEAT_ONCE;
    t.item->choice = t.choice;
    p = read_item(&t, p);
    t.item++;
  }
  t.item->kind = ITEM_ACCEPT;
  t.item->choice = t.choice;
}

size_t lb_matcher_room(size_t length) {
  return (length + 1) * sizeof(lb_Item) + length / 3 * sizeof(lb_ByteSet);
}

void lb_matcher_prepare(
    lb_Matcher *m, lua_State *L, const char *pattern, size_t length, lb_SmallProgram *small) {
  void *room = small;
  if (length >= LB_SMALL_ITEMS) {
    luaL_checkstack(L, 1, NULL);
    room = lua_newuserdatauv(L, lb_matcher_room(length), 0);
  }
  lb_matcher_translate(m, L, pattern, length, room);
}
