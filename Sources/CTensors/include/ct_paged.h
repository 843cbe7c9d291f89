#ifndef CT_PAGED_H
#define CT_PAGED_H

#include <stdint.h>

/* How an element of a key-value cache is kept; int8 has one scale per position, head and side. */
enum ct_kv_format { CT_KV_F32, CT_KV_F16, CT_KV_BF16, CT_KV_INT8, CT_KV_FORMATS };

/* One layer's attention over a paged key-value cache. A block holds `block_size` positions of all
 * layers; this layer's part begins `offset` bytes from the block's start and takes
 * ct_kv_layer_bytes(). */
typedef struct {
  int64_t block_size;      /* positions in a block: 1 to 1024; multiples of 16 are the fast ones */
  int64_t offset;          /* bytes */
  int64_t heads, kv_heads; /* kv_heads divides heads */
  int64_t head_dim;        /* of keys and queries */
  int64_t value_dim;       /* of values and outputs */
  int64_t window;          /* positions that a token sees, itself included; 0: all before it */
  float scale;             /* scores are multiplied with it */
  float softcap;           /* 0: none; else cap * tanh(score / cap) */
  int32_t format;          /* enum ct_kv_format */
} ct_attention;

/* Consecutive rows of a batch that belong to one sequence: rows row ..< row + count stand at
 * positions first ..< first + count. Blocks that lie wholly before every row's window are not
 * touched and may be NULL. */
typedef struct {
  void *const *blocks; /* the sequence's blocks in order */
  int64_t first, row, count;
} ct_span;

/* Bytes of one layer in a block, a multiple of 64. The layout is private to the kernels. */
int64_t ct_kv_layer_bytes(int format, int64_t block_size, int64_t kv_heads, int64_t head_dim,
                          int64_t value_dim);

/* Stores keys [rows][kv_heads * head_dim] and values [rows][kv_heads * value_dim] (row strides in
 * floats) at the spans' positions. Half floats saturate at 65504. */
void ct_kv_store(const ct_attention *a, const ct_span *spans, int64_t count, const float *keys,
                 int64_t key_stride, const float *values, int64_t value_stride);

/* Unpacks keys and values of one position and head to floats; for tests and tools. A fork copies
 * whole blocks by memcpy. */
void ct_kv_load(const ct_attention *a, void *const *blocks, int64_t position, int64_t kv_head,
                float *key, float *value);

/* out[row] = softmax(q . K * scale) V on the process's threads, without a score matrix; causal
 * inside a span. Row r of `q` holds heads * head_dim floats at q + r * q_stride, of `out`
 * heads * value_dim. Query head h looks at key head h / (heads / kv_heads).
 *
 * `scores`, where not NULL, takes the softmax [rows][heads][columns]: 0 where a row does not look;
 * `columns` is at least the longest first + count.
 *
 * A row's bits depend on nothing but its query and its sequence's cache: not on other rows, on how
 * a prompt is cut into calls, or on threads. */
void ct_attend(const ct_attention *a, const ct_span *spans, int64_t count, const float *q,
               int64_t q_stride, float *out, int64_t out_stride, float *scores, int64_t columns);

/* Makes attention use an instruction set (enum of ct_matvec.h), for tests; CT_SIMD_BEST undoes it.
 * One that the processor lacks is not for calling. */
void ct_attention_use(int simd);

#endif
