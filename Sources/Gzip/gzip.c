#include "Gzip.h"

#include <zlib.h>

// 15 bits of window, and 16 for the header of gzip instead of zlib's (zlib.h, deflateInit2).
static const int window_bits = 15 + 16;
static const size_t header_and_trailer = 18;

size_t gzip_bound(size_t length) { return compressBound(length) + header_and_trailer; }

size_t gzip_compress(const unsigned char *bytes, size_t length, unsigned char *out, size_t room, int level) {
    z_stream stream = {0};
    if (deflateInit2(&stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
    stream.next_in = (unsigned char *)bytes;
    stream.avail_in = length;
    stream.next_out = out;
    stream.avail_out = room;
    int end = deflate(&stream, Z_FINISH);
    size_t written = stream.total_out;
    deflateEnd(&stream);
    return end == Z_STREAM_END ? written : 0;
}
