#pragma once
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

// oneDNN's loops run on OpenMP; its own header is not always installed for Clang.
void omp_set_num_threads(int count);
