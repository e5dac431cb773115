#pragma once
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <jerror.h>
#include <jpeglib.h>

// libjpeg reports errors by a jump, which must not cross Swift: each function here owns the frame
// that it ends in. TurboJPEG would need none, but tells only the first warning of a file, and not
// which.

// What a JPEG file says of its image, and how its reading went.
typedef struct {
  int width, height;
  // Whether the colors are inks: cyan, magenta, yellow, black.
  int is_cmyk;
  // The bytes that libjpeg holds beside the pixels: all coefficients of progressive files.
  size_t coefficient_bytes;
  // Why it cannot be read, or what is damaged; empty if nothing is.
  char message[JMSG_LENGTH_MAX];
} jpeg_summary;

typedef struct {
  struct jpeg_error_mgr base;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  int scan_limit;
  char *message;
} jpeg_run;

static inline void jpeg_run_fail(j_common_ptr info) {
  jpeg_run *run = (jpeg_run *)info->err;
  // What was damaged first says more than what it led to.
  if (!run->message[0]) info->err->format_message(info, run->message);
  longjmp(run->escape, 1);
}

// Keeps the first warning that tells of missing or wrong pixels. The others tell of files that were
// written carelessly: their pixels are right.
static inline void jpeg_run_warn(j_common_ptr info, int level) {
  jpeg_run *run = (jpeg_run *)info->err;
  if (level >= 0 || run->message[0]) return;
  switch (info->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL:
      return;
    default:
      info->err->format_message(info, run->message);
  }
}

static inline void jpeg_run_count_scans(j_common_ptr info) {
  jpeg_run *run = (jpeg_run *)info->err;
  if (info->is_decompressor && ((j_decompress_ptr)info)->input_scan_number > run->scan_limit) {
    snprintf(run->message, JMSG_LENGTH_MAX, "more than %d scans", run->scan_limit);
    longjmp(run->escape, 1);
  }
}

static inline void jpeg_run_begin(
    jpeg_run *run, struct jpeg_decompress_struct *info, int scan_limit, char *message) {
  memset(run, 0, sizeof *run);
  memset(info, 0, sizeof *info);
  info->err = jpeg_std_error(&run->base);
  run->base.error_exit = jpeg_run_fail;
  run->base.emit_message = jpeg_run_warn;
  run->scan_limit = scan_limit;
  run->message = message;
  message[0] = 0;
}

// Reads the header; 0 if that cannot be done.
static inline int jpeg_summarize(
    const unsigned char *bytes, unsigned long count, jpeg_summary *summary) {
  struct jpeg_decompress_struct info;
  jpeg_run run;
  memset(summary, 0, sizeof *summary);
  jpeg_run_begin(&run, &info, 1, summary->message);
  if (setjmp(run.escape)) {
    jpeg_destroy_decompress(&info);
    return 0;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes, count);
  jpeg_read_header(&info, TRUE);
  summary->width = (int)info.image_width;
  summary->height = (int)info.image_height;
  summary->is_cmyk = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  if (jpeg_has_multiple_scans(&info)) {
    for (int index = 0; index < info.num_components; index++) {
      const jpeg_component_info *component = &info.comp_info[index];
      summary->coefficient_bytes +=
          (size_t)component->width_in_blocks * component->height_in_blocks * sizeof(JBLOCK);
    }
  }
  int is_whole = !summary->message[0];
  jpeg_destroy_decompress(&info);
  return is_whole;
}

// Decodes the pixels at 1/divisor of the size, of 3 bytes, or 4 for inks; 0 if that cannot be done
// or data is damaged.
static inline int jpeg_decode(
    const unsigned char *bytes, unsigned long count, int divisor, int scan_limit,
    unsigned char *pixels, jpeg_summary *summary) {
  struct jpeg_decompress_struct info;
  jpeg_run run;
  jpeg_run_begin(&run, &info, scan_limit, summary->message);
  if (setjmp(run.escape)) {
    jpeg_destroy_decompress(&info);
    return 0;
  }
  jpeg_create_decompress(&info);
  run.progress.progress_monitor = jpeg_run_count_scans;
  info.progress = &run.progress;
  jpeg_mem_src(&info, bytes, count);
  jpeg_read_header(&info, TRUE);
  info.scale_num = 1;
  info.scale_denom = (unsigned)divisor;
  info.out_color_space = summary->is_cmyk ? JCS_CMYK : JCS_RGB;
  // As Pillow and OpenCV decode: libjpeg's defaults, said here because results depend on them.
  info.dct_method = JDCT_ISLOW;
  info.do_fancy_upsampling = TRUE;
  jpeg_start_decompress(&info);
  size_t stride = (size_t)info.output_width * info.output_components;
  while (info.output_scanline < info.output_height) {
    JSAMPROW rows[4];
    for (int row = 0; row < 4; row++) rows[row] = pixels + stride * (info.output_scanline + row);
    unsigned left = info.output_height - info.output_scanline;
    jpeg_read_scanlines(&info, rows, left < 4 ? left : 4);
  }
  jpeg_finish_decompress(&info);
  int is_whole = !summary->message[0];
  jpeg_destroy_decompress(&info);
  return is_whole;
}
