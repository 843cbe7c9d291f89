#ifndef CT_QUANT_H
#define CT_QUANT_H

#include <stdint.h>

/* How the values of a weight matrix are stored. The order is that of `BlockFormat.catalog`. */
enum ct_format {
  CT_FORMAT_F32, CT_FORMAT_F16, CT_FORMAT_BF16, CT_FORMAT_Q4_0, CT_FORMAT_Q4_1, CT_FORMAT_Q5_0,
  CT_FORMAT_Q5_1, CT_FORMAT_Q8_0, CT_FORMAT_Q4_K, CT_FORMAT_Q5_K, CT_FORMAT_Q6_K, CT_FORMATS
};

/* Values in one block, and the bytes that it takes. */
int ct_format_block_size(int format);
int ct_format_block_bytes(int format);

/* Values to blocks and back; `count` is a multiple of the block size. Plain loops: the reference
 * that the fast paths are tested against. Quantising follows ggml's reference rounding; there is
 * none for the K formats, whose search for scales is a matter of taste: it returns 0 for them. */
void ct_dequantise(int format, const void *blocks, int64_t count, float *values);
int ct_quantise(int format, const float *values, int64_t count, void *blocks);

#endif
