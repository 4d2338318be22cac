#include "WebAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char kiplot_css[] = {
#embed "web/kiplot.css"
};

static const unsigned char kiplot_js[] = {
#embed "web/kiplot.js"
};

static const unsigned char icon_svg[] = {
#embed "web/icon.svg"
};

const web_asset web_assets[WEB_ASSETS_COUNT] = {
    {"kiplot.css", kiplot_css, sizeof kiplot_css},
    {"kiplot.js", kiplot_js, sizeof kiplot_js},
    {"icon.svg", icon_svg, sizeof icon_svg},
};
const int web_assets_count = WEB_ASSETS_COUNT;
