#include "consensus/validator_set.h"

#include <utility>

#include "base/assert.h"
#include "consensus/limits.h"

namespace datadeed::consensus {

ValidatorSet::ValidatorSet(std::vector<Validator> validators, Epoch epoch)
    : validators_{std::move(validators)}, epoch_{epoch} {
    DATADEED_ASSERT(!validators_.empty() && validators_.size() <= validators_max);
}

ValidatorIndex ValidatorSet::primary(View view) const {
    return ValidatorIndex{static_cast<std::uint32_t>(view.value % validators_.size())};
}

const Validator& ValidatorSet::at(ValidatorIndex index) const {
    DATADEED_ASSERT(contains(index));
    return validators_[index.value];
}

}  // namespace datadeed::consensus
