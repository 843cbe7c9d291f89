// What a translated pattern consists of; shared by the translator and the matcher only.
#ifndef LB_MATCHER_ITEMS_H
#define LB_MATCHER_ITEMS_H

#include "matcher.h"

enum {
  // Items that accept one byte, and so can be repeated.
  ITEM_BYTE,
  ITEM_SET,
  ITEM_ANY,
  ITEM_LAST_SINGLE = ITEM_ANY,
  ITEM_OPEN,
  ITEM_CLOSE,
  ITEM_BALANCED,
  ITEM_FRONTIER,
  ITEM_REPEATED,
  ITEM_END,
  ITEM_NEVER,  // a reference to a position: it has no text
  ITEM_FAULT,
  ITEM_ACCEPT,
};

// The first two need a byte.
enum { REPEAT_ONCE, REPEAT_SOME, REPEAT_MANY, REPEAT_FEW, REPEAT_MAYBE };

enum { CAPTURE_OPEN, CAPTURE_CLOSED, CAPTURE_POSITION };

static inline int lb_set_has(const lb_ByteSet *set, uint8_t byte) {
  return set->bits[byte >> 6] >> (byte & 63) & 1;
}

// Raises the error that the fault item stands for.
_Noreturn void lb_matcher_fail(lb_Matcher *m);

#endif
