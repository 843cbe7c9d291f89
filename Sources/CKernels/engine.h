/* The machine of one vector level: every file that runs lanes, in order. OK_LEVEL is its number. */


/* Vectors are passed to inlined functions only, where no calling convention matters. */
#pragma clang diagnostic ignored "-Wpsabi"

#include "lanes.h"

#include "alu_unary.h"
#include "alu_binary.h"
#include "alu_ternary.h"
#include "alu_convert.h"

#include "access.h"
#include "memory_ops.h"
#include "warp_ops.h"
#include "texture_ops.h"
#include "matrix_ops.h"

#include "interpreter.h"
