#include "WebAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char icon_svg[] = {
#embed "web/icon.svg"
};

static const unsigned char kiplot_css[] = {
#embed "web/styles/kiplot.css"
};
static const unsigned char roadmap_css[] = {
#embed "web/styles/roadmap.css"
};
static const unsigned char board_css[] = {
#embed "web/styles/board.css"
};
static const unsigned char list_css[] = {
#embed "web/styles/list.css"
};
static const unsigned char item_css[] = {
#embed "web/styles/item.css"
};
static const unsigned char integrations_css[] = {
#embed "web/styles/integrations.css"
};
static const unsigned char home_css[] = {
#embed "web/styles/home.css"
};
static const unsigned char planning_css[] = {
#embed "web/styles/planning.css"
};

static const unsigned char kiplot_js[] = {
#embed "web/scripts/kiplot.js"
};
static const unsigned char roadmap_js[] = {
#embed "web/scripts/roadmap.js"
};
static const unsigned char roadmap_card_js[] = {
#embed "web/scripts/roadmap-card.js"
};
static const unsigned char roadmap_rows_js[] = {
#embed "web/scripts/roadmap-rows.js"
};
static const unsigned char roadmap_bars_js[] = {
#embed "web/scripts/roadmap-bars.js"
};
static const unsigned char roadmap_scale_js[] = {
#embed "web/scripts/roadmap-scale.js"
};
static const unsigned char touch_js[] = {
#embed "web/scripts/touch.js"
};
static const unsigned char board_js[] = {
#embed "web/scripts/board.js"
};
static const unsigned char list_js[] = {
#embed "web/scripts/list.js"
};
static const unsigned char item_js[] = {
#embed "web/scripts/item.js"
};
static const unsigned char richtext_js[] = {
#embed "web/scripts/richtext.js"
};
static const unsigned char integrations_js[] = {
#embed "web/scripts/integrations.js"
};
static const unsigned char home_js[] = {
#embed "web/scripts/home.js"
};
static const unsigned char planning_js[] = {
#embed "web/scripts/planning.js"
};
static const unsigned char palette_js[] = {
#embed "web/scripts/palette.js"
};

// Fetched by scripts/install.sh; without it formatted text is edited with what the browser has.
static const unsigned char editor_js[] = {
#if __has_embed("vendor/editor.js")
#embed "vendor/editor.js"
#else
0
#endif
};

#define ASSET(name, bytes) {name, bytes, sizeof bytes}

static const web_asset assets[] = {
    ASSET("icon.svg", icon_svg),
    ASSET("kiplot.css", kiplot_css),
    ASSET("roadmap.css", roadmap_css),
    ASSET("board.css", board_css),
    ASSET("list.css", list_css),
    ASSET("item.css", item_css),
    ASSET("integrations.css", integrations_css),
    ASSET("home.css", home_css),
    ASSET("planning.css", planning_css),
    ASSET("kiplot.js", kiplot_js),
    ASSET("roadmap.js", roadmap_js),
    ASSET("roadmap-scale.js", roadmap_scale_js),
    ASSET("roadmap-bars.js", roadmap_bars_js),
    ASSET("roadmap-rows.js", roadmap_rows_js),
    ASSET("roadmap-card.js", roadmap_card_js),
    ASSET("touch.js", touch_js),
    ASSET("board.js", board_js),
    ASSET("list.js", list_js),
    ASSET("item.js", item_js),
    ASSET("richtext.js", richtext_js),
    ASSET("integrations.js", integrations_js),
    ASSET("home.js", home_js),
    ASSET("planning.js", planning_js),
    ASSET("palette.js", palette_js),
    ASSET("editor.js", editor_js),
};
const web_asset *const web_assets = assets;
const int web_assets_count = sizeof assets / sizeof assets[0];
