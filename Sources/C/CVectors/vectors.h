#pragma once

// Choices between vectors by comparison. Swift's library compares lane by lane, and whether the compiler
// joins the lanes again depends on what stands around it; here a comparison is one instruction.

typedef float float8 __attribute__((ext_vector_type(8)));

// Where a > b one vector, elsewhere the other.
static inline __attribute__((always_inline)) float8 where_greater(
    float8 a, float8 b, float8 yes, float8 no) {
  return a > b ? yes : no;
}

// Where a = b one vector, elsewhere the other.
static inline __attribute__((always_inline)) float8 where_equal(
    float8 a, float8 b, float8 yes, float8 no) {
  return a == b ? yes : no;
}
