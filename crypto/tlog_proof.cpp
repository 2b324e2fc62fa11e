#include "crypto/tlog_proof.h"

#include "base/assert.h"
#include "crypto/merkle.h"
#include "crypto/text.h"

namespace datadeed::crypto {
namespace {

constexpr std::string_view first_line = "c2sp.org/tlog-proof@v1";

// The lines of the path and the empty line that ends them.
Result<std::vector<Digest>, Error> parse_path(std::string_view& rest) {
    std::vector<Digest> path;
    while (true) {
        const std::optional<std::string_view> line = take_line(rest);
        if (!line) return fail(Error::proof_must_be_well_formed);
        if (line->empty()) return path;
        if (path.size() == merkle_path_max) return fail(Error::proof_path_must_be_short_enough);
        const std::optional<Digest> hash = parse_digest(*line);
        if (!hash) return fail(Error::proof_must_be_well_formed);
        path.push_back(*hash);
    }
}

}  // namespace

std::string format_tlog_proof(const TlogProof& proof) {
    DATADEED_ASSERT(proof.path.size() <= merkle_path_max && !proof.checkpoint.empty());
    std::string text = std::string{first_line} + "\n";
    if (proof.extra) text += "extra " + to_base64(*proof.extra) + "\n";
    text += "index " + std::to_string(proof.index) + "\n";
    for (const Digest& hash : proof.path) text += to_base64(hash) + "\n";
    return text + "\n" + proof.checkpoint;
}

Result<TlogProof, Error> parse_tlog_proof(std::string_view text) {
    if (text.size() > tlog_proof_size_max) return fail(Error::proof_must_be_within_its_size);
    if (take_line(text) != first_line) return fail(Error::proof_must_be_well_formed);

    TlogProof proof;
    std::optional<std::string_view> line = take_line(text);
    if (!line) return fail(Error::proof_must_be_well_formed);
    if (const std::optional<std::string_view> extra = after(*line, "extra ")) {
        proof.extra = from_base64(*extra);
        line = take_line(text);
        if (!proof.extra || !line) return fail(Error::proof_must_be_well_formed);
    }
    const std::optional<std::string_view> index_text = after(*line, "index ");
    const std::optional<std::uint64_t> index = index_text ? parse_decimal(*index_text) : std::nullopt;
    if (!index) return fail(Error::proof_must_be_well_formed);
    proof.index = *index;

    Result<std::vector<Digest>, Error> path = parse_path(text);
    if (!path) return fail(path.error());
    if (text.empty()) return fail(Error::proof_must_be_well_formed);
    proof.path = std::move(*path);
    proof.checkpoint = text;
    return proof;
}

}  // namespace datadeed::crypto
