#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "consensus/messages.h"
#include "consensus/view_change.h"
#include "node/replica/actions.h"
#include "node/replica/replica.h"
#include "node/replica/wire.h"
#include "tests/sim/old_keys.h"
#include "tests/sim/plan.h"
#include "tests/sim/rng.h"

namespace datadeed::sim {

// A message of a liar and how long it holds it back.
struct Said {
    replica::SendTo send{};
    std::uint64_t delay_us{};
};

// What a lying validator, or an observer, says beside or in place of what its replica says. The replica is the shipped
// one and believes in what it does; this rewrites its messages, adds others on hearing those of honest nodes, and signs
// with its own key. It has what anybody has: signatures that it heard, and votes of its peers on another chain.
class Liar {
public:
    // Who it is: one of the validators of genesis, with all keys that it may ever vote under.
    struct Self {
        ledger::MemberId name{};
        std::size_t number{};  // of the node; which peers it tells what follows from it
        ChainId chain{};
        std::shared_ptr<const ledger::Genesis> genesis{};
        consensus::ValidatorSet validators;
        std::vector<replica::VoteKey> keys{};
        bool observes{false};  // has no vote, and something to say all the same
    };
    Liar(Self self, std::vector<Lie> lies, Rng rng);

    // Who votes from now on, as its replica knows it. Once it isn't among them it has no more to say than that.
    void begin_epoch(const consensus::ValidatorSet& validators);
    // To be told how epochs end; null without that lie.
    [[nodiscard]] OldKeys* old_keys() { return old_keys_ ? &*old_keys_ : nullptr; }

    // One message to its receivers, as it goes out: other messages, other receivers, or none.
    [[nodiscard]] std::vector<Said> say(const replica::SendTo& send);
    // What it has to say about a message of somebody honest.
    [[nodiscard]] std::vector<Said> hear(const ledger::MemberId& from, const Bytes& bytes);
    // Whether its replica never gets to see such a message.
    [[nodiscard]] bool ignores(const Bytes& bytes) const;

    // Blocks that it proposed with a time long before its clock's, and after that of the block before.
    [[nodiscard]] std::uint64_t blocks_backdated() const { return blocks_backdated_; }
    // Messages by keys of past epochs.
    [[nodiscard]] std::uint64_t made_up() const { return made_up_; }

private:
    using Out = std::vector<Said>;

    // byzantine.cpp: which lie does what to which message. Each takes a message and adds what becomes of it to `out`.
    void apply(Lie lie, const Said& said, Out& out);
    void apply_to_vote(Lie lie, const Said& said, const consensus::Message& message, Out& out);
    void react(Lie lie, const consensus::Message& heard, Out& out);
    [[nodiscard]] static Bytes another_tip(replica::Tip tip);
    void repeat_blocks(const Bytes& bytes, Out& out);
    void selective(const Said& said, Out& out) const;
    void tell(const Said& instead_of, Bytes bytes, Out& out) const;
    void tell_all(Bytes bytes, Out& out) const;
    [[nodiscard]] bool tells(Lie lie) const;
    [[nodiscard]] bool hears_truth(const ledger::MemberId& peer) const;

    // lies_of_votes.cpp. Nothing returned: the message goes out as it is.
    [[nodiscard]] std::optional<Bytes> boast(const consensus::Message& message) const;
    [[nodiscard]] std::optional<Bytes> backdate(const consensus::Message& message);
    [[nodiscard]] std::optional<Bytes> spoil_roots(const consensus::Message& message) const;
    [[nodiscard]] std::optional<Bytes> second_story(const consensus::Message& message);
    [[nodiscard]] std::optional<Bytes> swap_body(const consensus::Message& message);
    void swap_transactions(std::vector<ledger::RawTransaction>& transactions);
    [[nodiscard]] std::optional<Bytes> hide_prepared(const consensus::Message& message) const;
    [[nodiscard]] std::optional<Bytes> forge_certificates(const consensus::Message& message);
    [[nodiscard]] std::optional<Bytes> open_falsely(const consensus::Message& message);
    [[nodiscard]] std::optional<Bytes> mutate(const consensus::Message& message);
    [[nodiscard]] std::optional<Bytes> open_otherwise(const consensus::Message& message) const;
    void two_stories(const Said& said, Bytes other, Out& out);
    void vote_as_primary(const consensus::Message& message, Out& out) const;
    void impersonate(const consensus::Message& message, Out& out) const;
    void vote_for_all(const consensus::Message& heard, Out& out);
    void reuse(const consensus::Message& heard, Out& out) const;
    void flood(Out& out);

    // lies_of_blocks.cpp: about final blocks, in answers to those who catch up.
    [[nodiscard]] Bytes false_blocks(Lie lie, replica::Blocks answer);
    [[nodiscard]] consensus::CommitCertificate certify(Lie lie, const consensus::Commit& commit) const;

    // lies_of_snapshots.cpp. Nothing returned: no answer at all.
    [[nodiscard]] std::optional<Bytes> false_snapshot(replica::Snapshot answer);
    [[nodiscard]] std::optional<Bytes> spoiled_part(replica::Part answer);
    [[nodiscard]] std::optional<Bytes> made_up_snapshot(const ledger::MemberId& peer, std::uint64_t request);
    void make_up(const ledger::MemberId& from, const Bytes& heard, Out& out);

    template <class M>
    [[nodiscard]] Bytes sign_again(M message) const;

    Self who_;
    bool votes_{true};
    consensus::ValidatorIndex self_{};
    consensus::ValidatorSet validators_;
    std::vector<Lie> lies_;
    Rng rng_;
    std::shared_ptr<const consensus::VoteSigner> signer_;
    std::vector<ledger::MemberId> others_;
    std::map<Digest, Digest> other_story_;  // the hash that some of them hear in place of this one
    std::set<consensus::View> opened_falsely_;
    std::set<std::tuple<consensus::View, Height, Digest>> voted_;
    consensus::ViewChanges view_changes_;          // the latest of each that it heard
    std::vector<Digest> seen_;                     // hashes that it heard of
    std::vector<Bytes> history_;                   // messages that it heard
    std::vector<Bytes> blocks_;                    // answers with blocks among them
    std::optional<Bytes> status_;                  // the last of its own
    std::optional<ledger::RawTransaction> spare_;  // a sound one, of an earlier block
    std::vector<Bytes> parts_;                     // that its replica gave away
    std::optional<OldKeys> old_keys_;
    std::map<ledger::MemberId, replica::Tip> tips_;  // of whom it could tell by them
    std::uint64_t told_{0};                          // messages told in two ways
    std::uint64_t heard_{0};
    std::uint64_t heard_blocks_{0};
    std::uint64_t boasts_{0};
    std::uint64_t blocks_backdated_{0};
    std::uint64_t made_up_{0};
};

}  // namespace datadeed::sim
