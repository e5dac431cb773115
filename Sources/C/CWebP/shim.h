#pragma once
#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>

// Inline functions of these names in the library's header check its version; Swift calls them.
