#include <rapidcheck.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ledger/node_votes.h"
#include "tests/ledger/nodes.h"
#include "tests/ledger/random.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

// What must hold of who runs nodes, whatever members propose and vote, tried on random histories.

namespace datadeed::ledger::test {
namespace {

using enum NodeChangeKind;

const std::vector<std::string> node_members = {"node-1", "node-2", "node-3", "node-4", "watch", "yan", "zoe"};

// Few validators, so that changes come about and little is left to remove.
World small_world() {
    Genesis genesis = small_genesis();
    genesis.nodes.validators.resize(1 + below(4));
    World world{genesis};
    admit(world, "yan", {Role::validator});
    admit(world, "zoe", {Role::validator, Role::observer});
    return world;
}

// A history of proposals and votes, and what it showed.
struct History {
    World world{small_world()};
    std::vector<ChangeId> changes{};
    std::map<crypto::PublicKey, NodeKeyRecord> keys{};  // all that ever served
    std::vector<Epoch> epochs{get_epoch(world.state())};

    [[nodiscard]] NodeChange some_change() const {
        const NodeChangeKind kind{static_cast<std::uint8_t>(1 + below(5))};
        const std::string member = one_of(node_members);
        if (!brings_keys(kind)) return leaving(kind, member);
        return joining(world, kind, member, member + (below(2) == 0 ? "" : "/" + std::to_string(below(3))));
    }

    // Votes of all validators in random order, most of them approvals.
    void vote_on(const ChangeId& id) {
        for (int i = 0; i < 6; ++i) {
            const Epoch before = get_epoch(world.state());
            const ChangeRecord open = *find_change(world.state(), id);
            const std::string voter =
                below(8) == 0 ? one_of(node_members) : one_of(before.nodes.validators).member.value;
            const bool approve = below(6) != 0;
            const auto refused = world.submit(voter, VoteChange{.change = id, .approve = approve});
            check_outcome(id, before, open, refused);
        }
    }

    // Adopted exactly when the approvals are more than two thirds of those who may vote, and then at once.
    void check_outcome(const ChangeId& id, const Epoch& before, const ChangeRecord& open,
                       const std::optional<Refusal>& refused) const {
        const ChangeRecord now = *find_change(world.state(), id);
        if (refused) {
            RC_ASSERT(now == open);
            return;
        }
        const std::size_t voters = before.nodes.validators.size();
        RC_ASSERT((now.outcome == ChangeOutcome::adopted) == (3 * now.approvals.size() > 2 * voters));
        RC_ASSERT((now.outcome == ChangeOutcome::refused) == (3 * (voters - now.refusals.size()) <= 2 * voters));
        RC_ASSERT((get_epoch(world.state()).number > before.number) == (now.outcome == ChangeOutcome::adopted));
        std::set<MemberId> seen(now.approvals.begin(), now.approvals.end());
        seen.insert(now.refusals.begin(), now.refusals.end());
        RC_ASSERT(seen.size() == now.approvals.size() + now.refusals.size());
        for (const MemberId& voter : seen) RC_ASSERT(is_validator(before.nodes, voter));
    }

    void note_epoch() {
        const Epoch present = get_epoch(world.state());
        if (present == epochs.back()) return;
        RC_ASSERT(present.number == epochs.back().number.next());
        RC_ASSERT(present.from == world.height().next());
        RC_ASSERT(present.nodes != epochs.back().nodes);
        epochs.push_back(present);
    }

    void check_nodes() const {
        const ValidatorSet nodes = epochs.back().nodes;
        RC_ASSERT(!nodes.validators.empty());
        std::set<MemberId> serving;
        for (std::size_t i = 0; i < nodes.validators.size(); ++i) {
            if (i > 0) RC_ASSERT(nodes.validators[i - 1].member < nodes.validators[i].member);
            RC_ASSERT(serving.insert(nodes.validators[i].member).second);
        }
        for (std::size_t i = 0; i < nodes.observers.size(); ++i) {
            if (i > 0) RC_ASSERT(nodes.observers[i - 1].member < nodes.observers[i].member);
            RC_ASSERT(serving.insert(nodes.observers[i].member).second);
        }
    }

    // A key serves one member for one purpose; the state says so for ever; and no member signs with it.
    void check_keys() {
        const auto check = [this](const crypto::PublicKey& key, const MemberId& member, NodeKeyPurpose purpose) {
            const NodeKeyRecord record{.member = member, .purpose = purpose};
            const auto [known, is_new] = keys.emplace(key, record);
            RC_ASSERT(known->second == record);
        };
        for (const Validator& validator : epochs.back().nodes.validators) {
            check(validator.vote, validator.member, NodeKeyPurpose::vote);
            check(validator.link, validator.member, NodeKeyPurpose::link);
            check(validator.cosign, validator.member, NodeKeyPurpose::cosign);
        }
        for (const Observer& observer : epochs.back().nodes.observers) {
            check(observer.link, observer.member, NodeKeyPurpose::link);
        }
        for (const auto& [key, record] : keys) {
            RC_ASSERT(find_node_key(world.state(), key) == record);
            RC_ASSERT(!find_key(world.state(), key));
        }
    }

    // Every height has one epoch, and what an epoch was never changes.
    void check_epochs() const {
        for (const Epoch& epoch : epochs) RC_ASSERT(find_epoch(world.state(), epoch.number) == epoch);
        RC_ASSERT(!find_epoch(world.state(), epochs.back().number.next()));
        std::size_t at = 0;
        for (Height height{1}; height <= world.height().next(); height = height.next()) {
            while (at + 1 < epochs.size() && epochs[at + 1].from <= height) ++at;
            RC_ASSERT(epoch_at(world.state(), height) == epochs[at]);
        }
    }
};

}  // namespace

TEST_CASE("in any history of votes some validator remains, epochs join without gap, and no key serves twice") {
    std::size_t adopted = 0;
    REQUIRE(rc::check("membership", [&adopted] {
        History history;
        for (int step = 0; step < 40; ++step) {
            if (below(8) == 0) {
                const std::string member = one_of(node_members);
                const std::string key = member + (below(2) == 0 ? "/vote" : "/" + std::to_string(below(3)) + "/link");
                static_cast<void>(history.world.submit("ann", AddKey{.key = public_key_of(key)}));
            }
            const ProposeChange operation = proposing(history.world, history.some_change());
            if (!check(operation)) continue;
            const VerifiedTransaction transaction = history.world.signed_by("op", {operation});
            if (!history.world.submit(transaction)) history.changes.push_back(change_id(transaction.id(), 0));
            if (!history.changes.empty()) {
                history.vote_on(below(3) == 0 ? one_of(history.changes) : history.changes.back());
            }
            history.note_epoch();
            history.check_nodes();
            history.check_keys();
        }
        history.check_epochs();
        adopted += history.epochs.size() - 1;
    }));
    // Else the histories would show nothing.
    CHECK(adopted > 300);
}

}  // namespace datadeed::ledger::test
