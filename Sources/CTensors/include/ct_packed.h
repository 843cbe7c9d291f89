#ifndef CT_PACKED_H
#define CT_PACKED_H

#include <stdint.h>

#include "ct_matvec.h"

/* A weight matrix repacked with 16 rows interleaved: block formats for dot products of small
 * integers, float formats with their values as they are. */
typedef struct {
  void *data; /* 64-byte aligned */
  int64_t rows, cols;
  int32_t format; /* of the matrix that it was made from */
  int32_t layout; /* private to the kernels */
} ct_packed;

/* Bytes that the packed copy of a matrix takes, those of the file but for padding to 16 rows and 32
 * columns and up to a twentieth more in K formats; 0 for an empty matrix. */
int64_t ct_packed_bytes(const ct_matrix *w);

/* Repacks rows first ..< last (multiples of 16, or the end) into out->data, which the caller has
 * allocated; the call for row 0 fills in the other fields. Disjoint rows may be packed at once. */
void ct_pack(const ct_matrix *w, int64_t first, int64_t last, ct_packed *out);

/* Unpacks one row to floats, the very values of the file. */
void ct_packed_row(const ct_packed *w, int64_t row, float *out);

/* Bytes that activations of `tokens` rows of `cols` floats take, enough for every format. */
int64_t ct_activation_bytes(int64_t tokens, int64_t cols);

/* Rounds rows first ..< last of x, which lie `stride` floats apart, to 8 bits with a scale for each
 * 32 values, which block formats read, and keeps the floats beside them, which float formats read.
 * `out` (best 64-byte aligned) is the start of the buffer whatever `first` is. NaN and infinity in x
 * spoil the products, as they should. */
void ct_quantise_activations(const float *x, int64_t stride, int64_t first, int64_t last,
                             int64_t cols, void *out);

/* y[t][r] = sum over k of W[r][k] * x[t][k] for rows first ..< last (multiples of 16, or the end)
 * and all tokens, summed in float. The bits of y[t][r] depend on row r and token t alone: not on how many tokens
 * there are, nor on how rows are split. Stops early when cancelled. */
void ct_packed_matmul(const ct_packed *w, int64_t first, int64_t last, const void *activations,
                      int64_t tokens, float *y, int64_t y_stride);

/* One of several products that read the same activations. */
typedef struct {
  const ct_packed *w;
  float *y;
  int64_t y_stride;
} ct_product;

/* All rows of several products, on the process's threads. */
void ct_packed_matmul_parallel(const ct_product *products, int count, const void *activations,
                               int64_t tokens);

/* The two steps with a given instruction set, for tests. All of them give the same bits. Processors that lack part of AVX-512 (VNNI) have CT_SIMD_AVX2 as their best. */
int ct_packed_simd_best(void);
void ct_quantise_activations_simd(const float *x, int64_t stride, int64_t first, int64_t last,
                                  int64_t cols, void *out, int simd);
void ct_packed_matmul_simd(const ct_packed *w, int64_t first, int64_t last,
                           const void *activations, int64_t tokens, float *y, int64_t y_stride,
                           int simd);

#endif
