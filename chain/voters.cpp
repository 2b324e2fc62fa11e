#include "chain/voters.h"

#include <utility>
#include <vector>

namespace datadeed::chain {

consensus::ValidatorSet voters(const ledger::ValidatorSet& nodes) {
    std::vector<consensus::Validator> validators;
    validators.reserve(nodes.validators.size());
    for (const ledger::Validator& validator : nodes.validators) {
        validators.push_back({.name = validator.member.value, .vote_key = validator.vote});
    }
    return consensus::ValidatorSet{std::move(validators)};
}

}  // namespace datadeed::chain
