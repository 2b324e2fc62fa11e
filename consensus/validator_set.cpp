#include "consensus/validator_set.h"

#include <string_view>
#include <utility>

#include "base/assert.h"
#include "base/fields.h"
#include "consensus/limits.h"
#include "crypto/hash.h"

namespace datadeed::consensus {

ValidatorSet::ValidatorSet(std::vector<Validator> validators) : validators_{std::move(validators)} {
    DATADEED_ASSERT(!validators_.empty() && validators_.size() <= validators_max);
}

ValidatorIndex ValidatorSet::primary(View view) const {
    return ValidatorIndex{static_cast<std::uint32_t>(view.value % validators_.size())};
}

const Validator& ValidatorSet::at(ValidatorIndex index) const {
    DATADEED_ASSERT(contains(index));
    return validators_[index.value];
}

Digest ValidatorSet::hash() const {
    cbor::Writer writer;
    writer.array(2);
    writer.text("datadeed/validators/1");
    encode_to(writer, validators_);
    return crypto::sha256(writer.data());
}

}  // namespace datadeed::consensus
