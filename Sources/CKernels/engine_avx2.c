/* The machine for AVX2. */

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "machine.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(                                                      \
    __attribute__((target("avx2,fma,bmi,bmi2,lzcnt,popcnt"))), \
    apply_to = function)
#pragma STDC FP_CONTRACT OFF

#define OK_LEVEL 2
#include "engine.h"

const ok_engine ok_engine_avx2 = {ok_step, ok_function_of, ok_operation_of};

#pragma clang attribute pop
#endif
