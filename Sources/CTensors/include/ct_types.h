#ifndef CT_TYPES_H
#define CT_TYPES_H

#include <stdint.h>

/* What one element is. The order is the order of `DType.allCases` in Swift. */
enum ct_dtype {
  CT_F64, CT_F32, CT_F16, CT_BF16, CT_F8E4M3, CT_F8E5M2, CT_I64, CT_I32, CT_I8, CT_U8, CT_BOOL,
  CT_DTYPES
};

/* Dimensions after neighbours that can be walked as one were joined; shapes have at most this. */
enum { CT_MAX_DIMS = 32 };

/* Elements handled between two looks at the cancellation flag; a chunk of doubles fits in L1. */
enum { CT_CHUNK = 1024 };

/* A strided block of elements: strides count bytes and may be zero or negative. */
typedef struct {
  char *data;
  int32_t dtype;
  int32_t ndim;
  int64_t shape[CT_MAX_DIMS];
  int64_t strides[CT_MAX_DIMS];
} ct_view;

/* The size of one element in bytes. */
int ct_itemsize(int dtype);

/* Converts n elements from one dense block to another; blocks do not overlap.
 * Floats to integers truncate toward zero: 64 and 32 bit clamp at their ends, NaN gives 0; 8 bit
 * wraps what 32 bit gives. Integers to narrower integers wrap. Anything non-zero is true.
 * Narrow floats are rounded once, to nearest even; overflow gives infinity, or NaN for f8e4m3. */
void ct_convert(void *out, int out_dtype, const void *in, int in_dtype, int64_t n);

/* The same, but fp8 overflow and infinities become the largest finite value. */
void ct_convert_saturating(void *out, int out_dtype, const void *in, int in_dtype, int64_t n);

/* Rounds a number once to a float of `ebits` and `mbits`; `specials` 0: infinities and NaN as in
 * IEEE 754, 1: no infinity and one NaN pattern (e4m3), 2: neither (e2m1, saturates). */
uint32_t ct_encode_float(double x, int ebits, int mbits, int specials, int saturate);

/* The value of a pattern of such a float. */
double ct_decode_float(uint32_t bits, int ebits, int mbits, int specials);

/* Reads elements [start, start + n) in row-major order into a dense block of another dtype. */
void ct_load(const ct_view *view, int64_t start, int64_t n, void *out, int out_dtype);

/* Writes a dense block to elements [start, start + n). */
void ct_store(const ct_view *view, int64_t start, int64_t n, const void *in, int in_dtype);

/* Joins neighbouring dimensions that one stride walks, and drops those of size 1. */
void ct_coalesce(ct_view *view);

/* True when the elements lie one after another in row-major order. */
int ct_is_dense(const ct_view *view);

/* The number of elements. */
int64_t ct_count(const ct_view *view);

#endif
