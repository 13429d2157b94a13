#include "sluice_png.h"

#include <zlib.h>

/// Asks zlib for gzip's header and trailer in place of its own.
static const int gzip_window_bits = MAX_WBITS + 16;
/// How much longer they are at most.
static const size_t gzip_overhead = 18;

size_t sluice_png_gzip_bound(size_t count) { return compressBound(count) + gzip_overhead; }

size_t sluice_png_gzip(const uint8_t *bytes, size_t count, uint8_t *file) {
    z_stream z = {0};
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_window_bits, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
    z.next_in = (Bytef *)bytes;
    z.avail_in = (uInt)count;
    z.next_out = file;
    z.avail_out = (uInt)sluice_png_gzip_bound(count);
    int code = deflate(&z, Z_FINISH);
    size_t size = z.total_out;
    deflateEnd(&z);
    return code == Z_STREAM_END ? size : 0;
}
