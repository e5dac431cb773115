#pragma once
#include <png.h>

// The size that no PNG file of this image exceeds: a macro with arguments, which Swift cannot see.
static inline png_alloc_size_t png_largest_file_size(png_image image) {
  return PNG_IMAGE_PNG_SIZE_MAX(image);
}
