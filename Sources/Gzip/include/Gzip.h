#ifndef GZIP_H
#define GZIP_H

#include <stddef.h>

/// The room that a body needs at most once it is compressed.
size_t gzip_bound(size_t length);

/// Compresses a body as `Content-Encoding: gzip` wants it. Returns the length of what was written, 0 when there was not enough memory or room.
/// `level`: 1 is fast, 9 is small.
size_t gzip_compress(const unsigned char *bytes, size_t length, unsigned char *out, size_t room, int level);

#endif
