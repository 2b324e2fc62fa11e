#include "audit/epochs.h"

#include <algorithm>

#include "chain/voters.h"
#include "consensus/quorum.h"
#include "ledger/checkpoint_names.h"

namespace datadeed::audit {
namespace {

crypto::Policy policy_of(const std::string& chain_name, const ChainId& chain, const ledger::ValidatorSet& nodes) {
    crypto::Policy policy{.origin = ledger::checkpoint_origin(chain_name, chain),
                          .cosigners = {},
                          .quorum = consensus::quorum(nodes.validators.size())};
    for (const ledger::Validator& validator : nodes.validators) {
        policy.cosigners.push_back({.name = ledger::cosigner_name(chain_name, validator.member),
                                    .type = crypto::KeyType::cosignature,
                                    .key = validator.cosign});
    }
    return policy;
}

}  // namespace

crypto::Policy policy_of(const ledger::Genesis& genesis, const ChainId& chain) {
    return policy_of(genesis.chain_name, chain, genesis.nodes);
}

Epochs::Epochs(const ledger::Genesis& genesis, const ChainId& chain) : chain_{chain}, chain_name_{genesis.chain_name} {
    begin({.number = {}, .from = Height{1}, .nodes = genesis.nodes}, 0);
}

void Epochs::begin(const ledger::Epoch& epoch, std::uint64_t log_size) {
    voters_ = std::make_shared<const consensus::ValidatorSet>(chain::voters(epoch));
    spans_.push_back(
        {.leaves_before = log_size, .cosigners = policy_of(chain_name_, chain_, epoch.nodes), .epoch = epoch});
}

const ledger::Epoch* Epochs::find(ledger::EpochNumber number) const {
    return number.value < spans_.size() ? &spans_[number.value].epoch : nullptr;
}

// The block that ends an epoch is still of it, so the log that ends there is vouched for by its nodes.
const crypto::Policy& Epochs::cosigners(std::uint64_t size) const {
    const auto after = std::ranges::lower_bound(spans_, size, {}, &Span::leaves_before);
    return after == spans_.begin() ? after->cosigners : std::prev(after)->cosigners;
}

}  // namespace datadeed::audit
