#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "consensus/pbft.h"
#include "node/replica/admission.h"
#include "node/replica/cosign.h"
#include "node/replica/executor.h"
#include "node/replica/gossip.h"
#include "node/replica/mempool.h"
#include "node/replica/outbox.h"
#include "node/replica/proposer_clock.h"
#include "node/replica/replica.h"
#include "node/replica/serving.h"
#include "node/replica/sync.h"
#include "node/replica/verify.h"
#include "node/replica/vote_journal.h"
#include "node/replica/waiters.h"

namespace datadeed::replica {

// The inside of a Replica: the parts, and what passes between them. See replica.h for what it promises.
class Replica::Parts {
public:
    struct Opened {  // what start() found on disk
        std::unique_ptr<chain::Committer> committer{};
        std::optional<VoteJournal::Opened> votes{};  // only if it may vote
        std::string silenced{};                      // why it may not, though a validator
    };
    Parts(const ledger::Genesis& genesis, Identity identity, Opened opened);

    void handle(Event& event);
    // Does what the events of a step lead to, makes the votes durable, and gives all actions.
    [[nodiscard]] std::vector<Action> finish();
    [[nodiscard]] Status status() const;

private:
    // A proposal that came by message, as decoded on the way.
    struct Proposed {
        BlockPtr block{};
        Bytes payload{};
    };

    // parts.cpp: time, clients
    void on(Tick& event);
    void on(SubmitTransaction& event);
    void on(ForgetRequest& event);
    void on(PeerUp& event);
    void on(PeerDown& event);
    void start_voting();
    void answer_refused(const SubmitTransaction& event, ledger::Refusal refusal);
    void drop_refused(const Admission::Dropped& dropped);
    void review(bool idle);
    void expire();
    [[nodiscard]] Admission::Moment moment() const;
    [[nodiscard]] ledger::MemberId primary() const;
    [[nodiscard]] Gossip::Moment gossip_moment() const;

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
    bool commit(const BlockPtr& block, const consensus::CommitCertificate& certificate, bool caught_up);
    void settle(const CheckedBlock& block);
    void silence(std::string why);
    void lose_votes();
    void halt(Halt why);
    void halt(const chain::Error& error) { halt(to_halt(error)); }

    // parts_peers.cpp: what peers say
    void on(PeerMessage& event);
    void receive(const ledger::MemberId& peer, CheckedVote& message);
    void receive(const ledger::MemberId& peer, CheckedTransactions& message);
    void receive(const ledger::MemberId& peer, FetchBlocks& message);
    void receive(const ledger::MemberId& peer, CheckedBlocks& message);
    void receive(const ledger::MemberId& peer, FetchBody& message);
    void receive(const ledger::MemberId& peer, CheckedBody& message);
    void receive(const ledger::MemberId& peer, Cosignature& message);
    void receive(const ledger::MemberId& peer, Tip& message);
    void serve(const ledger::MemberId& peer, const FetchBlocks& question);
    void serve_waiting();
    [[nodiscard]] std::optional<CertifiedBlock> load(Height height);
    void adopt_ready();
    void fetch_missing();
    [[nodiscard]] Bytes own_tip() const;
    void tell_tip(bool to_all);
    void cosign(const ledger::BlockHeader& header);
    void cosign_idle();
    void store_checkpoints();
    [[nodiscard]] std::optional<consensus::ValidatorIndex> index_of(const ledger::MemberId& member) const;

    ledger::Genesis genesis_;
    Identity identity_;
    TransactionCache cache_{std::size_t{2} << 20U};  // for proposals out of the journal
    VerifyContext context_;
    std::unique_ptr<consensus::VoteSigner> own_signer_;
    std::unique_ptr<chain::Committer> committer_;
    Executor executor_;
    Mempool pool_;
    Waiters waiters_;
    Admission admission_;
    Sync sync_;
    Cosigner cosigner_;
    Outbox outbox_;
    Gossip gossip_;
    std::optional<VoteJournal::Opened> votes_;
    std::optional<consensus::Pbft> pbft_;
    std::deque<consensus::Event> to_consensus_;
    std::string silenced_;
    bool is_validator_{};
    bool halted_{false};
    std::uint64_t needed_durable_{0};  // the highest record that a message of this step depends on
    std::vector<Proposed> proposals_;  // oldest first
    Serving serving_;
    std::uint64_t bodies_asked_{0};
    consensus::View last_view_{};  // of the last certificate
    TimeMs tip_before_{};          // the time of the block below the tip
    bool fetch_at_once_{false};
    bool work_stale_{true};
    bool work_given_{false};

    std::uint64_t now_ms_{0};
    TimeMs wall_{};
    ProposerClock proposer_clock_;
    std::uint64_t proposal_ms_{0};  // when a proposal was judged good or made last, and for which height
    Height proposal_height_{};
    std::uint64_t commit_ms_{0};
    std::uint64_t work_ms_{0};
    std::uint64_t tip_ms_{0};
    std::uint64_t cosign_ms_{0};
};

}  // namespace datadeed::replica
