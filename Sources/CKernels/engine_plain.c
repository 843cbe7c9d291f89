/* The machine for any processor. */

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "machine.h"

#pragma STDC FP_CONTRACT OFF

#define OK_LEVEL 0
#include "engine.h"

const ok_engine ok_engine_plain = {ok_step, ok_function_of, ok_operation_of};
