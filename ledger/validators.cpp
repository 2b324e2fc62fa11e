#include "ledger/validators.h"

#include "base/cbor.h"
#include "crypto/hash.h"

namespace datadeed::ledger {

Digest hash(const ValidatorSet& set) {
    cbor::Writer writer;
    writer.array(2);
    writer.text("datadeed/validators/1");
    encode_to(writer, set);
    return crypto::sha256(writer.data());
}

}  // namespace datadeed::ledger
