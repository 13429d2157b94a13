// libjpeg behind a function that returns: no longjmp, no stdio and no library type crosses this header.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Bytes of a JPEG file; on failure empty, with the library's message.
typedef struct {
    uint8_t *bytes;
    size_t count;
    char message[200];
} sluice_jpeg_buffer;

/// Encodes `3 * width * height` bytes of 8-bit RGB, row-major, as a baseline JPEG file of a quality from 1 to 100.
bool sluice_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int quality, sluice_jpeg_buffer *file);

/// Gives the bytes back; harmless on a failed buffer.
void sluice_jpeg_release(sluice_jpeg_buffer *buffer);
