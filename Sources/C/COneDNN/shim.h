#pragma once
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

// oneDNN's loops run on OpenMP; its own header is not always installed for Clang.
void omp_set_num_threads(int count);

// Loops over bfloat16 numbers, which Swift has no type for. A number is the upper half of a float; as
// a signed integer it is positive when the number is.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
// Whether the processor says that it is Intel's.
static inline int processor_is_intel(void) {
  unsigned int eax, ebx, ecx, edx;
  if (!__get_cpuid(0, &eax, &ebx, &ecx, &edx)) return 0;
  // "Genu", "ineI", "ntel"
  return ebx == 0x756e6547 && edx == 0x49656e69 && ecx == 0x6c65746e;
}
#else
static inline int processor_is_intel(void) { return 0; }
#endif

static inline uint16_t bf16_sum(uint16_t a, uint16_t b) {
  uint32_t wide_a = (uint32_t)a << 16, wide_b = (uint32_t)b << 16;
  float number_a, number_b;
  memcpy(&number_a, &wide_a, 4);
  memcpy(&number_b, &wide_b, 4);
  float total = number_a + number_b;
  uint32_t bits;
  memcpy(&bits, &total, 4);
  // To the nearest, to even between two.
  return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

// `out` and `in` may be the same.
static inline void bf16_rectify(int16_t *out, const int16_t *in, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = in[i] > 0 ? in[i] : 0;
}

// Clears where `value` is not above 0 and below `limit`.
static inline void bf16_mask(
    int16_t *restrict out, const int16_t *restrict value, int16_t limit, size_t count) {
  for (size_t i = 0; i < count; i++) {
    int16_t keep = (int16_t)-((value[i] > 0) & (value[i] < limit));
    out[i] = out[i] & keep;
  }
}

static inline void bf16_add(uint16_t *restrict out, const uint16_t *restrict in, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = bf16_sum(out[i], in[i]);
}

static inline void bf16_add_masked(
    uint16_t *restrict out, const uint16_t *restrict in, const int16_t *restrict value,
    size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint16_t keep = (uint16_t)-(value[i] > 0);
    out[i] = bf16_sum(out[i], in[i]) & keep;
  }
}
