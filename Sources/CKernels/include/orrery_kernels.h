#ifndef ORRERY_KERNELS_H
#define ORRERY_KERNELS_H

#include "ok_instruction.h"
#include "ok_launch.h"
#include "ok_memory.h"

/* How wide the vectors are that this processor offers the warp machine: 0 for the plain kernels,
 * 2 for AVX2, 3 for AVX-512. */
int ok_vector_level(void);

/* How many cores the process may use. */
int ok_cores(void);

#endif
