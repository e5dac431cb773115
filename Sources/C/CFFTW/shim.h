#pragma once
#include <fftw3.h>

// The flags are macros that Swift does not see.
static const unsigned atlas_fftw_estimate = FFTW_ESTIMATE;
static const unsigned atlas_fftw_destroy_input = FFTW_DESTROY_INPUT;
static const unsigned atlas_fftw_unaligned = FFTW_UNALIGNED;
static const int atlas_fftw_forward = FFTW_FORWARD;
static const int atlas_fftw_backward = FFTW_BACKWARD;
