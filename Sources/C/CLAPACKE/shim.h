#pragma once
#include <lapacke.h>

// OpenBLAS serves LAPACKE; its own header would clash with another CBLAS, so the two functions
// needed from it are declared here. CBLAS's enumerations are passed as int, which is what they are.
void openblas_set_num_threads(int num_threads);
void cblas_dgemm(int order, int transpose_a, int transpose_b, int rows, int columns, int inner,
                 double alpha, const double *a, int stride_a, const double *b, int stride_b,
                 double beta, double *c, int stride_c);
