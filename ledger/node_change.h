#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "base/types.h"
#include "crypto/sign.h"
#include "ledger/types.h"
#include "ledger/validators.h"

// Changes of who runs nodes, and what the state says of them. Plain values; any thread.

namespace datadeed::ledger {

// A validator has all three keys, an observer only the one for links.
struct NodeKeys {
    std::optional<crypto::PublicKey> vote{};
    crypto::PublicKey link{};
    std::optional<crypto::PublicKey> cosign{};

    [[nodiscard]] bool are_for_validator() const { return vote && cosign; }
    [[nodiscard]] bool are_for_observer() const { return !vote && !cosign; }

    static constexpr void fields(auto& self, auto&& visit) {
        visit("vote", self.vote);
        visit("link", self.link);
        visit("cosign", self.cosign);
    }
    friend bool operator==(const NodeKeys&, const NodeKeys&) = default;
};

// A node's own word, by each of its keys, that it holds them and had executed the chain up to `height`. What is signed
// stands in readiness.h.
struct NodeReadiness {
    Height height{};
    std::optional<crypto::Signature> by_vote{};
    crypto::Signature by_link{};
    std::optional<crypto::Signature> by_cosign{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("height", self.height);
        visit("by_vote", self.by_vote);
        visit("by_link", self.by_link);
        visit("by_cosign", self.by_cosign);
    }
    friend bool operator==(const NodeReadiness&, const NodeReadiness&) = default;
};

// Numbers stand in transactions: never reuse one.
enum class NodeChangeKind : std::uint8_t {
    add_validator = 1,
    remove_validator = 2,  // it goes on as an observer
    add_observer = 3,
    remove_observer = 4,
    replace_keys = 5,
};
[[nodiscard]] constexpr bool is_known(NodeChangeKind kind) {
    return kind >= NodeChangeKind::add_validator && kind <= NodeChangeKind::replace_keys;
}
// "add_validator" and so on.
[[nodiscard]] std::string_view name(NodeChangeKind kind);

// Whether the kind names keys, and so needs the word of the node that has them.
[[nodiscard]] constexpr bool brings_keys(NodeChangeKind kind) {
    return kind != NodeChangeKind::remove_validator && kind != NodeChangeKind::remove_observer;
}

struct NodeChange {
    NodeChangeKind kind{NodeChangeKind::add_validator};
    MemberId member{};
    std::optional<NodeKeys> keys{};
    std::optional<NodeReadiness> ready{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("kind", self.kind);
        visit("member", self.member);
        visit("keys", self.keys);
        visit("ready", self.ready);
    }
    friend bool operator==(const NodeChange&, const NodeChange&) = default;
};

// Numbers stand in the state: never reuse one. One that is still open may be void: see must_be_votable in node_votes.h.
enum class ChangeOutcome : std::uint8_t { open = 1, adopted = 2, refused = 3 };
[[nodiscard]] constexpr bool is_known(ChangeOutcome outcome) {
    return outcome >= ChangeOutcome::open && outcome <= ChangeOutcome::refused;
}
// "open", "adopted", "refused".
[[nodiscard]] std::string_view name(ChangeOutcome outcome);

struct ChangeRecord {
    NodeChange change{};
    MemberId proposer{};
    Height proposed{};
    TimeMs until{};       // the first moment at which nobody votes any more
    EpochNumber epoch{};  // in which it was proposed; its validators are the voters
    std::vector<MemberId> approvals{};
    std::vector<MemberId> refusals{};
    ChangeOutcome outcome{ChangeOutcome::open};
    std::optional<Height> decided{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("change", self.change);
        visit("proposer", self.proposer, Limit{member_id_max});
        visit("proposed_height", self.proposed);
        visit("until_ms", self.until);
        visit("epoch", self.epoch);
        visit("approvals", self.approvals, Limit{validators_max});
        visit("refusals", self.refusals, Limit{validators_max});
        visit("outcome", self.outcome);
        visit("decided_height", self.decided);
    }
    friend bool operator==(const ChangeRecord&, const ChangeRecord&) = default;
};

// How many proposals of one member may wait for votes at a time.
inline constexpr std::size_t open_changes_max = 16;

// The proposals of a member that were open when it last made one, oldest first: what bounds them.
struct OpenChanges {
    std::vector<ChangeId> ids{};

    static constexpr void fields(auto& self, auto&& visit) { visit("ids", self.ids, Limit{open_changes_max}); }
    friend bool operator==(const OpenChanges&, const OpenChanges&) = default;
};

}  // namespace datadeed::ledger
