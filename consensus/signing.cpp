#include "consensus/signing.h"

namespace datadeed::consensus {

crypto::Signature Ed25519Signer::sign(ByteView statement) const {
    return crypto::sign(*key_, statement);
}

bool Ed25519Verifier::verify(const crypto::PublicKey& key, ByteView statement,
                             const crypto::Signature& signature) const {
    return crypto::verify(key, statement, signature);
}

}  // namespace datadeed::consensus
