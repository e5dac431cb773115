#pragma once
#include <lapacke.h>

// OpenBLAS serves LAPACKE; its own header would clash with another CBLAS, so the one function
// needed from it is declared here.
void openblas_set_num_threads(int num_threads);
