// Lua patterns: a pattern is translated once into a row of items, then run without recursion.
#ifndef LB_MATCHER_H
#define LB_MATCHER_H

#include "CLuaSupport.h"

enum {
  LB_CAPTURES = 32,  // as many as Lua allows
  LB_SMALL_ITEMS = 32,
  LB_SMALL_SETS = 10,   // a set takes three bytes of pattern at least
  LB_PATIENCE = 1 << 14,  // steps between two looks at the stop flag
};

// 256 bits: the bytes that a class or a set accepts.
typedef struct lb_ByteSet {
  uint64_t bits[4];
} lb_ByteSet;

// One element of a pattern, and where the match in progress stands at it.
typedef struct lb_Item {
  uint8_t kind;
  uint8_t repeat;
  uint8_t byte;     // the literal byte, the opening byte of %b, or the number of a capture
  uint8_t closing;  // the closing byte of %b
  int32_t choice;   // the last item before this one that may still be matched otherwise, or -1
  const lb_ByteSet *set;
  const char *from, *to;  // what a repeated item has taken, at the least and now
} lb_Item;

typedef struct lb_Capture {
  const char *start;
  const char *end;
  int state;  // open, closed, or a position; known when the pattern has been translated
} lb_Capture;

typedef struct lb_Matcher {
  lua_State *L;
  const char *subject, *end;
  lb_Item *items;
  lb_ByteSet *sets;
  int fault;        // the error that the last item stands for
  int fault_index;  // and the capture it names
  int captures;
  int64_t patience;  // steps until the stop flag is looked at again
  lb_Capture capture[LB_CAPTURES];
} lb_Matcher;

// Room for the items of a short pattern.
typedef struct lb_SmallProgram {
  lb_Item items[LB_SMALL_ITEMS];
  lb_ByteSet sets[LB_SMALL_SETS];
} lb_SmallProgram;

// Learns what the C locale calls a letter, a digit and so on; again after os.setlocale.
void lb_matcher_learn_classes(void);

// Bytes that hold the program of a pattern of this length.
size_t lb_matcher_room(size_t length);
// Translates a pattern; `room` is as large as lb_matcher_room says. Never raises: a malformed
// pattern is an error only when a match gets as far as the fault, as in Lua's manual examples.
void lb_matcher_translate(
    lb_Matcher *m, lua_State *L, const char *pattern, size_t length, void *room);
// The same with the room on the C stack, or in a userdata left on the Lua stack; may raise.
void lb_matcher_prepare(
    lb_Matcher *m, lua_State *L, const char *pattern, size_t length, lb_SmallProgram *small);

// Matches at one place; returns where the match ends, or NULL. May raise.
const char *lb_matcher_at(lb_Matcher *m, const char *start);
// Searches from a place on; stores where the match begins. May raise.
const char *lb_matcher_search(lb_Matcher *m, const char *from, const char **start);

// The text of a capture, numbered from 0; NULL for a position, which it pushes. May raise.
const char *lb_matcher_text(
    lb_Matcher *m, int index, const char *start, const char *end, size_t *length);
// Pushes one capture, numbered from 0; where a pattern has none, the 0th is the whole match.
void lb_matcher_push_capture(lb_Matcher *m, int index, const char *start, const char *end);
// Pushes all captures; `whole` says that the match stands for them where there are none.
int lb_matcher_push_captures(lb_Matcher *m, const char *start, const char *end, int whole);

#endif
