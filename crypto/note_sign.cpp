#include <algorithm>
#include <optional>

#include "base/assert.h"
#include "crypto/note.h"
#include "crypto/text.h"

namespace datadeed::crypto {
namespace {

constexpr std::uint64_t time_s_max = INT64_MAX;
constexpr std::size_t time_size = 8;  // bytes, big-endian, before a cosignature

// The message of c2sp.org/tlog-cosignature for Ed25519.
std::string cosigned_message(std::string_view text, std::uint64_t time_s) {
    return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + std::string{text};
}

std::optional<Signature> signature_from(ByteView bytes) {
    Signature signature;
    if (bytes.size() != signature.value.size()) return std::nullopt;
    std::ranges::copy(bytes, signature.value.begin());
    return signature;
}

// The time of the cosignature, 0 for a plain signature, nothing when the signature doesn't hold.
std::optional<std::uint64_t> signing_time(std::string_view text, const VerifierKey& key, ByteView blob) {
    std::uint64_t time_s = 0;
    std::string message{text};
    if (key.type == KeyType::cosignature) {
        if (blob.size() < time_size) return std::nullopt;
        for (const std::uint8_t byte : blob.first(time_size)) time_s = (time_s << 8U) | byte;
        if (time_s > time_s_max) return std::nullopt;
        message = cosigned_message(text, time_s);
        blob = blob.subspan(time_size);
    }
    const std::optional<Signature> signature = signature_from(blob);
    if (!signature || !verify(key.key, as_bytes(message), *signature)) return std::nullopt;
    return time_s;
}

NoteSignature signature_by(const VerifierKey& key, ByteView time, const Signature& signature) {
    NoteSignature line{.name = key.name, .id = key_id(key), .blob = to_bytes(time)};
    append(line.blob, signature.value);
    return line;
}

void assert_can_sign(std::string_view text, std::string_view name) {
    DATADEED_ASSERT(is_key_name(name) && is_plain_text(text) && text.ends_with('\n'));
}

}  // namespace

NoteSignature sign_note(std::string_view text, std::string_view name, const SecretKey& key) {
    assert_can_sign(text, name);
    const VerifierKey signer{.name = std::string{name}, .type = KeyType::ed25519, .key = key.public_key()};
    return signature_by(signer, {}, sign(key, as_bytes(text)));
}

NoteSignature cosign_note(std::string_view text, std::string_view name, const SecretKey& key, std::uint64_t time_s) {
    assert_can_sign(text, name);
    DATADEED_ASSERT(time_s <= time_s_max);
    const VerifierKey signer{.name = std::string{name}, .type = KeyType::cosignature, .key = key.public_key()};
    ByteArray<time_size> time{};
    for (std::size_t i = 0; i < time_size; ++i) time[i] = static_cast<std::uint8_t>(time_s >> (56 - 8 * i));
    return signature_by(signer, time, sign(key, as_bytes(cosigned_message(text, time_s))));
}

Result<std::vector<NoteSigner>, Error> verify_note(const Note& note, std::span<const VerifierKey> keys) {
    std::vector<NoteSigner> signers;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const KeyId id = key_id(keys[i]);
        std::optional<std::uint64_t> latest_s;
        for (const NoteSignature& signature : note.signatures) {
            if (signature.name != keys[i].name || signature.id != id) continue;
            const std::optional<std::uint64_t> time_s = signing_time(note.text, keys[i], signature.blob);
            if (!time_s) return fail(Error::signature_of_a_known_key_must_verify);
            latest_s = std::max(latest_s.value_or(0), *time_s);
        }
        if (latest_s) signers.push_back({.key = i, .time_s = *latest_s});
    }
    return signers;
}

}  // namespace datadeed::crypto
