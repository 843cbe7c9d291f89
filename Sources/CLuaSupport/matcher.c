// Running a translated pattern.
//
// A Lua pattern is a row of items without groups to repeat, so at any time each repeated item has
// at most one open choice: how much it takes. The choices live in the items themselves, going back
// means going to the nearest earlier item that still has one, and no stack is needed.
#include "matcher.h"

#include <string.h>

#include "matcher_items.h"

enum {
  STRETCH = 1 << 20,        // bytes that one loop passes without looking
  BYTES_A_STEP = 16,        // a byte passed in such a loop costs less than going back
  STEPS_AN_INSTRUCTION = 4  // what a step costs of an instruction budget
};

static __attribute__((noinline)) void out_of_patience(lb_Matcher *m) {
  int64_t spent = LB_PATIENCE - m->patience;
  m->patience = LB_PATIENCE;
  lb_poll(m->L, spent / STEPS_AN_INSTRUCTION);
}

static inline void spend(lb_Matcher *m, int64_t steps) {
  m->patience -= steps;
  if (__builtin_expect(m->patience < 0, 0)) out_of_patience(m);
}

static inline int accepts(const lb_Item *item, const char *s) {
  uint8_t byte = (uint8_t)*s;
  if (item->kind == ITEM_BYTE) return item->byte == byte;
  if (item->kind == ITEM_SET) return item->set->bits[byte >> 6] >> (byte & 63) & 1;
  return 1;
}

// The end of the longest stretch from s that the item accepts byte by byte, up to a limit.
static inline const char *stretch(const lb_Item *item, const char *s, const char *limit) {
  switch (item->kind) {
    case ITEM_BYTE:
      while (s < limit && (uint8_t)*s == item->byte) s++;
      return s;
    case ITEM_SET: {
      const lb_ByteSet set = *item->set;
      while (s < limit && set.bits[(uint8_t)*s >> 6] >> ((uint8_t)*s & 63) & 1) s++;
      return s;
    }
    default:
      return limit;
  }
}

static const char *longest(lb_Matcher *m, const lb_Item *item, const char *s) {
  for (;;) {
    const char *limit = m->end - s > STRETCH ? s + STRETCH : m->end;
    const char *reached = stretch(item, s, limit);
    spend(m, (reached - s) / BYTES_A_STEP);
    if (reached < limit || reached == m->end) return reached;
    s = reached;
  }
}

// %b: the end of a balanced stretch.
static const char *balanced(lb_Matcher *m, const lb_Item *item, const char *s) {
  if (s >= m->end || (uint8_t)*s != item->byte) return NULL;
  const char *looked = s;
  int64_t depth = 1;
  while (++s < m->end) {
    uint8_t byte = (uint8_t)*s;
    if (byte == item->closing) {
      if (--depth == 0) break;
    } else if (byte == item->byte) {
      depth++;
    }
    if (s - looked >= STRETCH) {
      spend(m, STRETCH / BYTES_A_STEP);
      looked = s;
    }
  }
  spend(m, (s - looked) / BYTES_A_STEP);
  return s < m->end ? s + 1 : NULL;
}

// %f: the place between a byte outside the set and one inside; both ends count as byte 0.
static int at_frontier(const lb_Matcher *m, const lb_Item *item, const char *s) {
  uint8_t before = s == m->subject ? 0 : (uint8_t)s[-1];
  uint8_t after = s == m->end ? 0 : (uint8_t)*s;
  return !lb_set_has(item->set, before) && lb_set_has(item->set, after);
}

// %1: the text of a capture once more.
static const char *repeated(lb_Matcher *m, const lb_Item *item, const char *s) {
  const lb_Capture *capture = &m->capture[item->byte];
  size_t length = (size_t)(capture->end - capture->start);
  if ((size_t)(m->end - s) < length || memcmp(capture->start, s, length) != 0) return NULL;
  spend(m, (int64_t)length / BYTES_A_STEP);
  return s + length;
}

// Gives a repeated item its next choice after what follows it has failed; NULL when none is left.
static const char *retry(lb_Matcher *m, lb_Item *item) {
  if (item->repeat == REPEAT_FEW) {
    if (item->to >= m->end || !accepts(item, item->to)) return NULL;
    return ++item->to;
  }
  const lb_Item *next = item + 1;
  if (next->kind > ITEM_LAST_SINGLE || next->repeat > REPEAT_SOME) {
    return item->to > item->from ? --item->to : NULL;
  }
  // What follows needs a byte: pass over the places where it would fail at once.
  const char *s = item->to;
  while (s > item->from) {
    if (accepts(next, --s)) {
      spend(m, (item->to - s) / BYTES_A_STEP);
      return item->to = s;
    }
  }
  spend(m, (item->to - s) / BYTES_A_STEP);
  item->to = s;
  return NULL;
}

// Takes as much as the item does at first; NULL when it cannot be matched here.
static inline const char *take(lb_Matcher *m, lb_Item *item, const char *s) {
  switch (item->repeat) {
    case REPEAT_ONCE:
      return s < m->end && accepts(item, s) ? s + 1 : NULL;
    case REPEAT_MAYBE:
      item->from = s;
      return item->to = s < m->end && accepts(item, s) ? s + 1 : s;
    case REPEAT_FEW:
      return item->to = s;
    case REPEAT_SOME:
      if (s >= m->end || !accepts(item, s)) return NULL;
      item->from = s + 1;
      return item->to = longest(m, item, s + 1);
    default:
      item->from = s;
      return item->to = longest(m, item, s);
  }
}

const char *lb_matcher_at(lb_Matcher *m, const char *s) {
  lb_Item *item = m->items;
  for (;;) {
    const char *reached = s;
    switch (item->kind) {
      case ITEM_BYTE:
      case ITEM_SET:
      case ITEM_ANY:
        reached = take(m, item, s);
        break;
      case ITEM_OPEN:
        m->capture[item->byte].start = s;
        break;
      case ITEM_CLOSE:
        m->capture[item->byte].end = s;
        break;
      case ITEM_BALANCED:
        reached = balanced(m, item, s);
        break;
      case ITEM_FRONTIER:
        if (!at_frontier(m, item, s)) reached = NULL;
        break;
      case ITEM_REPEATED:
        reached = repeated(m, item, s);
        break;
      case ITEM_END:
        if (s != m->end) reached = NULL;
        break;
      case ITEM_NEVER:
        reached = NULL;
        break;
      case ITEM_FAULT:
        lb_matcher_fail(m);
      default:
        return s;
    }
    while (!reached) {
      if (item->choice < 0) return NULL;
      item = m->items + item->choice;
      spend(m, 1);
      reached = retry(m, item);
    }
    s = reached;
    item++;
  }
}

const char *lb_matcher_search(lb_Matcher *m, const char *s, const char **start) {
  const lb_Item *first = m->items;
  while (first->kind == ITEM_OPEN) first++;
  int needs_byte = first->kind <= ITEM_LAST_SINGLE && first->repeat <= REPEAT_SOME;
  for (; s <= m->end; s++) {
    spend(m, 1);
    if (needs_byte) {
      const char *from = s;
      if (first->kind == ITEM_BYTE) {
        s = memchr(s, first->byte, (size_t)(m->end - s));
        if (!s) return NULL;
      } else {
        while (s < m->end && !accepts(first, s)) s++;
        if (s == m->end) return NULL;
      }
      spend(m, (s - from) / BYTES_A_STEP);
    }
    const char *end = lb_matcher_at(m, s);
    if (end) {
      *start = s;
      return end;
    }
  }
  return NULL;
}

const char *lb_matcher_text(
    lb_Matcher *m, int index, const char *start, const char *end, size_t *length) {
  if (index >= m->captures) {
    if (index > 0) luaL_error(m->L, "invalid capture index %%%d", index + 1);
    *length = (size_t)(end - start);
    return start;
  }
  const lb_Capture *capture = &m->capture[index];
  if (capture->state == CAPTURE_POSITION) {
    lua_pushinteger(m->L, capture->start - m->subject + 1);
    return NULL;
  }
  if (capture->state == CAPTURE_OPEN) luaL_error(m->L, "unfinished capture");
  *length = (size_t)(capture->end - capture->start);
  return capture->start;
}

void lb_matcher_push_capture(lb_Matcher *m, int index, const char *start, const char *end) {
  size_t length;
  const char *text = lb_matcher_text(m, index, start, end, &length);
  if (text) lua_pushlstring(m->L, text, length);
}

int lb_matcher_push_captures(lb_Matcher *m, const char *start, const char *end, int whole) {
  int count = m->captures == 0 && whole ? 1 : m->captures;
  luaL_checkstack(m->L, count, "too many captures");
  for (int index = 0; index < count; index++) lb_matcher_push_capture(m, index, start, end);
  return count;
}
