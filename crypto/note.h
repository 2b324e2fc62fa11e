#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/error.h"
#include "crypto/sign.h"

// C2SP signed-note (c2sp.org/signed-note): a text that people can read, a blank line, and a line for each signature:
//
//     — <key name> <base64 of key id (4 bytes) and signature>
//
// Parsing is strict, so format_note(*parse_note(note)) == note. Pure; any thread.

namespace datadeed::crypto {

inline constexpr std::size_t note_size_max = std::size_t{1} << 20U;  // bytes
inline constexpr std::size_t note_signatures_max = 256;
inline constexpr std::size_t key_name_size_max = 255;  // bytes

using KeyId = ByteArray<4>;

// What a key signs; the byte stands in key ids and vkeys.
enum class KeyType : std::uint8_t {
    ed25519 = 0x01,      // the note's text
    cosignature = 0x04,  // the text under a time: c2sp.org/tlog-cosignature, Ed25519
};

// A name and a public key for one type of signature. The text form (vkey) is name+hex(key id)+base64(type || key).
struct VerifierKey {
    std::string name{};
    KeyType type{KeyType::ed25519};
    PublicKey key{};

    friend bool operator==(const VerifierKey&, const VerifierKey&) = default;
};

// Not empty, at most key_name_size_max bytes of UTF-8, without Unicode spaces, control characters and plus signs.
[[nodiscard]] bool is_key_name(std::string_view name);

// SHA-256(name || 0x0A || type || key)[0:4]. A hint, not a commitment: verification uses the whole key.
[[nodiscard]] KeyId key_id(const VerifierKey& key);

[[nodiscard]] std::string format_vkey(const VerifierKey& key);
// Errors: vkey_*, key_name_*, key_must_be_in_the_prime_order_group.
[[nodiscard]] Result<VerifierKey, Error> parse_vkey(std::string_view text);

struct NoteSignature {
    std::string name{};
    KeyId id{};
    Bytes blob{};  // what follows the key id; its form is the key type's affair

    friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

struct Note {
    std::string text{};  // with its final newline
    std::vector<NoteSignature> signatures{};

    friend bool operator==(const Note&, const Note&) = default;
};

[[nodiscard]] std::string format_note(const Note& note);
// The lines of the signatures alone, as they end a note.
[[nodiscard]] std::string format_signature(const NoteSignature& signature);
// Errors: note_*, signature_line_*, key_name_*.
[[nodiscard]] Result<Note, Error> parse_note(std::string_view note);

// A signature of type ed25519. `name` must be a key name and `text` end in a newline (asserted).
[[nodiscard]] NoteSignature sign_note(std::string_view text, std::string_view name, const SecretKey& key);

// A signature of type cosignature at `time_s` (seconds since 1970, below 2^63). The signed bytes don't name the
// cosigner, so a key must be used for one cosigner and for nothing else. Same assertions as sign_note.
[[nodiscard]] NoteSignature cosign_note(std::string_view text, std::string_view name, const SecretKey& key,
                                        std::uint64_t time_s);

// A key that signed: its place in the list given to verify_note, and when, in seconds, if it is a cosignature (else 0).
struct NoteSigner {
    std::size_t key{};
    std::uint64_t time_s{};

    friend bool operator==(const NoteSigner&, const NoteSigner&) = default;
};

// Which of `keys` signed the note, each at most once, in the order of the list (the latest time, when one cosigned more
// than once). Signatures of other keys are ignored; one by a known key that doesn't hold makes the whole note invalid
// (signature_of_a_known_key_must_verify). No signature of a known key gives an empty list: the caller decides what is
// enough.
[[nodiscard]] Result<std::vector<NoteSigner>, Error> verify_note(const Note& note, std::span<const VerifierKey> keys);

}  // namespace datadeed::crypto
