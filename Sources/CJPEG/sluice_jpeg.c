#include "sluice_jpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
// Needs stdio.h and stddef.h before it.
#include <jpeglib.h>

_Static_assert(sizeof((sluice_jpeg_buffer *)0)->message >= JMSG_LENGTH_MAX, "libjpeg's messages must fit");

/// One encoding: the library's records, where its errors lead and where its bytes go.
typedef struct {
    struct jpeg_compress_struct codec;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf escape;
    sluice_jpeg_buffer *file;
    size_t capacity;
} session;

static void leave(j_common_ptr codec) {
    session *self = codec->client_data;
    self->errors.format_message(codec, self->file->message);
    longjmp(self->escape, 1);
}

/// Warnings are for a program with a console.
static void ignore(j_common_ptr codec, int level) {
    (void)codec;
    (void)level;
}

/// Gives the library twice the room, after `filled` bytes. The library's own destination loses its buffer on an error.
static void grow(session *self, size_t filled) {
    size_t capacity = self->capacity ? 2 * self->capacity : 1 << 14;
    uint8_t *bytes = realloc(self->file->bytes, capacity);
    if (!bytes) {
        snprintf(self->file->message, sizeof self->file->message, "out of memory");
        longjmp(self->escape, 1);
    }
    self->file->bytes = bytes;
    self->capacity = capacity;
    self->destination.next_output_byte = bytes + filled;
    self->destination.free_in_buffer = capacity - filled;
}

static void start(j_compress_ptr codec) { grow(codec->client_data, 0); }

/// Called when the whole buffer is full, whatever `free_in_buffer` says.
static boolean make_room(j_compress_ptr codec) {
    session *self = codec->client_data;
    grow(self, self->capacity);
    return TRUE;
}

static void finish(j_compress_ptr codec) {
    session *self = codec->client_data;
    self->file->count = self->capacity - self->destination.free_in_buffer;
}

/// The function that `longjmp` returns to changes no local of its own.
static bool compress(session *self, const uint8_t *pixels, uint32_t width, uint32_t height, int quality) {
    if (setjmp(self->escape)) return false;
    struct jpeg_compress_struct *codec = &self->codec;
    jpeg_create_compress(codec);
    codec->dest = &self->destination;
    codec->image_width = width;
    codec->image_height = height;
    codec->input_components = 3;
    codec->in_color_space = JCS_RGB;
    jpeg_set_defaults(codec);
    jpeg_set_quality(codec, quality, TRUE);
    codec->optimize_coding = TRUE;
    jpeg_start_compress(codec, TRUE);
    while (codec->next_scanline < height) {
        JSAMPROW row = (JSAMPROW)pixels + (size_t)codec->next_scanline * width * 3;
        jpeg_write_scanlines(codec, &row, 1);
    }
    jpeg_finish_compress(codec);
    return true;
}

bool sluice_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int quality, sluice_jpeg_buffer *file) {
    *file = (sluice_jpeg_buffer){0};
    session self = {.file = file};
    self.codec.err = jpeg_std_error(&self.errors);
    self.codec.client_data = &self;
    self.errors.error_exit = leave;
    self.errors.emit_message = ignore;
    self.destination.init_destination = start;
    self.destination.empty_output_buffer = make_room;
    self.destination.term_destination = finish;
    bool succeeded = compress(&self, pixels, width, height, quality);
    jpeg_destroy_compress(&self.codec);
    if (!succeeded) sluice_jpeg_release(file);
    return succeeded;
}

void sluice_jpeg_release(sluice_jpeg_buffer *buffer) {
    free(buffer->bytes);
    buffer->bytes = NULL;
    buffer->count = 0;
}
