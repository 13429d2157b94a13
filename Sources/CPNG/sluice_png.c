#include "sluice_png.h"

#include <limits.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static bool fail(sluice_png_buffer *buffer, const char *message) {
    sluice_png_release(buffer);
    snprintf(buffer->message, sizeof buffer->message, "%s", message);
    return false;
}

void sluice_png_release(sluice_png_buffer *buffer) {
    free(buffer->bytes);
    buffer->bytes = NULL;
    buffer->count = 0;
}

typedef struct {
    sluice_png_buffer *file;
    size_t capacity;
} sink;

static void append(png_structp png, png_bytep data, size_t count) {
    sink *target = png_get_io_ptr(png);
    sluice_png_buffer *file = target->file;
    if (count > target->capacity - file->count) {
        size_t capacity = 2 * (file->count + count);
        uint8_t *bytes = realloc(file->bytes, capacity);
        if (!bytes) png_error(png, "out of memory");
        file->bytes = bytes;
        target->capacity = capacity;
    }
    memcpy(file->bytes + file->count, data, count);
    file->count += count;
}

static void flush(png_structp png) { (void)png; }

static void report(png_structp png, png_const_charp message) {
    sink *target = png_get_error_ptr(png);
    snprintf(target->file->message, sizeof target->file->message, "%s", message);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

bool sluice_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, const sluice_png_chunk *chunks, size_t chunk_count,
                       sluice_png_buffer *file) {
    *file = (sluice_png_buffer){0};
    sink target = {file, 0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &target, report, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_write_struct(&png, NULL);
        return fail(file, "out of memory");
    }
    if (setjmp(png_jmpbuf(png))) {
        // `report` has left its message in the file's buffer.
        png_destroy_write_struct(&png, &info);
        sluice_png_release(file);
        return false;
    }
    png_set_write_fn(png, &target, append, flush);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (size_t i = 0; i < chunk_count; i++) {
        png_write_chunk(png, (png_const_bytep)chunks[i].type, chunks[i].data, chunks[i].count);
    }
    for (uint32_t row = 0; row < height; row++) png_write_row(png, pixels + (size_t)row * width * 3);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return true;
}

bool sluice_png_decode(const uint8_t *file, size_t count, uint64_t pixel_limit, uint32_t *width, uint32_t *height,
                       sluice_png_buffer *pixels) {
    *pixels = (sluice_png_buffer){0};
    // The simplified interface keeps its longjmp to itself and skips text, profile and other chunks.
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, file, count)) return fail(pixels, image.message);
    image.format = PNG_FORMAT_RGB;
    if ((uint64_t)image.width * image.height > pixel_limit) {
        png_image_free(&image);
        return fail(pixels, "too many pixels");
    }
    pixels->count = (size_t)image.width * image.height * 3;
    pixels->bytes = calloc(pixels->count, 1);
    if (!pixels->bytes) {
        png_image_free(&image);
        return fail(pixels, "out of memory");
    }
    const png_color black = {0, 0, 0};
    if (!png_image_finish_read(&image, &black, pixels->bytes, 0, NULL)) return fail(pixels, image.message);
    *width = image.width;
    *height = image.height;
    return true;
}

bool sluice_png_inflate(const uint8_t *stream, size_t count, size_t limit, sluice_png_buffer *bytes) {
    *bytes = (sluice_png_buffer){0};
    z_stream z = {0};
    if (count > UINT_MAX || limit > UINT_MAX - 1) return fail(bytes, "stream too long");
    if (inflateInit(&z) != Z_OK) return fail(bytes, "out of memory");
    // One byte more than allowed tells a full buffer from a stream that goes on.
    bytes->bytes = malloc(limit + 1);
    z.next_in = (Bytef *)stream;
    z.avail_in = (uInt)count;
    z.next_out = bytes->bytes;
    z.avail_out = (uInt)limit + 1;
    int code = bytes->bytes ? inflate(&z, Z_FINISH) : Z_MEM_ERROR;
    bytes->count = z.total_out;
    uInt left = z.avail_in;
    inflateEnd(&z);
    if (code == Z_STREAM_END && left == 0 && bytes->count <= limit) return true;
    return fail(bytes, bytes->count > limit ? "inflates beyond the limit" : "invalid or truncated zlib stream");
}

uint32_t sluice_png_crc(const uint8_t *bytes, size_t count) {
    return (uint32_t)crc32_z(crc32_z(0, NULL, 0), bytes, count);
}
