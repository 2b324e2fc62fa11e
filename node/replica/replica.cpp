#include "node/replica/replica.h"

#include <algorithm>
#include <utility>

#include "base/fields.h"
#include "ledger/lookup.h"
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

class OwningSigner final : public consensus::VoteSigner {
public:
    explicit OwningSigner(crypto::SecretKey key) : key_{std::move(key)}, signer_{key_} {}
    [[nodiscard]] crypto::Signature sign(ByteView statement) const override { return signer_.sign(statement); }

private:
    crypto::SecretKey key_;
    consensus::Ed25519Signer signer_;
};

template <class List, class Value, class Projection>
bool has(const List& list, const Value& value, Projection projection) {
    return std::ranges::find(list, value, projection) != std::ranges::end(list);
}

Result<void, StartError> check_keys(const ledger::Validator& validator, const Identity& identity) {
    const auto wrong = [&](const char* which) {
        return fail(
            StartError{.code = "node.key_wrong",
                       .reason = std::string{"the chain names another "} + which + " key for " + identity.self.value,
                       .hint = "use the key file that was made with it"});
    };
    if (!has(identity.vote_keys, validator.vote, &VoteKey::key)) return wrong("vote");
    const bool cosigns = identity.cosign_keys.empty() ||
                         has(identity.cosign_keys, validator.cosign, [](const auto& key) { return key->public_key(); });
    if (!cosigns) return wrong("cosign");
    return {};
}

// Whether this node is a validator of the present epoch, under the keys that it has.
Result<bool, StartError> is_validator(const ledger::ValidatorSet& nodes, const Identity& identity) {
    const auto validator = std::ranges::find(nodes.validators, identity.self, &ledger::Validator::member);
    if (validator != nodes.validators.end()) {
        const Result<void, StartError> keys = check_keys(*validator, identity);
        if (!keys && !identity.joins) return fail(keys.error());
        return keys.has_value();
    }
    const bool observes = has(nodes.observers, identity.self, &ledger::Observer::member);
    if (observes || identity.joins) return false;
    return fail(StartError{.code = "node.not_a_node",
                           .reason = "the chain names no validator or observer " + identity.self.value,
                           .hint = "start it under a name that the chain has, or with the chain's document; a node "
                                   "that is to join is configured so"});
}

// Only a chain without blocks may lack the votes of one of its validators: anywhere else they were lost, and with them
// what this node promised.
Result<OpenedVotes, StartError> open_votes(bool validates, chain::VoteFileOptions file, chain::FileSystem& files) {
    OpenedVotes opened{.place = {.files = &files, .file = std::move(file)}, .votes = {}, .silenced = {}};
    Result<VoteJournal::Opened, chain::Error> votes = VoteJournal::open(files, opened.place.file);
    if (votes && votes->recovered.votes_lost) {
        opened.silenced = votes_lost_text;
    } else if (votes) {
        opened.votes = std::move(*votes);
    } else if (!validates && votes.error().fault == chain::Fault::votes_missing) {
        return opened;
    } else if (silences(votes.error().fault)) {
        opened.silenced = chain::to_text(votes.error());
    } else {
        return fail(from_store(votes.error()));
    }
    return opened;
}

}  // namespace

Replica::Replica(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
Replica::~Replica() = default;

VoteKey make_vote_key(crypto::SecretKey key) {
    const crypto::PublicKey name = key.public_key();
    return {.key = name, .signer = std::make_shared<const OwningSigner>(std::move(key))};
}

Result<std::unique_ptr<Replica>, StartError> Replica::start(const ledger::Genesis& genesis, Identity identity,
                                                            const Stores& stores) {
    Result<std::unique_ptr<chain::Committer>, chain::Error> committer =
        chain::Committer::open({.chain = *stores.chain,
                                .state = *stores.state,
                                .judge = identity.judge != nullptr ? *identity.judge : chain::evidence_judge()},
                               genesis, stores.state_options);
    if (!committer) return fail(from_store(committer.error()));
    const Result<bool, StartError> validates = is_validator(ledger::get_validators((*committer)->state()), identity);
    if (!validates) return fail(validates.error());
    // A node that joins may have voted before it lost its folder.
    const bool founds = *validates && !identity.joins && (*committer)->tip().height.value == 0;
    Result<OpenedVotes, StartError> votes = open_votes(*validates,
                                                       {.path = stores.votes_path,
                                                        .chain = ledger::chain_id(encode(genesis)),
                                                        .node = identity.self.value,
                                                        .create = founds,
                                                        .count_min = (*committer)->chain().votes_durable()},
                                                       *stores.files);
    if (!votes) return fail(votes.error());
    Result<OpenedSnapshots, chain::Error> snapshots = open_snapshots(stores.snapshots, *stores.chain);
    if (!snapshots) return fail(from_store(snapshots.error()));
    auto parts = std::make_unique<Parts>(genesis, std::move(identity), std::move(*committer), std::move(*votes),
                                         std::move(*snapshots));
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

const Epochs& Replica::epochs() const {
    return parts_->epochs();
}

}  // namespace datadeed::replica
