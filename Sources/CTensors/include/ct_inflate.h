#ifndef CT_INFLATE_H
#define CT_INFLATE_H

#include <stdint.h>

/* Unpacks a raw deflate stream (RFC 1951) into exactly `size` bytes. Returns 0, or 1 for a stream
 * that is broken or gives another number of bytes. */
int ct_inflate(uint8_t *out, int64_t size, const uint8_t *in, int64_t length);

/* The checksum of ZIP archives (CRC-32 of ISO 3309). */
uint32_t ct_crc32(const uint8_t *bytes, int64_t count);

#endif
