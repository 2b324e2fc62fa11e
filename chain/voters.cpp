#include "chain/voters.h"

#include <utility>
#include <vector>

namespace datadeed::chain {

consensus::ValidatorSet voters(const ledger::Epoch& epoch) {
    std::vector<consensus::Validator> validators;
    validators.reserve(epoch.nodes.validators.size());
    for (const ledger::Validator& validator : epoch.nodes.validators) {
        validators.push_back({.name = validator.member.value, .vote_key = validator.vote});
    }
    return consensus::ValidatorSet{std::move(validators),
                                   {.number = epoch.number.value, .base = Height{epoch.from.value - 1}}};
}

}  // namespace datadeed::chain
