#include "node/replica/replica.h"

#include <algorithm>
#include <utility>

#include "base/fields.h"
#include "node/replica/parts.h"

namespace datadeed::replica {
namespace {

StartError from_store(const chain::Error& error) {
    Halt why = to_halt(error);
    return {.code = std::move(why.code), .reason = std::move(why.reason), .hint = std::move(why.hint)};
}

// Whether what is wrong with the votes takes this node's voice, rather than that the disk can't be used.
bool silences(chain::Fault fault) {
    return fault == chain::Fault::votes_missing || fault == chain::Fault::votes_corrupt ||
           fault == chain::Fault::votes_rolled_back || fault == chain::Fault::votes_other_node;
}

Result<void, StartError> check_keys(const ledger::Validator& validator, const Identity& identity) {
    const auto wrong = [&](const char* which) {
        return fail(StartError{
            .code = "node.key_wrong",
            .reason = std::string{"the genesis document names another "} + which + " key for " + identity.self.value,
            .hint = "use the key file that was made with it"});
    };
    if (!identity.vote_signer && (!identity.vote_key || identity.vote_key->public_key() != validator.vote)) {
        return wrong("vote");
    }
    if (identity.cosign_key && identity.cosign_key->public_key() != validator.cosign) return wrong("cosign");
    return {};
}

}  // namespace

Replica::Replica(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
Replica::~Replica() = default;

Result<std::unique_ptr<Replica>, StartError> Replica::start(const ledger::Genesis& genesis, Identity identity,
                                                            const Stores& stores) {
    const auto& validators = genesis.nodes.validators;
    const auto validator = std::ranges::find(validators, identity.self, &ledger::Validator::member);
    const bool observes = std::ranges::find(genesis.nodes.observers, identity.self, &ledger::Observer::member) !=
                          genesis.nodes.observers.end();
    if (validator == validators.end() && !observes) {
        return fail(StartError{.code = "node.not_a_node",
                               .reason = "the genesis document names no validator or observer " + identity.self.value,
                               .hint = "start it under a name that the document has, or with the chain's document"});
    }
    if (validator != validators.end()) {
        if (const Result<void, StartError> keys = check_keys(*validator, identity); !keys) return fail(keys.error());
    }
    Parts::Opened opened;
    Result<std::unique_ptr<chain::Committer>, chain::Error> committer =
        chain::Committer::open({.chain = *stores.chain, .state = *stores.state}, genesis, stores.state_options);
    if (!committer) return fail(from_store(committer.error()));
    opened.committer = std::move(*committer);
    if (validator != validators.end()) {
        // Only a chain without blocks may lack votes: anywhere else they were lost, and with them what this node
        // promised.
        Result<VoteJournal::Opened, chain::Error> votes =
            VoteJournal::open(*stores.files, {.path = stores.votes_path,
                                              .chain = ledger::chain_id(encode(genesis)),
                                              .node = identity.self.value,
                                              .create = opened.committer->tip().height.value == 0,
                                              .count_min = opened.committer->chain().votes_durable()});
        if (votes && votes->recovered.votes_lost) {
            opened.silenced = votes_lost_text;
        } else if (votes) {
            opened.votes = std::move(*votes);
        } else if (silences(votes.error().fault)) {
            opened.silenced = chain::to_text(votes.error());
        } else {
            return fail(from_store(votes.error()));
        }
    }
    auto parts = std::make_unique<Parts>(genesis, std::move(identity), std::move(opened));
    return std::unique_ptr<Replica>{new Replica{std::move(parts)}};
}

std::vector<Action> Replica::step(Event event) {
    parts_->handle(event);
    return parts_->finish();
}

std::vector<Action> Replica::step(std::vector<Event> events) {
    for (Event& event : events) parts_->handle(event);
    return parts_->finish();
}

Status Replica::status() const {
    return parts_->status();
}

}  // namespace datadeed::replica
