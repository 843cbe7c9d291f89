#ifndef CT_ELEMENTWISE_H
#define CT_ELEMENTWISE_H

#include "ct_types.h"

/* Computes n elements from dense blocks; `out` may be one of `in`. */
typedef void (*ct_kernel)(void *out, const void *const *in, int64_t n, const double *parameters);

enum ct_unary {
  CT_NEG, CT_ABS, CT_SIGN, CT_SQUARE, CT_SQRT, CT_RSQRT, CT_RECIPROCAL, CT_FLOOR, CT_CEIL,
  CT_ROUND, CT_TRUNC, CT_RELU, CT_EXP, CT_EXPM1, CT_LOG, CT_LOG1P, CT_LOG2, CT_LOG10, CT_SIN,
  CT_COS, CT_TANH, CT_ERF, CT_SIGMOID, CT_SILU, CT_GELU, CT_GELU_TANH, CT_BITNOT, CT_CLAMP,
  CT_SCALE_SHIFT, CT_UNARY_COUNT
};

enum ct_binary {
  CT_ADD, CT_SUB, CT_MUL, CT_DIV, CT_MAXIMUM, CT_MINIMUM, CT_POW, CT_REMAINDER, CT_FMOD,
  CT_FLOOR_DIVIDE, CT_AND, CT_OR, CT_XOR, CT_SHL, CT_SHR, CT_EQ, CT_NE, CT_LT, CT_LE, CT_GT,
  CT_GE, CT_BINARY_COUNT
};

/* The kernel of an operation that computes in `dtype` (f64, f32, i64, i32, i8, u8 or bool), or
 * NULL. Comparisons give bool, the others `dtype`. */
ct_kernel ct_unary_kernel(int operation, int dtype);
ct_kernel ct_binary_kernel(int operation, int dtype);

/* out = in[0] ? in[1] : in[2] where in[0] is bool and the others have `dtype`. */
ct_kernel ct_where_kernel(int dtype);

enum { CT_MAX_INPUTS = 3 };

/* Walks views of one shape: converts each input to `in_dtypes`, runs the kernel, converts from
 * `result_dtype` to the output's. Returns 0, or 1 when stopped by the cancellation flag. */
int ct_map(ct_kernel kernel, const ct_view *out, int result_dtype, const ct_view *in,
           const int32_t *in_dtypes, int inputs, const double *parameters);

/* Copies with conversion; `saturate` as in ct_convert_saturating. */
int ct_copy(const ct_view *out, const ct_view *in, int saturate);

#endif
