#pragma once
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <png.h>

// The size that no PNG file of this image exceeds: a macro with arguments, which Swift cannot see.
static inline png_alloc_size_t png_largest_file_size(png_image image) {
  return PNG_IMAGE_PNG_SIZE_MAX(image);
}

// libpng reports errors by a jump, which must not cross Swift: each function here owns the frame
// that it ends in. The simplified functions need none, but they correct gamma and mix what is
// transparent, which networks' training does not.

// What a PNG file says of its image, and how its reading went.
typedef struct {
  int width, height;
  // Why it cannot be read.
  char message[200];
} png_summary;

typedef struct {
  const unsigned char *bytes;
  size_t count;
  png_summary *summary;
} png_source;

static inline void png_source_fail(png_structp png, png_const_charp message) {
  png_source *source = (png_source *)png_get_error_ptr(png);
  snprintf(source->summary->message, sizeof source->summary->message, "%s", message);
  longjmp(png_jmpbuf(png), 1);
}

static inline void png_source_warn(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static inline void png_source_read(png_structp png, png_bytep target, size_t count) {
  png_source *source = (png_source *)png_get_io_ptr(png);
  if (count > source->count) png_error(png, "the file ends too early");
  memcpy(target, source->bytes, count);
  source->bytes += count;
  source->count -= count;
}

static inline png_structp png_source_open(png_source *source, png_infop *info) {
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, source, png_source_fail, png_source_warn);
  if (!png) return NULL;
  *info = png_create_info_struct(png);
  if (!*info) {
    png_destroy_read_struct(&png, NULL, NULL);
    return NULL;
  }
  png_set_read_fn(png, source, png_source_read);
  png_set_benign_errors(png, 1);
  // Text, profiles and the like are not looked at, and need not be unpacked.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
  png_set_chunk_malloc_max(png, 8 << 20);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  return png;
}

// Reads the header; 0 if that cannot be done.
static inline int png_summarize(
    const unsigned char *bytes, size_t count, png_summary *summary) {
  memset(summary, 0, sizeof *summary);
  png_source source = {bytes, count, summary};
  png_infop info = NULL;
  png_structp png = png_source_open(&source, &info);
  if (!png) {
    snprintf(summary->message, sizeof summary->message, "no memory");
    return 0;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  png_read_info(png, info);
  summary->width = (int)png_get_image_width(png, info);
  summary->height = (int)png_get_image_height(png, info);
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}

// Decodes the pixels: red, green and blue of 8 bits; 0 if that cannot be done. Gamma and transparency are
// left aside, and of 16 bits the lower eight.
static inline int png_decode(
    const unsigned char *bytes, size_t count, unsigned char *pixels, png_summary *summary) {
  png_source source = {bytes, count, summary};
  png_infop info = NULL;
  png_structp png = png_source_open(&source, &info);
  if (!png) {
    snprintf(summary->message, sizeof summary->message, "no memory");
    return 0;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  png_read_info(png, info);
  int color = png_get_color_type(png, info);
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (color == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  if (!(color & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t stride = (size_t)summary->width * 3;
  if (png_get_rowbytes(png, info) != stride) png_error(png, "its rows have another length");
  for (int pass = 0; pass < passes; pass++) {
    for (int row = 0; row < summary->height; row++) {
      png_read_row(png, pixels + stride * row, NULL);
    }
  }
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}
