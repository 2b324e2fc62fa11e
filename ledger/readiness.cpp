#include "ledger/readiness.h"

#include <optional>

#include "base/assert.h"
#include "base/cbor.h"
#include "base/fields.h"

namespace datadeed::ledger {
namespace {

std::optional<crypto::PublicKey> public_key_of(const crypto::SecretKey* key) {
    return key == nullptr ? std::nullopt : std::optional{key->public_key()};
}

std::optional<crypto::Signature> signature_by(const crypto::SecretKey* key, ByteView statement) {
    return key == nullptr ? std::nullopt : std::optional{crypto::sign(*key, statement)};
}

// A key that isn't there signs nothing.
bool holds(const std::optional<crypto::PublicKey>& key, ByteView statement,
           const std::optional<crypto::Signature>& signature) {
    return !key || crypto::verify(*key, statement, *signature);
}

}  // namespace

Bytes readiness_statement(const ChainId& chain, const MemberId& member, const NodeKeys& keys, Height height) {
    cbor::Writer writer;
    writer.array(5);
    writer.text(readiness_context);
    encode_to(writer, chain);
    encode_to(writer, member);
    encode_to(writer, keys);
    encode_to(writer, height);
    return writer.take();
}

NodeKeys public_keys_of(const NodeSecrets& secrets) {
    DATADEED_ASSERT(secrets.link != nullptr);
    return {.vote = public_key_of(secrets.vote),
            .link = secrets.link->public_key(),
            .cosign = public_key_of(secrets.cosign)};
}

NodeReadiness sign_readiness(const ChainId& chain, const MemberId& member, const NodeSecrets& secrets, Height height) {
    const Bytes statement = readiness_statement(chain, member, public_keys_of(secrets), height);
    return {.height = height,
            .by_vote = signature_by(secrets.vote, statement),
            .by_link = crypto::sign(*secrets.link, statement),
            .by_cosign = signature_by(secrets.cosign, statement)};
}

bool is_for(const NodeReadiness& ready, const NodeKeys& keys) {
    return ready.by_vote.has_value() == keys.vote.has_value() && ready.by_cosign.has_value() == keys.cosign.has_value();
}

bool verify(const NodeReadiness& ready, const ChainId& chain, const MemberId& member, const NodeKeys& keys) {
    if (!is_for(ready, keys)) return false;
    const Bytes statement = readiness_statement(chain, member, keys, ready.height);
    return holds(keys.vote, statement, ready.by_vote) && crypto::verify(keys.link, statement, ready.by_link) &&
           holds(keys.cosign, statement, ready.by_cosign);
}

}  // namespace datadeed::ledger
