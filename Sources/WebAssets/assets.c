#include "WebAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char kiplot_css[] = {
#embed "web/kiplot.css"
};

const web_asset web_assets[] = {
    {"kiplot.css", kiplot_css, sizeof kiplot_css},
};
const int web_assets_count = sizeof web_assets / sizeof web_assets[0];
