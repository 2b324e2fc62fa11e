#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "crypto/sign.h"
#include "ledger/error.h"
#include "ledger/execution.h"
#include "ledger/genesis.h"
#include "ledger/lookup.h"
#include "ledger/operation.h"
#include "ledger/state.h"
#include "ledger/transaction.h"

// A chain in memory for tests: members op, ann, ben (owners), max (manager), una, uri (users), rep (repository), reg
// (regulator), validators node-1 to node-4 and observer watch. Each member signs with the key that its name gives.

namespace datadeed::ledger::test {

inline Bytes bytes_of(std::string_view text) {
    return to_bytes(as_bytes(text));
}

inline constexpr TimeMs beginning{1'800'000'000'000};
inline constexpr std::uint64_t hour_ms = 60 * 60 * 1000;
inline constexpr std::uint64_t day_ms = 24 * hour_ms;

// The key of a name: always the same.
[[nodiscard]] const crypto::SecretKey& key_of(const std::string& name);
[[nodiscard]] crypto::PublicKey public_key_of(const std::string& name);

// A point of order 8: a signature key nobody should have.
inline const crypto::PublicKey small_order_key{
    *array_from_hex<32>("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")};

[[nodiscard]] Genesis small_genesis();

// Terms for research and teaching by count, mean and sum, until a day after the beginning, 100 uses, depth 3.
[[nodiscard]] Terms usual_terms();
[[nodiscard]] ManagerScope usual_scope();

// The terms, one level further down.
[[nodiscard]] Terms narrower(Terms terms);

// What was seen when a rule was to refuse.
struct Rung {
    Refusal expected{};
    std::optional<Refusal> seen{};
};
using Ladder = std::vector<Rung>;

class World {
public:
    explicit World(const Genesis& genesis = small_genesis());

    // Makes the next block of one transaction by that member and applies it; says what it was refused for. A refused
    // one changes nothing, the height included.
    std::optional<Refusal> submit(const std::string& signer, const std::vector<Operation>& operations);
    std::optional<Refusal> submit(const std::string& signer, const Operation& operation);

    // As submit, and requires success. Returns the transaction's id.
    TxId must(const std::string& signer, const Operation& operation);
    // The grant that was created.
    GrantId must_grant(const std::string& signer, const CreateGrant& operation);

    // A signed transaction with a fresh nonce and an expiry an hour ahead; `signing_key` is a name for key_of.
    [[nodiscard]] VerifiedTransaction signed_by(const std::string& signing_key,
                                                const std::vector<Operation>& operations);

    // Lets the clock run; the next block has the new time.
    void wait(std::uint64_t milliseconds) { time_.value += milliseconds; }
    void set_time(TimeMs time) { time_ = time; }

    // As submit, signed with a key that isn't the member's first.
    std::optional<Refusal> submit_with_key(const std::string& signing_key, const Operation& operation);
    std::optional<Refusal> submit(const VerifiedTransaction& transaction);

    [[nodiscard]] const MapState& state() const { return state_; }
    [[nodiscard]] TimeMs now() const { return time_; }
    [[nodiscard]] Height height() const { return height_; }
    [[nodiscard]] const ChainId& chain() const { return chain_; }

private:
    ChainId chain_;
    MapState state_;
    Height height_{};
    TimeMs time_{beginning};
    std::uint64_t nonces_made_{0};
};

// Where ann has registered "census" and "maps".
inline const DatasetId census{"census"};
[[nodiscard]] World world_with_census();

// Checks each rung: CHECKs with the codes shown.
void check_ladder(const Ladder& ladder);

// The ladders of all operations and documents; each is the order of its rules.
[[nodiscard]] Ladder ladder_of_transactions();
[[nodiscard]] Ladder ladder_of_admit_member();
[[nodiscard]] Ladder ladder_of_set_roles();
[[nodiscard]] Ladder ladder_of_add_key();
[[nodiscard]] Ladder ladder_of_retire_key();
[[nodiscard]] Ladder ladder_of_register_data();
[[nodiscard]] Ladder ladder_of_transfer_offer();
[[nodiscard]] Ladder ladder_of_transfer_withdraw();
[[nodiscard]] Ladder ladder_of_transfer_accept();
[[nodiscard]] Ladder ladder_of_appoint_manager();
[[nodiscard]] Ladder ladder_of_revoke_manager();
[[nodiscard]] Ladder ladder_of_create_grant();
[[nodiscard]] Ladder ladder_of_create_grant_by_manager();
[[nodiscard]] Ladder ladder_of_sub_grants();
[[nodiscard]] Ladder ladder_of_revoke_grant();
[[nodiscard]] Ladder ladder_of_record_uses();
[[nodiscard]] Ladder ladder_of_log_anchor();
[[nodiscard]] Ladder ladder_of_propose_change();
[[nodiscard]] Ladder ladder_of_other_changes();
[[nodiscard]] Ladder ladder_of_node_limits();
[[nodiscard]] Ladder ladder_of_vote_change();
[[nodiscard]] Ladder ladder_of_report_evidence();
[[nodiscard]] Ladder ladder_of_many_offences();
[[nodiscard]] Ladder ladder_of_blocks();
[[nodiscard]] Ladder ladder_of_genesis();
[[nodiscard]] Ladder ladder_of_state_tree();

}  // namespace datadeed::ledger::test
