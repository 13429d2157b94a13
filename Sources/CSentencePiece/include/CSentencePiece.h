/// The vocabulary of a sentencepiece model file, read by the sentencepiece library (C++) behind a plain C interface.
///
/// No C++ exception leaves these functions.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct CSentencePieceVocabulary CSentencePieceVocabulary;

/// One vocabulary entry; `text` (UTF-8, not NUL-terminated) lives as long as its vocabulary.
typedef struct {
    const char *_Nonnull text;
    size_t byteCount;
    float score;
} CSentencePieceEntry;

/// Reads a serialised `ModelProto`. Returns NULL on failure, with the library's reason, NUL-terminated, in `message`.
CSentencePieceVocabulary *_Nullable csentencepiece_open(
    const void *_Nullable bytes, size_t byteCount, char *_Nonnull message, size_t messageCapacity);

/// Number of entries; ids are 0 ..< count.
int32_t csentencepiece_count(const CSentencePieceVocabulary *_Nonnull vocabulary);

/// The id of the unknown token.
int32_t csentencepiece_unknown_id(const CSentencePieceVocabulary *_Nonnull vocabulary);

/// The entry with the id `id`, which must be in 0 ..< count.
CSentencePieceEntry csentencepiece_entry(const CSentencePieceVocabulary *_Nonnull vocabulary, int32_t id);

void csentencepiece_close(CSentencePieceVocabulary *_Nonnull vocabulary);

#ifdef __cplusplus
}
#endif
