#include "ledger/ready_file.h"

#include "base/bytes.h"
#include "ledger/readiness.h"

namespace datadeed::ledger {
namespace {

constexpr std::string_view mark = "datadeed-node-ready/1 ";

}  // namespace

std::string format_ready_file(const ReadyFile& file) {
    return std::string{mark} + to_hex(encode(file)) + "\n";
}

std::optional<ReadyFile> parse_ready_file(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
    if (!text.starts_with(mark)) return std::nullopt;
    const std::optional<Bytes> bytes = from_hex(text.substr(mark.size()));
    if (!bytes) return std::nullopt;
    const Result<ReadyFile, cbor::DecodeError> file = decode<ReadyFile>(*bytes);
    if (!file || !verify(file->ready, file->chain, file->member, file->keys)) return std::nullopt;
    return *file;
}

}  // namespace datadeed::ledger
