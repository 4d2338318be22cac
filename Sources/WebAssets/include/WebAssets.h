#ifndef WEB_ASSETS_H
#define WEB_ASSETS_H

#include <stddef.h>

/// One file that travels inside the binary.
typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t length;
} web_asset;

extern const web_asset *const web_assets;
extern const int web_assets_count;

#endif
