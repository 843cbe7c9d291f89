#ifndef ORRERY_KERNELS_H
#define ORRERY_KERNELS_H

/// Lanes of a warp.
#define OK_LANES 32

/// How wide the vectors are that this processor offers the warp machine: 0 for the plain kernels,
/// 2 for AVX2, 3 for AVX-512.
int ok_vector_level(void);

#endif
