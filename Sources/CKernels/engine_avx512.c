/* The machine for AVX-512. */

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "machine.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(                                                      \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi,bmi2,lzcnt,popcnt"))), \
    apply_to = function)
#pragma STDC FP_CONTRACT OFF

#define OK_LEVEL 3
#include "engine.h"

const ok_engine ok_engine_avx512 = {ok_step, ok_function_of, ok_operation_of};

#pragma clang attribute pop
#endif
