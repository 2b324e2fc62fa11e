#include "audit/trust.h"

#include "chain/voters.h"
#include "consensus/quorum.h"
#include "ledger/checkpoint_names.h"

namespace datadeed::audit {

Trust trust_of(const ledger::Genesis& genesis, const ChainId& chain) {
    return {.chain = chain, .validators = chain::voters(genesis.nodes), .cosigners = policy_of(genesis, chain)};
}

crypto::Policy policy_of(const ledger::Genesis& genesis, const ChainId& chain) {
    crypto::Policy policy{.origin = ledger::checkpoint_origin(genesis.chain_name, chain),
                          .cosigners = {},
                          .quorum = consensus::quorum(genesis.nodes.validators.size())};
    for (const ledger::Validator& validator : genesis.nodes.validators) {
        policy.cosigners.push_back({.name = ledger::cosigner_name(genesis.chain_name, validator.member),
                                    .type = crypto::KeyType::cosignature,
                                    .key = validator.cosign});
    }
    return policy;
}

}  // namespace datadeed::audit
