#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "consensus/pbft.h"
#include "node/replica/admission.h"
#include "node/replica/cosign.h"
#include "node/replica/executor.h"
#include "node/replica/forks.h"
#include "node/replica/gossip.h"
#include "node/replica/mempool.h"
#include "node/replica/outbox.h"
#include "node/replica/proposer_clock.h"
#include "node/replica/replica.h"
#include "node/replica/serving.h"
#include "node/replica/snapshots.h"
#include "node/replica/sync.h"
#include "node/replica/times.h"
#include "node/replica/verify.h"
#include "node/replica/vote_journal.h"
#include "node/replica/waiters.h"

namespace datadeed::replica {

// The inside of a Replica: the parts, and what passes between them. See replica.h for what it promises.
class Replica::Parts {
public:
    Parts(const ledger::Genesis& genesis, Identity identity, std::unique_ptr<chain::Committer> committer,
          OpenedVotes votes, OpenedSnapshots snapshots);
    void handle(Event& event);
    // Does what the events of a step lead to, makes the votes durable, and gives all actions.
    [[nodiscard]] std::vector<Action> finish();
    [[nodiscard]] Status status() const;
    [[nodiscard]] const Epochs& epochs() const { return epochs_; }

private:
    // parts.cpp: time, clients
    void on(Tick& event);
    void on(SubmitTransaction& event);
    void on(PeerUp& event);
    void on(PeerDown& event);
    [[nodiscard]] std::optional<MaySkip> may_skip(const chain::CheckedManifest& manifest);
    void answer_refused(const SubmitTransaction& event, ledger::Refusal refusal);
    void drop_refused(const Admission::Dropped& dropped);
    void review(bool idle);
    void expire();
    [[nodiscard]] Admission::Moment moment() const;
    [[nodiscard]] ledger::MemberId primary() const;
    [[nodiscard]] Gossip::Moment gossip_moment() const;

    // parts_epoch.cpp: who serves
    void on(ReadyRequest& event);
    void know_epochs();
    void begin_epoch();
    void start_voting(consensus::RoundTimes rounds);
    [[nodiscard]] const consensus::VoteSigner* find_signer() const;
    [[nodiscard]] std::string why_mute() const;
    [[nodiscard]] Duty duty() const;
    [[nodiscard]] std::optional<consensus::ValidatorIndex> index_of(const ledger::MemberId& member) const;
    [[nodiscard]] const ledger::ValidatorSet& nodes() const { return epochs_.back().nodes; }

    // parts_consensus.cpp: what consensus asks for
    void run_consensus();
    void give_work();
    void perform(consensus::Action& action);
    void perform(consensus::Persist& action);
    void perform(consensus::Send& action);
    void perform(consensus::Build& action);
    void perform(consensus::Validate& action);
    void perform(consensus::Decide& action);
    void perform(consensus::FetchBody& action);
    void perform(consensus::FetchBlocks& action);
    void perform(consensus::ReportEvidence& action);
    void perform(consensus::EnteredView& action);
    void perform(consensus::Halt& action);
    [[nodiscard]] BlockPtr block_of(const Digest& hash, const Bytes& payload);
    void remember(BlockPtr block, Bytes payload);
    void commit(const BlockPtr& block, const consensus::CommitCertificate& certificate, bool caught_up);
    void settle(const CheckedBlock& block);
    void silence(std::string why);
    void lose_votes();
    void halt(Halt why);
    void halt(const chain::Error& error) { halt(to_halt(error)); }

    // parts_peers.cpp: what peers say
    void on(PeerMessage& event);
    void receive(const ledger::MemberId& peer, CheckedVote& message);
    void receive(const ledger::MemberId& peer, CheckedTransactions& message);
    void receive(const ledger::MemberId& peer, CheckedBlocks& message);
    void receive(const ledger::MemberId& peer, FetchBody& message);
    void receive(const ledger::MemberId& peer, CheckedBody& message);
    void receive(const ledger::MemberId& peer, Cosignature& message);
    void receive(const ledger::MemberId& peer, Tip& message);
    void receive(const ledger::MemberId& peer, const CheckedSnapshot& message);
    void take_question(const ledger::MemberId& peer, const Serving::Question& question);
    void answer(const ledger::MemberId& peer, const Serving::Question& question);
    void answer(const ledger::MemberId& peer, const FetchBlocks& question);
    [[nodiscard]] std::optional<CertifiedBlock> load(Height height);
    void adopt_ready();
    void fetch_missing();
    [[nodiscard]] Snapshots::Moment snapshot_moment() const;
    [[nodiscard]] Bytes own_tip() const;
    void tell_tip(bool to_all);
    void cosign(const ledger::BlockHeader& header);
    void cosign_idle();
    void store_checkpoints();

    // parts_forks.cpp: chains that part
    void ask_for_fork(const ledger::MemberId& peer, const Tip& theirs);
    void check_fork(const CheckedCertifiedBlock& shown);
    [[nodiscard]] bool check_manifest(const chain::SnapshotManifest& manifest);
    void take_fork(ForkFound found, const CheckedCertifiedBlock* shown);

    Identity identity_;
    TransactionCache cache_{recovered_memory_max};  // for proposals out of the journal
    std::unique_ptr<chain::Committer> committer_;
    Epochs epochs_;
    Digest nodes_hash_{};  // of those of the present epoch
    VerifyContext context_;
    Executor executor_;
    Mempool pool_;
    Waiters waiters_;
    Admission admission_;
    Sync sync_;
    Cosigner cosigner_;
    Outbox outbox_;
    Gossip gossip_;
    VotePlace vote_place_;
    std::optional<VoteJournal::Opened> votes_;
    std::optional<consensus::Pbft> pbft_;  // of the present epoch, while this node votes
    std::deque<consensus::Event> to_consensus_;
    std::string silenced_;  // why this node may never vote
    bool is_validator_{};
    bool epoch_over_{false};  // the tip is the last block of the present epoch
    bool halted_{false};
    std::uint64_t needed_durable_{0};     // the highest record that a message of this step depends on
    std::vector<CheckedBody> proposals_;  // that came by message, oldest first
    Serving serving_;
    Snapshots snapshots_;
    consensus::View last_view_{};       // of the last certificate
    std::optional<bool> work_given_{};  // whether consensus knows of work; nothing when it must be told anew
    Times at_{};
    ProposerClock proposer_clock_;
};

}  // namespace datadeed::replica
