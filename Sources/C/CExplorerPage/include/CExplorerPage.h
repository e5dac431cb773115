#pragma once

/// A file of the explorer's page, whose bytes the compiler puts into the program.
typedef struct {
  const unsigned char *_Nonnull bytes;
  long count;
} page_file;

/// The modules of the script, each after those that it imports.
extern const page_file *_Nonnull const page_modules;
extern const int page_module_count;
/// The page and its style sheet, and what the pages of patches add to that.
extern const page_file page_html, page_css, page_patches_css;
