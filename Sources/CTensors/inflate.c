/* Deflate, read with canonical Huffman codes one bit at a time: archives of arrays are small beside
 * what is done with them, and this has few places for a mistake. */
#include "ct_inflate.h"

#include <string.h>

typedef struct {
  const uint8_t *in;
  int64_t length, at;
  uint32_t bits;
  int count;
  uint8_t *out;
  int64_t size, done;
  int broken;
} stream;

static uint32_t take_bits(stream *s, int wanted) {
  while (s->count < wanted) {
    if (s->at >= s->length) {
      s->broken = 1;
      return 0;
    }
    s->bits |= (uint32_t)s->in[s->at++] << s->count;
    s->count += 8;
  }
  uint32_t value = s->bits & ((1u << wanted) - 1);
  s->bits >>= wanted;
  s->count -= wanted;
  return value;
}

typedef struct {
  uint16_t counts[16], symbols[288];
} code;

/* Returns 0 for a code that is not over-subscribed. */
static int build(code *c, const uint8_t *lengths, int n) {
  uint16_t offsets[16] = {0};
  memset(c->counts, 0, sizeof c->counts);
  for (int i = 0; i < n; i++) c->counts[lengths[i]]++;
  int left = 1;
  for (int length = 1; length < 16; length++) {
    left = (left << 1) - c->counts[length];
    if (left < 0) return 1;
  }
  for (int length = 1; length < 15; length++) offsets[length + 1] = offsets[length] + c->counts[length];
  for (int i = 0; i < n; i++)
    if (lengths[i]) c->symbols[offsets[lengths[i]]++] = (uint16_t)i;
  return 0;
}

static int symbol(stream *s, const code *c) {
  int value = 0, first = 0, index = 0;
  for (int length = 1; length < 16; length++) {
    value |= (int)take_bits(s, 1);
    if (s->broken) return -1;
    int count = c->counts[length];
    if (value - count < first) return c->symbols[index + (value - first)];
    index += count;
    first = (first + count) << 1;
    value <<= 1;
  }
  s->broken = 1;
  return -1;
}

static void codes(stream *s, const code *literals, const code *distances) {
  static const uint16_t base[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                    31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
  static const uint8_t extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                    2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
  static const uint16_t far_base[30] = {1,   2,   3,   4,   5,   7,    9,    13,   17,   25,
                                        33,  49,  65,  97,  129, 193,  257,  385,  513,  769,
                                        1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
  static const uint8_t far_extra[30] = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                        6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};
  while (!s->broken) {
    int value = symbol(s, literals);
    if (value < 0 || value == 256) return;
    if (value < 256) {
      if (s->done >= s->size) s->broken = 1;
      else s->out[s->done++] = (uint8_t)value;
      continue;
    }
    value -= 257;
    if (value >= 29) break;
    int64_t length = base[value] + (int64_t)take_bits(s, extra[value]);
    int distance = symbol(s, distances);
    if (distance < 0 || distance >= 30) break;
    int64_t back = far_base[distance] + (int64_t)take_bits(s, far_extra[distance]);
    if (s->broken || back > s->done || length > s->size - s->done) break;
    for (int64_t i = 0; i < length; i++, s->done++) s->out[s->done] = s->out[s->done - back];
  }
  s->broken = 1;
}

static void stored(stream *s) {
  s->bits = 0;
  s->count = 0;
  if (s->length - s->at < 4) {
    s->broken = 1;
    return;
  }
  int64_t length = s->in[s->at] | s->in[s->at + 1] << 8;
  int64_t check = s->in[s->at + 2] | s->in[s->at + 3] << 8;
  s->at += 4;
  if (length != (~check & 0xFFFF) || length > s->length - s->at || length > s->size - s->done) {
    s->broken = 1;
    return;
  }
  memcpy(s->out + s->done, s->in + s->at, (size_t)length);
  s->at += length;
  s->done += length;
}

static void fixed(stream *s) {
  uint8_t lengths[288], far[30];
  for (int i = 0; i < 288; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  memset(far, 5, sizeof far);
  code literals, distances;
  build(&literals, lengths, 288);
  build(&distances, far, 30);
  codes(s, &literals, &distances);
}

static void dynamic(stream *s) {
  static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  int literal_count = (int)take_bits(s, 5) + 257, far_count = (int)take_bits(s, 5) + 1;
  int code_count = (int)take_bits(s, 4) + 4, at = 0;
  uint8_t lengths[320] = {0};
  code first, literals, distances;
  for (int i = 0; i < code_count; i++) lengths[order[i]] = (uint8_t)take_bits(s, 3);
  if (s->broken || literal_count > 286 || far_count > 30 || build(&first, lengths, 19)) {
    s->broken = 1;
    return;
  }
  memset(lengths, 0, sizeof lengths);
  while (at < literal_count + far_count) {
    int value = symbol(s, &first), repeat = 1, length = value;
    if (value < 0) return;
    if (value > 15) {
      length = value == 16 && at > 0 ? lengths[at - 1] : 0;
      if (value == 16 && at == 0) s->broken = 1;
      repeat = value == 16 ? 3 + (int)take_bits(s, 2) : value == 17 ? 3 + (int)take_bits(s, 3) : 11 + (int)take_bits(s, 7);
    }
    if (s->broken || at + repeat > literal_count + far_count) {
      s->broken = 1;
      return;
    }
    while (repeat-- > 0) lengths[at++] = (uint8_t)length;
  }
  if (build(&literals, lengths, literal_count) || build(&distances, lengths + literal_count, far_count)) {
    s->broken = 1;
    return;
  }
  codes(s, &literals, &distances);
}

int ct_inflate(uint8_t *out, int64_t size, const uint8_t *in, int64_t length) {
  stream s = {.in = in, .length = length, .out = out, .size = size};
  int last = 0;
  while (!last && !s.broken) {
    last = (int)take_bits(&s, 1);
    uint32_t kind = take_bits(&s, 2);
    if (s.broken) break;
    if (kind == 0) stored(&s);
    else if (kind == 1) fixed(&s);
    else if (kind == 2) dynamic(&s);
    else s.broken = 1;
  }
  return s.broken || s.done != size;
}

uint32_t ct_crc32(const uint8_t *bytes, int64_t count) {
  uint32_t table[256], crc = ~0u;
  for (uint32_t i = 0; i < 256; i++) {
    table[i] = i;
    for (int k = 0; k < 8; k++) table[i] = table[i] & 1 ? table[i] >> 1 ^ 0xEDB88320u : table[i] >> 1;
  }
  for (int64_t i = 0; i < count; i++) crc = table[(crc ^ bytes[i]) & 255] ^ crc >> 8;
  return ~crc;
}
