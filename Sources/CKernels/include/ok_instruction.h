#ifndef OK_INSTRUCTION_H
#define OK_INSTRUCTION_H

#include <stdint.h>

/* Lanes of a warp. */
#define OK_LANES 32

/* The numbers below are the raw values of the Swift enumerations of the program form; the order is
 * theirs and a test compares the counts. */
enum ok_type {
  OK_PREDICATE, OK_U8, OK_S8, OK_U16, OK_S16, OK_U32, OK_S32, OK_U64, OK_S64, OK_F16, OK_BF16,
  OK_F32, OK_F64, OK_F16X2, OK_BF16X2, OK_TYPE_COUNT
};

enum ok_unary {
  OK_NEGATE, OK_ABSOLUTE, OK_NOT, OK_POPULATION_COUNT, OK_LEADING_ZEROS, OK_HIGHEST_BIT,
  OK_FIND_FIRST_SET, OK_REVERSE_BITS, OK_SQUARE_ROOT, OK_RECIPROCAL_SQUARE_ROOT, OK_RECIPROCAL,
  OK_FLOOR, OK_CEILING, OK_TRUNCATE, OK_ROUND_EVEN, OK_ROUND_AWAY, OK_SINE, OK_COSINE, OK_TANGENT,
  OK_ARC_SINE, OK_ARC_COSINE, OK_ARC_TANGENT, OK_HYPERBOLIC_SINE, OK_HYPERBOLIC_COSINE,
  OK_HYPERBOLIC_TANGENT, OK_INVERSE_HYPERBOLIC_SINE, OK_INVERSE_HYPERBOLIC_COSINE,
  OK_INVERSE_HYPERBOLIC_TANGENT, OK_EXPONENTIAL, OK_EXPONENTIAL2, OK_EXPONENTIAL10,
  OK_EXPONENTIAL_MINUS1, OK_LOGARITHM, OK_LOGARITHM2, OK_LOGARITHM10, OK_LOGARITHM1PLUS,
  OK_CUBE_ROOT, OK_ERROR_FUNCTION, OK_COMPLEMENTARY_ERROR_FUNCTION, OK_GAMMA, OK_LOG_GAMMA,
  OK_INVERSE_ERROR_FUNCTION, OK_NORMAL_DISTRIBUTION, OK_SINE_PI, OK_COSINE_PI, OK_BESSEL_J0,
  OK_BESSEL_J1, OK_IS_NAN, OK_IS_INFINITE, OK_IS_FINITE, OK_SIGN_BIT, OK_UNARY_COUNT
};

enum ok_binary {
  OK_ADD, OK_SUBTRACT, OK_MULTIPLY, OK_DIVIDE, OK_REMAINDER, OK_MINIMUM, OK_MAXIMUM,
  OK_MULTIPLY_HIGH, OK_MULTIPLY_WIDE, OK_MULTIPLY24, OK_AND, OK_OR, OK_XOR, OK_SHIFT_LEFT,
  OK_SHIFT_RIGHT, OK_POWER, OK_ARC_TANGENT2, OK_HYPOTENUSE, OK_FLOAT_REMAINDER,
  OK_IEEE_REMAINDER, OK_COPY_SIGN, OK_POSITIVE_DIFFERENCE, OK_NEXT_AFTER, OK_SCALE_BY_POWER,
  OK_MINIMUM_NAN, OK_MAXIMUM_NAN, OK_AVERAGE, OK_AVERAGE_ROUNDED, OK_ADD_SATURATING,
  OK_SUBTRACT_SATURATING, OK_BINARY_COUNT
};

enum ok_ternary {
  OK_MULTIPLY_ADD, OK_MULTIPLY_ADD_WIDE, OK_MULTIPLY_HIGH_ADD, OK_SUM_OF_DIFFERENCES,
  OK_BIT_FIELD_EXTRACT, OK_BIT_FIELD_INSERT, OK_PERMUTE_BYTES, OK_FUNNEL_SHIFT_LEFT,
  OK_FUNNEL_SHIFT_RIGHT, OK_FUNNEL_SHIFT_LEFT_CLAMPED, OK_FUNNEL_SHIFT_RIGHT_CLAMPED,
  OK_DOT_PRODUCT4, OK_LOGIC3, OK_ADD_ADD, OK_TERNARY_COUNT
};

enum ok_comparison {
  OK_EQUAL, OK_NOT_EQUAL, OK_LESS, OK_LESS_OR_EQUAL, OK_GREATER, OK_GREATER_OR_EQUAL,
  OK_EQUAL_OR_UNORDERED, OK_NOT_EQUAL_ORDERED, OK_LESS_OR_UNORDERED, OK_LESS_OR_EQUAL_OR_UNORDERED,
  OK_GREATER_OR_UNORDERED, OK_GREATER_OR_EQUAL_OR_UNORDERED, OK_ORDERED, OK_UNORDERED,
  OK_COMPARISON_COUNT
};

enum ok_logic { OK_L_AND, OK_L_OR, OK_L_XOR, OK_L_NOT, OK_L_AND_NOT, OK_L_OR_NOT, OK_LOGIC_COUNT };
enum ok_rounding { OK_NEAREST, OK_TOWARD_ZERO, OK_UP, OK_DOWN, OK_ROUNDING_COUNT };

enum ok_atomic {
  OK_A_ADD, OK_A_MINIMUM, OK_A_MAXIMUM, OK_A_AND, OK_A_OR, OK_A_XOR, OK_A_EXCHANGE,
  OK_A_COMPARE_AND_SWAP, OK_A_INCREMENT, OK_A_DECREMENT, OK_ATOMIC_COUNT
};

enum ok_shuffle { OK_S_INDEX, OK_S_UP, OK_S_DOWN, OK_S_XOR, OK_SHUFFLE_COUNT };
enum ok_vote { OK_V_ALL, OK_V_ANY, OK_V_UNIFORM, OK_V_BALLOT, OK_VOTE_COUNT };
enum ok_match { OK_M_ANY, OK_M_ALL, OK_MATCH_COUNT };
enum ok_barrier {
  OK_B_SYNC, OK_B_ARRIVE, OK_B_COUNT, OK_B_AND, OK_B_OR, OK_B_GRID, OK_BARRIER_COUNT
};
enum ok_texture { OK_T_FETCH_1D, OK_T_SAMPLE_1D, OK_T_SAMPLE_2D, OK_TEXTURE_COUNT };

enum ok_space {
  OK_GLOBAL, OK_SHARED, OK_LOCAL, OK_CONSTANT, OK_GENERIC, OK_SPACE_COUNT
};

enum ok_special {
  OK_THREAD_X, OK_THREAD_Y, OK_THREAD_Z, OK_BLOCK_X, OK_BLOCK_Y, OK_BLOCK_Z, OK_BLOCK_SIZE_X,
  OK_BLOCK_SIZE_Y, OK_BLOCK_SIZE_Z, OK_GRID_SIZE_X, OK_GRID_SIZE_Y, OK_GRID_SIZE_Z, OK_LANE,
  OK_WARP, OK_LANE_MASK_EQUAL, OK_LANE_MASK_LESS, OK_LANE_MASK_LESS_OR_EQUAL,
  OK_LANE_MASK_GREATER, OK_LANE_MASK_GREATER_OR_EQUAL, OK_DYNAMIC_SHARED_BYTES,
  OK_TOTAL_SHARED_BYTES, OK_DYNAMIC_SHARED_OFFSET, OK_MULTIPROCESSOR, OK_MULTIPROCESSORS,
  OK_SPECIAL_COUNT
};

/* What an instruction is; `operation` says which of its kind. */
enum ok_kind {
  OK_K_MOVE, OK_K_UNARY, OK_K_BINARY, OK_K_TERNARY, OK_K_COMPARE, OK_K_SELECT, OK_K_LOGIC,
  OK_K_CONVERT, OK_K_LOAD, OK_K_STORE, OK_K_ATOMIC, OK_K_SHUFFLE, OK_K_VOTE, OK_K_MATCH,
  OK_K_REDUCE, OK_K_ACTIVE_MASK, OK_K_BARRIER, OK_K_WARP_BARRIER, OK_K_FENCE, OK_K_BRANCH,
  OK_K_EXIT, OK_K_TRAP, OK_K_PRINT, OK_K_CLOCK, OK_K_TEXTURE, OK_K_MATRIX_LOAD,
  OK_K_MATRIX_STORE, OK_K_MATRIX_MULTIPLY, OK_K_BLOCK, OK_K_GUARD, OK_K_UNGUARD, OK_KIND_COUNT
};

enum ok_flag {
  OK_NEGATED = 1,       /* a guard or branch acts where its predicate is false */
  OK_CONDITION = 2,     /* a branch is a condition of the source */
  OK_WIDE_BASE = 4,     /* an address's base has 64 bits */
  OK_UNIFORM_BASE = 8,  /* all lanes have one base */
  OK_SIGNED_INDEX = 16, /* an index may be negative */
  OK_SATURATES = 32,
  OK_VOLATILE = 64,     /* others may change what it reads meanwhile */
  OK_WIDE_RESULT = 128, /* a 32-bit result goes to a 64-bit register */
  OK_WIDE_COUNT = 256,  /* a shift count has 64 bits */
  OK_PREDICATE_RESULT = 512
};

/* No slot. */
#define OK_NONE UINT32_MAX

typedef struct ok_warp ok_warp;
typedef struct ok_instruction ok_instruction;

/* Runs an instruction for the warp's lanes; what differs from 0 stops the warp. */
typedef int (*ok_function)(ok_warp *warp, const ok_instruction *instruction);

/* One step of a warp: 64 bytes. Slots are byte offsets into the warp's frame: a predicate takes 4
 * bytes, a word 128, a wide register 256. */
struct ok_instruction {
  uint16_t op; /* set by ok_link */
  uint8_t kind, operation, type, from, rounding, count; /* count: values of a memory access */
  uint32_t d, e;       /* results */
  uint32_t a, b, c, x; /* sources; of an address: base and index */
  int32_t site;        /* the number of its counters, -1: none; of a block: its number */
  uint32_t target;     /* a branch's; how many instructions a block has; a scale */
  int64_t offset;      /* of an address; a message; a format */
  uint32_t list;       /* where its slots begin in the program's list, when several */
  uint16_t flags;
  uint8_t space, width; /* width: bytes of one value */
  ok_function call;    /* set by ok_link */
};

/* Chooses what runs each instruction at a vector level. Returns -1, or the number of the first
 * instruction that the machine has nothing for. */
int64_t ok_link(ok_instruction *code, int64_t count, int level);

#endif
