#include <rapidcheck.h>

#include <map>
#include <numeric>
#include <vector>

#include "chain/evidence_judge.h"
#include "ledger/attenuates.h"
#include "ledger/effective.h"
#include "ledger/indexes.h"
#include "ledger/lookup.h"
#include "ledger/state_keys.h"
#include "ledger/state_tree.h"
#include "ledger/views.h"
#include "tests/ledger/random.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

// What must hold whatever members do, tried on random histories.

namespace datadeed::ledger::test {
namespace {

const std::vector<std::string> members = {"ann", "ben", "max", "una", "uri", "rep", "reg"};
const std::vector<DatasetId> data_sets = {DatasetId{"census"}, DatasetId{"maps"}};

MemberId some_member() {
    return MemberId{one_of(members)};
}

Terms some_terms(const World& world) {
    Terms terms = usual_terms();
    if (below(2) == 0) terms.purposes.pop_back();
    if (below(2) == 0) terms.operations.pop_back();
    if (below(6) == 0) terms.from = TimeMs{world.now().value + below(100)};
    terms.until = TimeMs{world.now().value + below(20 * hour_ms)};
    terms.uses = 1 + below(20);
    terms.depth = static_cast<std::uint32_t>(below(5));
    return terms;
}

struct Actors {
    World world;
    std::vector<GrantId> grants{};

    [[nodiscard]] GrantId some_grant() const { return grants.empty() ? GrantId{} : one_of(grants); }

    [[nodiscard]] Operation some_grant_operation() const {
        CreateGrant operation{
            .data = one_of(data_sets), .grantee = some_member(), .parent = {}, .terms = some_terms(world)};
        if (!grants.empty() && below(2) == 0) operation.parent = some_grant();
        return operation;
    }

    [[nodiscard]] Operation some_operation() const {
        const DatasetId data = one_of(data_sets);
        switch (below(10)) {
            case 0:
                return TransferOffer{
                    .data = data, .to = some_member(), .share = ShareBp{static_cast<std::uint32_t>(below(10'001))}};
            case 1:
                return TransferAccept{.data = data};
            case 2:
                return TransferWithdraw{.data = data, .to = some_member()};
            case 3:
                return AppointManager{.data = data, .manager = some_member(), .scope = usual_scope()};
            case 4:
                return RevokeManager{.data = data};
            case 5:
                return RevokeGrant{.grant = some_grant(), .reason = "because"};
            case 6:
                return RecordUses{.grant = some_grant(), .count = 1 + below(8)};
            default:
                return some_grant_operation();
        }
    }

    // Prefers whoever can do it, so that not everything is refused.
    [[nodiscard]] std::string some_signer(const Operation& operation) const {
        if (below(4) == 0) return one_of(members);
        if (const auto* create = std::get_if<CreateGrant>(&operation)) {
            const auto parent = create->parent ? find_grant(world.state(), *create->parent) : std::nullopt;
            if (parent) return parent->grantee.value;
        }
        if (const auto* accept = std::get_if<TransferAccept>(&operation)) {
            const auto offers = list_offers(world.state(), accept->data, std::nullopt, 10);
            if (!offers.items.empty()) return one_of(offers.items).id.value;
        }
        return below(2) == 0 ? "ann" : one_of(members);
    }

    [[nodiscard]] std::map<GrantId, Effectiveness> effectiveness(TimeMs now) const {
        std::map<GrantId, Effectiveness> all;
        for (const GrantId& id : grants)
            all[id] = effective(lineage_of(id, *find_grant(world.state(), id), world.state()), now);
        return all;
    }
};

bool is_about_ownership_or_management(const Operation& operation) {
    return std::holds_alternative<TransferOffer>(operation) || std::holds_alternative<TransferAccept>(operation) ||
           std::holds_alternative<TransferWithdraw>(operation) || std::holds_alternative<AppointManager>(operation) ||
           std::holds_alternative<RevokeManager>(operation);
}

void check_shares(const MapState& state) {
    for (const DatasetId& id : data_sets) {
        std::uint32_t sum = 0;
        const DataRecord data = *find_data(state, id);
        for (const Ownership& owner : data.owners) {
            RC_ASSERT(owner.share > ShareBp{});
            sum += owner.share.value;
        }
        RC_ASSERT(sum == whole.value);
        for (const std::string& member : members) {
            const auto owned = list_data_of(state, MemberId{member}, std::nullopt, 10);
            const bool is_listed = std::ranges::any_of(owned.items, [&](const auto& item) { return item.id == id; });
            RC_ASSERT(is_listed == (data.share_of(MemberId{member}) > ShareBp{}));
        }
    }
}

// Only an owner moves its share: one shrinks only when who was offered it accepts, by no more than was offered, and
// nobody else's changes.
void check_moves(const MapState& before, const MapState& after, const Operation& operation, const MemberId& signer) {
    for (const DatasetId& id : data_sets) {
        const DataRecord old = *find_data(before, id);
        const DataRecord now = *find_data(after, id);
        const auto* accept = std::get_if<TransferAccept>(&operation);
        if (accept == nullptr || accept->data != id) {
            RC_ASSERT(now.owners == old.owners);
            continue;
        }
        const std::optional<OfferRecord> offer = find_offer(before, id, signer);
        RC_ASSERT(offer.has_value());
        for (const std::string& name : members) {
            const MemberId member{name};
            std::uint32_t expected = old.share_of(member).value;
            if (member == offer->from) expected -= offer->share.value;
            if (member == signer) expected += offer->share.value;
            RC_ASSERT(now.share_of(member).value == expected);
        }
    }
}

void check_grants(const Actors& actors, std::map<GrantId, GrantRecord>& before) {
    const MapState& state = actors.world.state();
    for (const auto& [id, effectiveness] : actors.effectiveness(actors.world.now())) {
        const GrantRecord grant = *find_grant(state, id);
        RC_ASSERT(grant.used <= grant.terms.uses);
        if (grant.parent) {
            const GrantRecord parent = *find_grant(state, *grant.parent);
            RC_ASSERT(attenuates(grant.terms, parent.terms).has_value());
            RC_ASSERT(parent.used >= grant.used);
            const Effectiveness above = effective(lineage_of(*grant.parent, parent, state), actors.world.now());
            RC_ASSERT(effectiveness.status >= above.status);
        }
        const auto known = before.find(id);
        if (known != before.end()) {
            RC_ASSERT(grant.used >= known->second.used);
            RC_ASSERT(grant.terms == known->second.terms);
            if (known->second.revocation) RC_ASSERT(grant.revocation == known->second.revocation);
        }
        before[id] = grant;
    }
}

// The indexes as the records alone give them.
std::map<Bytes, Bytes> indexes_from_records(const MapState& state) {
    std::map<Bytes, Bytes> indexes;
    for (const auto& [id, data] : list_data(state, std::nullopt, 1'000).items) {
        for (const Ownership& owner : data.owners) indexes[state_keys::owned(owner.member, id)] = encode(owner.share);
    }
    for (const auto& [id, grant] : list_grants(state, std::nullopt, 1'000).items) {
        indexes[state_keys::grant_of_data(grant.data, id)] = encode(true);
        indexes[state_keys::grant_of_member(grant.grantee, id)] = encode(GrantSide::grantee);
        indexes[state_keys::grant_of_member(grant.grantor, id)] = encode(GrantSide::grantor);
    }
    return indexes;
}

void check_indexes(const MapState& state) {
    std::map<Bytes, Bytes> indexes;
    for (auto& [key, value] : state.scan({}, {}, 10'000)) {
        if (state_keys::is_index(key)) indexes[key] = value;
    }
    RC_ASSERT(indexes == indexes_from_records(state));
    // As who has the records one by one makes them.
    std::map<Bytes, Bytes> from_each;
    for (auto& [key, value] : state.scan({}, {}, 10'000)) {
        if (state_keys::is_index(key)) continue;
        const std::optional<StateChanges> follow = indexes_of({.key = key, .value = value});
        for (const auto& [index, content] : follow.value()) from_each[index] = *content;
    }
    RC_ASSERT(indexes == from_each);
}

class AllVersions final : public TreeStore {
public:
    [[nodiscard]] std::optional<Bytes> node(const NodeKey& key) const override {
        const auto found = nodes.find(key);
        return found == nodes.end() ? std::nullopt : std::optional{found->second};
    }
    void keep(const TreeUpdate& update) {
        for (const TreeUpdate::Node& node : update.nodes) nodes[node.key] = node.bytes;
    }
    std::map<NodeKey, Bytes> nodes;
};

}  // namespace

TEST_CASE("in any history shares sum to the whole, grants stay below their parents, and what is revoked stays so") {
    REQUIRE(rc::check("rights", [] {
        Actors actors{.world = world_with_census()};
        std::map<GrantId, GrantRecord> before;
        std::map<GrantId, Effectiveness> last;
        for (int step = 0; step < 40; ++step) {
            actors.world.wait(below(20) == 0 ? 5 * hour_ms : 1);
            const Operation operation = actors.some_operation();
            if (!check(operation)) continue;
            const std::string signer = actors.some_signer(operation);
            const VerifiedTransaction transaction = actors.world.signed_by(signer, {operation});
            const TimeMs probe{actors.world.now().value + 1};
            const auto effective_before = actors.effectiveness(probe);
            const MapState state_before = actors.world.state();
            if (!actors.world.submit(transaction)) {
                check_moves(state_before, actors.world.state(), operation, MemberId{signer});
                if (is_about_ownership_or_management(operation)) {
                    RC_ASSERT(actors.effectiveness(probe) == effective_before);
                }
                if (std::holds_alternative<CreateGrant>(operation)) {
                    actors.grants.push_back(grant_id(transaction.id(), 0));
                }
            } else {
                RC_ASSERT(actors.world.state() == state_before);
            }
            check_shares(actors.world.state());
            check_grants(actors, before);
            check_indexes(actors.world.state());
            const auto now = actors.effectiveness(actors.world.now());
            for (const auto& [id, effectiveness] : last) {
                if (effectiveness.status == GrantStatus::revoked) RC_ASSERT(now.at(id).status == GrantStatus::revoked);
            }
            last = now;
        }
    }));
}

TEST_CASE("two executions of the same transactions give the same changes and the same root as a tree built at once") {
    REQUIRE(rc::check("determinism", [] {
        Actors actors{.world = world_with_census()};
        MapState state = actors.world.state();
        AllVersions store;
        std::optional<std::uint64_t> version;
        for (std::uint64_t height = 3; height < 9; ++height) {
            const BlockContext context{.height = Height{height}, .time = TimeMs{actors.world.now().value + height}};
            BlockExecution primary{state, context, chain::evidence_judge()};
            std::vector<VerifiedTransaction> kept;
            for (int i = 0; i < 8; ++i) {
                const Operation operation = actors.some_operation();
                if (!check(operation)) continue;
                const VerifiedTransaction candidate =
                    actors.world.signed_by(actors.some_signer(operation), {operation});
                if (!primary.apply(candidate)) continue;
                kept.push_back(candidate);
                if (std::holds_alternative<CreateGrant>(operation)) {
                    actors.grants.push_back(grant_id(candidate.id(), 0));
                }
            }
            BlockExecution voter{state, context, chain::evidence_judge()};
            for (const VerifiedTransaction& transaction : kept) RC_ASSERT(voter.apply(transaction).has_value());
            const StateChanges changes = primary.finish();
            RC_ASSERT(voter.finish() == changes);

            // Before the first block the tree holds nothing: the genesis and its successors come along.
            StateChanges all = changes;
            if (!version) {
                for (auto& entry : state.scan({}, {}, 1'000)) all.emplace(entry.key, entry.value);
            }
            state.apply(changes);
            const auto updated = update(store, version, all, height);
            store.keep(*updated);
            version = height;
            StateChanges whole_state;
            for (auto& entry : state.scan({}, {}, 1'000)) whole_state.emplace(entry.key, entry.value);
            RC_ASSERT(update(AllVersions{}, std::nullopt, whole_state, 1)->root == updated->root);
        }
    }));
}

}  // namespace datadeed::ledger::test
