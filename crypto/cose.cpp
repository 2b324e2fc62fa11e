#include "crypto/cose.h"

#include <algorithm>

#include "base/assert.h"

namespace datadeed::crypto {
namespace {

constexpr std::uint64_t label_alg = 1;
constexpr std::uint64_t label_kid = 4;
constexpr std::uint64_t label_typ = 16;

// Labels, a 34-byte kid, the longest typ, and the heads: no protected header of ours is longer.
constexpr std::size_t protected_size_max = 128;

void expect_label(cbor::Reader& reader, std::uint64_t label) {
    if (reader.unsigned_integer() != label) reader.fail(cbor::Rule::value_must_be_known);
}

template <std::size_t N>
ByteArray<N> exactly(cbor::Reader& reader) {
    ByteArray<N> array{};
    const ByteView bytes = reader.bytes(N);
    if (reader.failed()) return array;
    if (bytes.size() != N) {
        reader.fail(cbor::Rule::length_must_be_within_its_limit);
        return array;
    }
    std::copy(bytes.begin(), bytes.end(), array.begin());
    return array;
}

}  // namespace

Bytes encode_protected(const ProtectedHeader& header) {
    cbor::Writer writer;
    writer.map(3);
    writer.unsigned_integer(label_alg);
    writer.integer(header.alg);
    writer.unsigned_integer(label_kid);
    writer.bytes(header.kid.value);
    writer.unsigned_integer(label_typ);
    writer.text(header.typ);
    return writer.take();
}

Result<ProtectedHeader, cbor::DecodeError> decode_protected(ByteView encoded) {
    cbor::Reader reader{encoded};
    if (reader.map(3) != 3) reader.fail(cbor::Rule::value_must_be_known);
    ProtectedHeader header;
    expect_label(reader, label_alg);
    header.alg = reader.integer();
    if (header.alg != alg_ed25519) reader.fail(cbor::Rule::value_must_be_known);
    expect_label(reader, label_kid);
    header.kid = PublicKey{exactly<32>(reader)};
    expect_label(reader, label_typ);
    header.typ = reader.text(typ_size_max);
    if (header.typ.empty()) reader.fail(cbor::Rule::length_must_be_within_its_limit);
    if (const Result<void, cbor::DecodeError> end = reader.finish(); !end) return fail(end.error());
    return header;
}

Bytes sig_structure(ByteView protected_header, ByteView external_aad, ByteView payload) {
    cbor::Writer writer;
    writer.array(4);
    writer.text("Signature1");
    writer.bytes(protected_header);
    writer.bytes(external_aad);
    writer.bytes(payload);
    return writer.take();
}

Bytes signing_context(std::string_view purpose, const ChainId& chain) {
    cbor::Writer writer;
    writer.array(2);
    writer.text(purpose);
    writer.bytes(chain.value);
    return writer.take();
}

Bytes encode_sign1(const Sign1& message) {
    cbor::Writer writer;
    writer.tag(sign1_tag);
    writer.array(4);
    writer.bytes(message.protected_header);
    writer.map(0);
    writer.bytes(message.payload);
    writer.bytes(message.signature.value);
    return writer.take();
}

Result<Sign1View, cbor::DecodeError> decode_sign1(ByteView encoded, const Sign1Limits& limits) {
    cbor::Reader reader{encoded};
    Sign1View view;
    reader.tag(sign1_tag);
    if (reader.array(4) != 4) reader.fail(cbor::Rule::item_must_be_of_the_expected_type);
    view.protected_header = reader.bytes(protected_size_max);
    const std::size_t header_begin = reader.offset() - view.protected_header.size();
    (void)reader.map(0);
    view.payload = reader.bytes(limits.payload_max);
    view.signature = Signature{exactly<64>(reader)};
    if (const Result<void, cbor::DecodeError> end = reader.finish(); !end) return fail(end.error());

    Result<ProtectedHeader, cbor::DecodeError> header = decode_protected(view.protected_header);
    if (!header) return fail(cbor::DecodeError{header.error().rule, header_begin + header.error().offset});
    view.header = std::move(*header);
    return view;
}

Sign1 make_sign1(const SecretKey& key, std::string_view typ, ByteView external_aad, ByteView payload) {
    DATADEED_ASSERT(!typ.empty() && typ.size() <= typ_size_max);
    Sign1 message;
    message.protected_header = encode_protected({.alg = alg_ed25519, .kid = key.public_key(), .typ = std::string{typ}});
    message.payload = to_bytes(payload);
    message.signature = sign(key, sig_structure(message.protected_header, external_aad, payload));
    return message;
}

bool verify_sign1(const Sign1View& message, ByteView external_aad) {
    const Bytes signed_bytes = sig_structure(message.protected_header, external_aad, message.payload);
    return verify(message.header.kid, signed_bytes, message.signature);
}

}  // namespace datadeed::crypto
