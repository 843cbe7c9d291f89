#ifndef CT_REDUCE_H
#define CT_REDUCE_H

#include "ct_types.h"

enum ct_reduction {
  CT_SUM, CT_SUM_ABS, CT_SUM_SQUARES, CT_SUM_POWERS, CT_COUNT_NONZERO, CT_PROD, CT_MAX, CT_MIN,
  CT_MAX_ABS, CT_MIN_ABS, CT_ARGMAX, CT_ARGMIN, CT_ANY, CT_ALL, CT_VARIANCE, CT_LOGSUMEXP,
  CT_NANSUM, CT_REDUCTIONS
};

/* Reduces the last dimensions of a view, `reduced` of them, to one f64 (or i64, when `integer`)
 * per element of the others; `out` is dense. CT_VARIANCE gives the sum of squared deviations,
 * CT_SUM_POWERS that of |x|^parameter, arg-reductions an i64 position in the reduced block.
 *
 * Sums carry a compensation (Neumaier) over blocks whose bounds depend on the shape alone, so any
 * number of threads gives the same bits. NaN passes on. Returns 1 when stopped. */
int ct_reduce(int reduction, const ct_view *in, int reduced, int integer, double parameter,
              void *out);

enum ct_scan_kind { CT_CUMSUM, CT_CUMPROD, CT_CUMMAX, CT_CUMMIN, CT_LOGCUMSUMEXP };

/* Scans along the last dimension; `out` and `positions` (i64, may be NULL) are views of the same
 * shape. Computes in f64, or in i64 when `integer`. */
int ct_scan(int kind, const ct_view *in, int integer, const ct_view *out, const ct_view *positions);

#endif
