#include "CExplorerPage.h"

// C23's directive; older standards have it as an extension.
#pragma clang diagnostic ignored "-Wc23-extensions"

// The names of the arrays are those of the files.
static const unsigned char text[] = {
#embed "../../Programs/atlas-explore/Page/text.js"
};
static const unsigned char dom[] = {
#embed "../../Programs/atlas-explore/Page/dom.js"
};
static const unsigned char binary[] = {
#embed "../../Programs/atlas-explore/Page/binary.js"
};
static const unsigned char store[] = {
#embed "../../Programs/atlas-explore/Page/store.js"
};
static const unsigned char state[] = {
#embed "../../Programs/atlas-explore/Page/state.js"
};
static const unsigned char color[] = {
#embed "../../Programs/atlas-explore/Page/color.js"
};
static const unsigned char values[] = {
#embed "../../Programs/atlas-explore/Page/values.js"
};
static const unsigned char brush[] = {
#embed "../../Programs/atlas-explore/Page/brush.js"
};
static const unsigned char paint[] = {
#embed "../../Programs/atlas-explore/Page/paint.js"
};
static const unsigned char pictures[] = {
#embed "../../Programs/atlas-explore/Page/pictures.js"
};
static const unsigned char describe[] = {
#embed "../../Programs/atlas-explore/Page/describe.js"
};
static const unsigned char cursor[] = {
#embed "../../Programs/atlas-explore/Page/cursor.js"
};
static const unsigned char tiles[] = {
#embed "../../Programs/atlas-explore/Page/tiles.js"
};
static const unsigned char overlay[] = {
#embed "../../Programs/atlas-explore/Page/overlay.js"
};
static const unsigned char pointer[] = {
#embed "../../Programs/atlas-explore/Page/pointer.js"
};
static const unsigned char pane[] = {
#embed "../../Programs/atlas-explore/Page/pane.js"
};
static const unsigned char combobox[] = {
#embed "../../Programs/atlas-explore/Page/combobox.js"
};
static const unsigned char bar[] = {
#embed "../../Programs/atlas-explore/Page/bar.js"
};
static const unsigned char display[] = {
#embed "../../Programs/atlas-explore/Page/display.js"
};
static const unsigned char photograph[] = {
#embed "../../Programs/atlas-explore/Page/photograph.js"
};
static const unsigned char cell_panel[] = {
#embed "../../Programs/atlas-explore/Page/cell-panel.js"
};
static const unsigned char class_panel[] = {
#embed "../../Programs/atlas-explore/Page/class-panel.js"
};
static const unsigned char about_panel[] = {
#embed "../../Programs/atlas-explore/Page/about-panel.js"
};
static const unsigned char panel[] = {
#embed "../../Programs/atlas-explore/Page/panel.js"
};
static const unsigned char table[] = {
#embed "../../Programs/atlas-explore/Page/table.js"
};
static const unsigned char main[] = {
#embed "../../Programs/atlas-explore/Page/main.js"
};
static const unsigned char index_html[] = {
#embed "../../Programs/atlas-explore/Page/index.html"
};
static const unsigned char explorer_css[] = {
#embed "../../Programs/atlas-explore/Page/explorer.css"
};

#define FILE_OF(name) {name, sizeof name}

static const page_file modules[] = {
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
