// libpng and zlib behind functions that return: no longjmp, no stdio and no library type crosses this header.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Bytes made by a function below; on failure empty, with the library's message.
typedef struct {
    uint8_t *bytes;
    size_t count;
    char message[128];
} sluice_png_buffer;

/// A chunk written between the header and the pixels; `data` as it stands in the file.
typedef struct {
    char type[4];
    const uint8_t *data;
    size_t count;
} sluice_png_chunk;

/// Encodes `3 * width * height` bytes of 8-bit RGB, row-major, as a PNG file.
bool sluice_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, const sluice_png_chunk *chunks, size_t chunk_count,
                       sluice_png_buffer *file);

/// Decodes a PNG file of any colour type to 8-bit sRGB, row-major, transparency over black. Files of more than `pixel_limit` pixels are
/// refused before memory is taken for them.
bool sluice_png_decode(const uint8_t *file, size_t count, uint64_t pixel_limit, uint32_t *width, uint32_t *height,
                       sluice_png_buffer *pixels);

/// Inflates a zlib stream of at most `limit` bytes; anything longer, truncated or followed by more is refused.
bool sluice_png_inflate(const uint8_t *stream, size_t count, size_t limit, sluice_png_buffer *bytes);

/// The CRC-32 that PNG puts after a chunk's type and data.
uint32_t sluice_png_crc(const uint8_t *bytes, size_t count);

/// Gives the bytes back; harmless on a failed buffer.
void sluice_png_release(sluice_png_buffer *buffer);

/// Bytes that a gzip file of `count` bytes takes at most.
size_t sluice_png_gzip_bound(size_t count);

/// Compresses bytes to a gzip file (RFC 1952) without name and time, as small as zlib makes it.
///
/// `file` has room for `sluice_png_gzip_bound(count)` bytes. Returns the file's size, 0 where there was no memory for it.
size_t sluice_png_gzip(const uint8_t *bytes, size_t count, uint8_t *file);
