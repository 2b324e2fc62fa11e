#include <algorithm>
#include <utility>

#include "consensus/quorum.h"
#include "ledger/readiness.h"
#include "tests/sim/cluster.h"

// What the members decide: who votes, one change after the other, while everything goes wrong.

namespace datadeed::sim {
namespace {

constexpr std::uint64_t council_us = 150'000;  // between two of its acts
constexpr std::uint64_t patience_max = 20;     // acts until a change that gets nowhere is given up

}  // namespace

bool Cluster::validates(std::size_t node) const {
    const ledger::Epoch epoch = checker_.epoch();
    return std::ranges::find(epoch.nodes.validators, nodes_[node]->name(), &ledger::Validator::member) !=
           epoch.nodes.validators.end();
}

// A proposal may be decided long after those who made it have given it up.
std::size_t Cluster::removals_under_way() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(council_.to_remove, [this](std::size_t node) { return validates(node); }));
}

// So many validators can bear the faulty ones, whichever those are.
bool Cluster::is_safe(std::size_t validators) const {
    return validators > 0 && plan_.faulty() <= consensus::faults(validators);
}

// Something that the protocol promises to survive: members look at what they vote for.
std::optional<ledger::NodeChange> Cluster::draw_change() {
    const std::size_t node = rng_.below(nodes_.size());
    const std::size_t validators = checker_.epoch().nodes.validators.size() - removals_under_way();
    ledger::NodeChange change{.kind = {}, .member = nodes_[node]->name(), .keys = {}, .ready = {}};
    if (!validates(node)) {
        change.kind = ledger::NodeChangeKind::add_validator;
        if (!is_safe(validators + 1) || !is_honest(node)) return std::nullopt;
    } else if (rng_.chance(500)) {
        change.kind = ledger::NodeChangeKind::remove_validator;
        if (validators < 2 || !is_safe(validators - 1)) return std::nullopt;
    } else {
        change.kind = ledger::NodeChangeKind::replace_keys;
        if (!is_honest(node)) return std::nullopt;
    }
    if (ledger::brings_keys(change.kind) &&
        (!nodes_[node]->up() || hurt_ == node || council_.generations[node] == generations_max)) {
        return std::nullopt;
    }
    return change;
}

void Cluster::govern() {
    if (healed_ || council_.left == 0) return;
    schedule(rng_.between(council_us / 2, 2 * council_us), What::govern);
    const bool over = council_.proposed && (council_.epoch != checker_.epoch().number || council_.voters.empty());
    if (over || council_.patience == 0) {
        if (over) --council_.left;
        council_.proposed.reset();
        council_.patience = patience_max;
        council_.change = draw_change();
        if (!council_.change) return;
        const std::size_t node = index_of(council_.change->member);
        if (!ledger::brings_keys(council_.change->kind)) return propose(node, {});
        const ledger::NodeSecrets keys = joining_keys(world_.genesis, node, council_.generations[node]);
        return give(node, replica::ReadyRequest{.token = replica::RequestToken{1}, .vote = keys.vote->public_key()});
    }
    --council_.patience;
    if (!council_.proposed) return;
    const auto voter = council_.voters.begin() + static_cast<std::ptrdiff_t>(rng_.below(council_.voters.size()));
    hand_in(*voter, ledger::VoteChange{.change = *council_.proposed, .approve = true});
    council_.voters.erase(voter);
}

// The node has said whether it is ready, or needn't be.
void Cluster::propose(std::size_t node, const replica::ReadyAnswer& answer) {
    if (!council_.change || council_.proposed || healed_) return;
    if (!answer.code.empty()) return note(node, "isn't ready: " + answer.code);
    ledger::NodeChange change = *std::exchange(council_.change, std::nullopt);
    council_.joiner.reset();
    if (ledger::brings_keys(change.kind)) {
        council_.joiner = node;
        const ledger::NodeSecrets keys = joining_keys(world_.genesis, node, council_.generations[node]++);
        change.keys = ledger::public_keys_of(keys);
        change.ready = ledger::sign_readiness(world_.chain(), change.member, keys, answer.height);
    }
    if (change.kind == ledger::NodeChangeKind::remove_validator) council_.to_remove.insert(node);
    council_.epoch = checker_.epoch().number;
    council_.voters.clear();
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (validates(i)) council_.voters.push_back(i);
    }
    const std::size_t proposer = council_.voters.front();
    std::erase(council_.voters, proposer);
    note(node, "the members are asked to " + std::string{ledger::name(change.kind)});
    hand_in(proposer, ledger::ProposeChange{.change = change, .until = TimeMs{true_ms() + 600'000}});
}

// At two nodes, of which one may be down.
void Cluster::hand_in(std::size_t member, ledger::Operation operation) {
    const bool proposes = std::holds_alternative<ledger::ProposeChange>(operation);
    const Bytes raw = ledger::sign_transaction(world_.chain(),
                                               {.nonce = ledger::Nonce{true_ms() * 1000 + council_.nonces++},
                                                .expires = TimeMs{true_ms() + 600'000},
                                                .operations = {std::move(operation)}},
                                               node_member_key(member));
    const auto transaction = replica::check_transaction(raw, *world_.context);
    if (!transaction) return checker_.violate(Invariant::running, "a member's transaction isn't one");
    const ledger::TxId id = (*transaction)->tx.id();
    if (proposes) council_.proposed = ledger::change_id(id, 0);
    for (std::size_t i = 0; i < 2; ++i) {
        const std::size_t node = rng_.below(nodes_.size());
        if (!nodes_[node]->up()) continue;
        give(node, replica::SubmitTransaction{.transaction = *transaction,
                                              .token = replica::RequestToken{UINT64_MAX - council_.nonces * 2 - i}});
    }
}

}  // namespace datadeed::sim
