#include "CSentencePiece.h"

#include <sentencepiece_processor.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <string_view>

struct CSentencePieceVocabulary {
    sentencepiece::SentencePieceProcessor processor;
};

static void report(const char *reason, char *message, size_t capacity) {
    std::snprintf(message, capacity, "%s", reason);
}

CSentencePieceVocabulary *csentencepiece_open(const void *bytes, size_t byteCount, char *message, size_t messageCapacity) {
    try {
        auto vocabulary = std::make_unique<CSentencePieceVocabulary>();
        const auto status = vocabulary->processor.LoadFromSerializedProto(
            std::string_view(static_cast<const char *>(bytes), byteCount));
        if (status.ok()) return vocabulary.release();
        report(status.error_message(), message, messageCapacity);
    } catch (const std::exception &exception) {
        report(exception.what(), message, messageCapacity);
    } catch (...) {
        report("unknown C++ exception", message, messageCapacity);
    }
    return nullptr;
}

int32_t csentencepiece_count(const CSentencePieceVocabulary *vocabulary) {
    return vocabulary->processor.GetPieceSize();
}

int32_t csentencepiece_unknown_id(const CSentencePieceVocabulary *vocabulary) {
    return vocabulary->processor.unk_id();
}

CSentencePieceEntry csentencepiece_entry(const CSentencePieceVocabulary *vocabulary, int32_t id) {
    const std::string &text = vocabulary->processor.IdToPiece(id);
    return {text.data(), text.size(), vocabulary->processor.GetScore(id)};
}

void csentencepiece_close(CSentencePieceVocabulary *vocabulary) {
    delete vocabulary;
}
