#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "consensus/pbft_state.h"
#include "consensus/start.h"
#include "consensus/step.h"

namespace datadeed::consensus {

// One validator's part in PBFT as a deterministic function: equal construction and equal events give equal actions. No
// clock, thread, socket, file, random number or log; never throws for what a message holds, never blocks. One caller at
// a time. The rules (N, C, T) are those of docs/consensus.md. One height is decided at a time; the view runs on across
// heights.
class Pbft {
public:
    // Borrows `key`, which must outlive it and be that of config.self. Halted from the start if votes were lost. The
    // first step, whatever the event, also sends again what this node had last sent before a restart.
    Pbft(Config config, const VoteSigner& key, Start start, Recovered recovered);

    [[nodiscard]] Actions step(Event event);

    // When the next Tick is due, in ms of the same clock. STATUS makes it never further away than
    // Timing::status_every_ms, except after Halt: then it never comes.
    [[nodiscard]] std::uint64_t next_deadline() const;

    [[nodiscard]] View view() const { return reign_.view; }
    [[nodiscard]] bool changing() const { return reign_.changing; }  // waits for the NEW-VIEW of view(), casts no votes
    [[nodiscard]] ValidatorIndex primary() const { return config_.validators.primary(reign_.view); }
    [[nodiscard]] Height height() const { return height_; }   // the last decided
    [[nodiscard]] const Digest& tip() const { return tip_; }  // its hash
    [[nodiscard]] bool halted() const { return halted_; }
    [[nodiscard]] std::uint64_t timeout_ms() const;  // T(k)
    [[nodiscard]] const RoundTimes& rounds() const { return rounds_; }
    // The bytes of a proposal for the height being decided, for FETCH-BODY; null when not held. Until the next step.
    [[nodiscard]] const Bytes* payload(const Digest& hash) const;
    // Whether the journal knows of the COMMIT of this node that a certificate holds, if it does: also of the last
    // height if that was decided since this was made. If not, Adopted halts; a host that looks before can be sure to
    // see it.
    [[nodiscard]] bool may_have_committed(const CommitCertificate& certificate) const;
    // Whether the chain has come as far as the journal; if not, it has lost blocks, and nothing is voted on before.
    [[nodiscard]] bool may_vote() const { return height_.next() > closed_; }
    [[nodiscard]] std::size_t held_ahead() const { return future_.size(); }  // votes of heights above (C8)
    [[nodiscard]] Status status() const;                                     // what STATUS would say now
    [[nodiscard]] const Config& config() const { return config_; }

private:
    // pbft.cpp: events, recovery, actions
    void handle(Tick& event);
    void handle(MessageIn& event);
    void handle(Built& event);
    void handle(Validated& event);
    void handle(WorkPending& event);
    void handle(Adopted& event);
    void handle(BodyAvailable& event);
    void restore(Recovered& recovered);
    void resume();
    std::uint64_t persist(VoteRecord record);
    void send(Message message, std::optional<ValidatorIndex> to = std::nullopt);
    void report(Message first, std::optional<Message> second);
    void halt(HaltReason reason, std::span<const Signed<ViewChange>> shown = {});

    // pbft_slot.cpp: the normal case
    void receive(ValidatorIndex via, Signed<PrePrepare> message);
    void receive(ValidatorIndex via, Signed<Prepare> message);
    void receive(ValidatorIndex via, Signed<Commit> message);
    template <class M>
    [[nodiscard]] bool is_for_this_height(const Signed<M>& message);
    template <class M>
    [[nodiscard]] bool record_vote(VoteBook& book, const Signed<M>& message);
    [[nodiscard]] bool notice(const Signed<PrePrepare>& message);
    template <class M>
    void report_if_divided(const Signed<M>& message);
    void consider(Signed<PrePrepare> message);
    void accept(Candidate candidate);
    void propose(Digest hash, Bytes payload);
    void maybe_propose();
    void advance();
    void prepare_if_agreed();
    void decide_if_agreed();
    void finish_height(const CommitCertificate& certificate, bool fresh);
    void replay_future();
    void keep_payload(const Digest& hash, Bytes payload);
    [[nodiscard]] Signed<PrePrepare> for_journal(Signed<PrePrepare> proposal);
    [[nodiscard]] bool is_primary() const { return primary() == config_.self; }
    [[nodiscard]] Height open_height() const { return height_.next(); }

    // pbft_view.cpp: view change and timers
    void receive(ValidatorIndex via, Signed<ViewChange> message);
    void receive(ValidatorIndex via, Signed<NewView> message);
    void change_view(View to);
    void look_at_view_changes();
    void report_if_hidden(const Signed<ViewChange>& change);
    void open_as_primary();
    void enter(Signed<NewView> message, Opening opening);
    void update_timer();
    void check_fairness();
    void measure_round(const Digest& decided);
    void check_pace();
    [[nodiscard]] bool finds_primary_slow() const;
    [[nodiscard]] std::size_t complaints() const;
    [[nodiscard]] std::uint64_t resend_interval_ms() const;

    // pbft_catch_up.cpp: STATUS, bodies, blocks, own votes
    void receive(ValidatorIndex via, Signed<Status> message);
    void help(ValidatorIndex peer, const Status& status);
    void help_with_view(ValidatorIndex peer, const Status& status);
    void help_with_votes(ValidatorIndex peer, const Status& status);
    void note_ahead(ValidatorIndex peer, Height committed);
    void want_body(const Digest& hash, std::vector<ValidatorIndex> holders);
    void fetch_if_due();
    void fetch_blocks();
    void refresh_ahead();
    void check_own(const Message& message);
    [[nodiscard]] bool has_cast(const Message& message) const;

    Config config_;
    const VoteSigner* key_;
    std::uint64_t now_{};
    std::uint64_t last_record_{};
    bool resumed_{false};
    bool halted_{false};

    Height height_{};
    Digest tip_{};
    std::optional<CommitCertificate> tip_certificate_;
    Height closed_{};  // no votes up to here (journal.h)
    Slot slot_;
    std::optional<VoteBook> decided_commits_;  // of height_, when decided since this was made
    std::map<FutureKey, FutureVote> future_;
    Reign reign_;
    ViewChanges view_changes_;
    std::uint64_t failures_{};  // view changes since the last fresh block: the k of T(k)
    RoundTimes rounds_;
    std::optional<std::uint64_t> demoted_ms_;  // when a primary was last demoted for being slow
    Timers timers_;
    Work work_;

    std::map<ValidatorIndex, Height> ahead_;  // who seems to have committed what above height_; unproven
    ValidatorIndex asked_last_{};
    std::map<ValidatorIndex, std::uint64_t> helped_ms_;  // when a STATUS of each was last answered
    Height checkpointed_{};
    std::size_t unsummed_bytes_{};  // of records since the last Checkpoint
    Actions actions_;               // of the running step
};

}  // namespace datadeed::consensus
