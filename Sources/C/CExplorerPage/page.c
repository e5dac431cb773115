#include "CExplorerPage.h"

// C23's directive; older standards have it as an extension.
#pragma clang diagnostic ignored "-Wc23-extensions"

// The names of the arrays are those of the files.
static const unsigned char library[] = {
#embed "../../Atlas/Explorer/Page/library.js"
};
static const unsigned char text[] = {
#embed "../../Atlas/Explorer/Page/text.js"
};
static const unsigned char dom[] = {
#embed "../../Atlas/Explorer/Page/dom.js"
};
static const unsigned char binary[] = {
#embed "../../Atlas/Explorer/Page/binary.js"
};
static const unsigned char store[] = {
#embed "../../Atlas/Explorer/Page/store.js"
};
static const unsigned char state[] = {
#embed "../../Atlas/Explorer/Page/state.js"
};
static const unsigned char color[] = {
#embed "../../Atlas/Explorer/Page/color.js"
};
static const unsigned char values[] = {
#embed "../../Atlas/Explorer/Page/values.js"
};
static const unsigned char brush[] = {
#embed "../../Atlas/Explorer/Page/brush.js"
};
static const unsigned char paint[] = {
#embed "../../Atlas/Explorer/Page/paint.js"
};
static const unsigned char pictures[] = {
#embed "../../Atlas/Explorer/Page/pictures.js"
};
static const unsigned char describe[] = {
#embed "../../Atlas/Explorer/Page/describe.js"
};
static const unsigned char cursor[] = {
#embed "../../Atlas/Explorer/Page/cursor.js"
};
static const unsigned char tiles[] = {
#embed "../../Atlas/Explorer/Page/tiles.js"
};
static const unsigned char overlay[] = {
#embed "../../Atlas/Explorer/Page/overlay.js"
};
static const unsigned char pointer[] = {
#embed "../../Atlas/Explorer/Page/pointer.js"
};
static const unsigned char pane[] = {
#embed "../../Atlas/Explorer/Page/pane.js"
};
static const unsigned char combobox[] = {
#embed "../../Atlas/Explorer/Page/combobox.js"
};
static const unsigned char bar[] = {
#embed "../../Atlas/Explorer/Page/bar.js"
};
static const unsigned char display[] = {
#embed "../../Atlas/Explorer/Page/display.js"
};
static const unsigned char photograph[] = {
#embed "../../Atlas/Explorer/Page/photograph.js"
};
static const unsigned char cell_panel[] = {
#embed "../../Atlas/Explorer/Page/cell-panel.js"
};
static const unsigned char class_panel[] = {
#embed "../../Atlas/Explorer/Page/class-panel.js"
};
static const unsigned char about_panel[] = {
#embed "../../Atlas/Explorer/Page/about-panel.js"
};
static const unsigned char panel[] = {
#embed "../../Atlas/Explorer/Page/panel.js"
};
static const unsigned char table[] = {
#embed "../../Atlas/Explorer/Page/table.js"
};
static const unsigned char main[] = {
#embed "../../Atlas/Explorer/Page/main.js"
};
static const unsigned char index_html[] = {
#embed "../../Atlas/Explorer/Page/index.html"
};
static const unsigned char explorer_css[] = {
#embed "../../Atlas/Explorer/Page/explorer.css"
};
static const unsigned char patches_css[] = {
#embed "../../Atlas/Patches/Page/patches.css"
};

#define FILE_OF(name) {name, sizeof name}

static const page_file modules[] = {
    FILE_OF(library),
    FILE_OF(text),
    FILE_OF(dom),
    FILE_OF(binary),
    FILE_OF(store),
    FILE_OF(state),
    FILE_OF(color),
    FILE_OF(values),
    FILE_OF(brush),
    FILE_OF(paint),
    FILE_OF(pictures),
    FILE_OF(describe),
    FILE_OF(cursor),
    FILE_OF(tiles),
    FILE_OF(overlay),
    FILE_OF(pointer),
    FILE_OF(pane),
    FILE_OF(combobox),
    FILE_OF(bar),
    FILE_OF(display),
    FILE_OF(photograph),
    FILE_OF(cell_panel),
    FILE_OF(class_panel),
    FILE_OF(about_panel),
    FILE_OF(panel),
    FILE_OF(table),
    FILE_OF(main),
};
const page_file *const page_modules = modules;
const int page_module_count = sizeof modules / sizeof modules[0];
const page_file page_html = FILE_OF(index_html);
const page_file page_css = FILE_OF(explorer_css);
const page_file page_patches_css = FILE_OF(patches_css);
