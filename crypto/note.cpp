#include "crypto/note.h"

#include <algorithm>

#include "base/assert.h"
#include "crypto/hash.h"
#include "crypto/text.h"

namespace datadeed::crypto {
namespace {

constexpr std::string_view dash = "\xE2\x80\x94 ";  // U+2014 and a space

bool is_known(KeyType type) {
    switch (type) {
        case KeyType::ed25519:
        case KeyType::cosignature:
            return true;
    }
    return false;
}

Bytes type_and_key(const VerifierKey& key) {
    Bytes bytes{static_cast<std::uint8_t>(key.type)};
    append(bytes, key.key.value);
    return bytes;
}

Result<NoteSignature, Error> parse_signature(std::string_view line) {
    const std::optional<std::string_view> rest = after(line, dash);
    if (!rest) return fail(Error::signature_line_must_be_well_formed);
    const std::size_t space = rest->find(' ');
    if (space == std::string_view::npos) return fail(Error::signature_line_must_be_well_formed);
    const std::string_view name = rest->substr(0, space);
    if (!is_key_name(name)) return fail(Error::key_name_must_be_well_formed);
    const std::optional<Bytes> bytes = from_base64(rest->substr(space + 1));
    NoteSignature signature{.name = std::string{name}};
    if (!bytes || bytes->size() <= signature.id.size()) return fail(Error::signature_line_must_be_well_formed);
    std::copy_n(bytes->begin(), signature.id.size(), signature.id.begin());
    signature.blob = to_bytes(ByteView{*bytes}.subspan(signature.id.size()));
    return signature;
}

}  // namespace

bool is_key_name(std::string_view name) {
    return name.size() <= key_name_size_max && is_plain_line(name) && !has_unicode_space(name) && !name.contains('+');
}

KeyId key_id(const VerifierKey& key) {
    constexpr ByteArray<1> newline{0x0A};
    const Digest digest = sha256({as_bytes(key.name), newline, type_and_key(key)});
    KeyId id{};
    std::copy_n(digest.begin(), id.size(), id.begin());
    return id;
}

std::string format_vkey(const VerifierKey& key) {
    DATADEED_ASSERT(is_key_name(key.name) && is_known(key.type));
    return key.name + "+" + to_hex(key_id(key)) + "+" + to_base64(type_and_key(key));
}

Result<VerifierKey, Error> parse_vkey(std::string_view text) {
    // The name and the id can't hold a plus sign, the base64 may.
    const std::size_t first = text.find('+');
    const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
    if (second == std::string_view::npos) return fail(Error::vkey_must_be_well_formed);
    const std::string_view name = text.substr(0, first);
    if (!is_key_name(name)) return fail(Error::key_name_must_be_well_formed);
    const std::optional<KeyId> id = array_from_hex<4>(text.substr(first + 1, second - first - 1));
    const std::optional<Bytes> bytes = from_base64(text.substr(second + 1));
    if (!id || !bytes || bytes->empty()) return fail(Error::vkey_must_be_well_formed);

    VerifierKey key{.name = std::string{name}, .type = static_cast<KeyType>(bytes->front())};
    if (!is_known(key.type)) return fail(Error::vkey_type_must_be_known);
    if (bytes->size() != 1 + key.key.value.size()) return fail(Error::vkey_must_be_well_formed);
    std::copy(bytes->begin() + 1, bytes->end(), key.key.value.begin());
    if (key_id(key) != *id) return fail(Error::vkey_id_must_match_its_key);
    if (!is_registrable(key.key)) return fail(Error::key_must_be_in_the_prime_order_group);
    return key;
}

std::string format_signature(const NoteSignature& signature) {
    Bytes bytes = to_bytes(signature.id);
    append(bytes, signature.blob);
    return std::string{dash} + signature.name + " " + to_base64(bytes) + "\n";
}

std::string format_note(const Note& note) {
    std::string text = note.text + "\n";
    for (const NoteSignature& signature : note.signatures) text += format_signature(signature);
    return text;
}

Result<Note, Error> parse_note(std::string_view note) {
    if (note.size() > note_size_max) return fail(Error::note_must_be_within_its_size);
    if (!is_plain_text(note)) return fail(Error::note_must_be_plain_text);
    // The text itself may have empty lines: the last one is the border.
    const std::size_t border = note.rfind("\n\n");
    if (border == std::string_view::npos) return fail(Error::note_must_have_a_blank_line_before_its_signatures);

    Note parsed{.text = std::string{note.substr(0, border + 1)}};
    std::string_view rest = note.substr(border + 2);
    if (rest.empty()) return fail(Error::note_must_have_a_signature);
    while (!rest.empty()) {
        if (parsed.signatures.size() == note_signatures_max) return fail(Error::note_must_have_few_enough_signatures);
        const std::optional<std::string_view> line = take_line(rest);
        if (!line) return fail(Error::signature_line_must_be_well_formed);
        Result<NoteSignature, Error> signature = parse_signature(*line);
        if (!signature) return fail(signature.error());
        parsed.signatures.push_back(std::move(*signature));
    }
    return parsed;
}

}  // namespace datadeed::crypto
