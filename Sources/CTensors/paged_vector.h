/* The vector of LANES floats that attention kernels are written in. */

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
/* Minus zero is what adds nothing: the compiler makes it a broadcast. */
#define SPLAT(x) ((x) - (vec){0})

typedef float vec __attribute__((vector_size(LANES * 4)));
typedef int32_t ivec __attribute__((vector_size(LANES * 4)));
typedef uint32_t uvec __attribute__((vector_size(LANES * 4)));

/* Powers of two from here on down count as zero: a weight of 2^-100 is nothing beside the greatest,
 * which is 1, and results too small for normal numbers are slow. */
#define NOTHING (-100.0f)

/* 2^r for r in -0.5 ... 0.5 (Cephes exp2f). */
INLINE vec power_of_fraction(vec r) {
  vec p = r * 1.535336188319500e-4f + 1.339887440266574e-3f;
  p = p * r + 9.618437357674640e-3f;
  p = p * r + 5.550332471162809e-2f;
  p = p * r + 2.402264791363012e-1f;
  p = p * r + 6.931472028550421e-1f;
  return p * r + 1.0f;
}

/* 2^n for whole n in -126 ... 127. */
INLINE __attribute__((unused)) vec whole_power(vec n) {
  return (vec)((__builtin_convertvector(n, ivec) + 127) << 23);
}
