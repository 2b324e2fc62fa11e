#include <algorithm>
#include <utility>

#include "consensus/config.h"
#include "consensus/quorum.h"
#include "node/replica/limits.h"
#include "tests/sim/cluster.h"

namespace datadeed::sim {
namespace {

constexpr std::uint64_t timeout_max_us = consensus::Timing{}.timeout_max_ms * 1000;
constexpr std::uint64_t timeout_min_us = consensus::Timing{}.timeout_min_ms * 1000;
constexpr std::uint64_t first_timeout_max_us = consensus::Timing{}.timeout_first_max_ms * 1000;

}  // namespace

void Cluster::misfortune() {
    if (healed_) return;
    schedule(misfortune_us, What::misfortune);
    maybe_roll_back();
    if (rng_.chance(plan_.partition)) note(0, "network: " + network_.repartition());
    if (plan_.clog > 0 && rng_.chance(plan_.clog)) {
        note(0, "network: some links are clogged");
        network_.clog(now_us_);
    }
    const bool all = rng_.chance(plan_.crash_all);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        Node& node = *nodes_[i];
        if (!node.up()) continue;
        if (all || rng_.chance(plan_.crash)) {
            crash(i, all ? "loses power with all others" : "crashes");
        } else if (!node.armed() && rng_.chance(plan_.crash_in_write)) {
            const std::uint64_t after = rng_.below(12);
            const bool fills = plan_.fills_disks && rng_.chance(500);
            node.fail_at_write(after, fills ? Node::Failure::full : Node::Failure::broken, rng_);
        } else if (rng_.chance(plan_.pause)) {
            node.paused_until = now_us_ + rng_.between(10'000, 1'500'000);
            note(i, "stops for a while");
        }
        if (plan_.clock_steps > 0 && rng_.chance(plan_.clock_steps)) set_clock(i);
    }
}

// What else may happen to the disks of one node that is down. Whoever has said that it is ready may be a validator by
// the time that it is up again.
void Cluster::damage(std::size_t index) {
    Node& node = *nodes_[index];
    const bool may_vote = validates(index) || (council_.proposed && council_.joiner == index);
    // With an empty chain it can't know: that is what a wiped machine is, see maybe_roll_back().
    if (hurt_ || !is_honest(index) || !may_vote || node.durable_height().value == 0) return;
    if (plan_.loses_votes) {
        note(index, "loses its vote file");
        node.lose_votes();
        ++outcome_.sights.votes_lost;
    } else if (plan_.rots_votes && node.rot_votes(rng_)) {
        note(index, "has a bit of its vote file turned");
        ++outcome_.sights.votes_rotten;
    } else if (plan_.loses_chain) {
        note(index, "loses its chain, and keeps its votes");
        node.lose_chain();
        chain_lost_ = true;
        ++outcome_.sights.chains_lost;
    } else if (plan_.loses_writes && node.lose_writes(rng_)) {
        note(index, "hasn't got its last votes on its disk");
        ++outcome_.sights.writes_lost;
        checker_.excuse(node);
    } else if (plan_.misdirects && node.misdirect_write(rng_)) {
        note(index, "has its last votes on its disk in place of earlier ones");
        ++outcome_.sights.misdirected;
    } else if (plan_.diverges && node.change_state()) {
        note(index, "has a state that differs from what the chain gives");
    } else {
        return;
    }
    hurt_ = index;
    // Of lost votes it can't know until it's shown one.
    must_be_silent_ = !plan_.keeps_votes() && !plan_.loses_writes;
}

// Validators whose clocks differ by more than block times may take no blocks from each other: so all are set to one
// side of what they would be, by so much at most.
void Cluster::set_clock(std::size_t index) {
    const auto step_ms = static_cast<std::int64_t>(rng_.below(clock_step_max_ms));
    nodes_[index]->set_clock(plan_.clocks_go_back ? -step_ms : step_ms);
    note(index, "has its clock set " + std::to_string(step_ms) + " ms " + (plan_.clocks_go_back ? "back" : "forwards"));
}

void Cluster::recover_from_difference(std::size_t index, const std::string& why,
                                      void (Node::*do_what_the_hint_says)()) {
    ++outcome_.sights.differed;
    crash(index, ("stops: " + why).c_str());
    (*nodes_[index].*do_what_the_hint_says)();
    chain_lost_ = true;
}

// The first honest validator: copied early, set back when the chain has gone on.
void Cluster::maybe_roll_back() {
    if ((!plan_.rolls_back && !plan_.wipes) || rolled_back_) return;
    std::size_t victim = 0;
    while (!is_honest(victim)) ++victim;
    Node& node = *nodes_[victim];
    if (!node.up() || node.armed()) return;
    const Height height = node.replica().status().height;
    if (plan_.rolls_back && !node.copied() && height.value > 0) return node.take_copy();
    const Height back_to = node.copied().value_or(Height{});
    if ((plan_.rolls_back && !node.copied()) || height.value < back_to.value + 3) return;
    crash(victim, plan_.wipes ? "crashes, and its disks are replaced by empty ones"
                              : "crashes, and is set back to an older copy of its disks");
    plan_.wipes ? node.wipe() : node.roll_back();
    chain_lost_ = true;
    checker_.excuse(node);
    hurt_ = victim;
    rolled_back_ = true;
    ++(plan_.wipes ? outcome_.sights.wiped : outcome_.sights.rolled_back);
}

// Above the copy's open height, its journal can know a COMMIT only if that was sent since.
void Cluster::note_fetched(std::size_t index, Height height) {
    if (!rolled_back_ || hurt_ != index || must_be_silent_) return;
    const Node& node = *nodes_[index];
    if (height <= node.copied()->next() || checker_.excused_committed(height)) return;
    const auto stored = chain::ChainView{node.chain_store()}.header(height);
    if (!stored || !*stored) return checker_.violate(Invariant::durable_answers, "a fetched block isn't in the store");
    const consensus::CommitCertificate& certificate = (*stored)->certificate;
    must_be_silent_ = std::ranges::any_of(certificate.votes, [&](const auto& vote) {
        return checker_.signer_of(certificate.view, vote.signer) == node.name();
    });
}

// A voice may be given up for blocks that nobody keeps: by a node that was down or cut off while it was voted in.
void Cluster::check_given_up(std::size_t index) {
    const Height next = nodes_[index]->replica().status().height.next();
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (i == index || !is_honest(i) || !nodes_[i]->up() || nodes_[i]->replica().status().height < next) continue;
        const Result<Height, chain::Error> first = chain::ChainView{nodes_[i]->chain_store()}.first_block();
        if (first && *first > next) continue;
        checker_.violate(Invariant::memory, nodes_[index]->name().value + " gives its voice up, and " +
                                                nodes_[i]->name().value + " keeps block " + std::to_string(next.value));
    }
    given_up_.insert(index);
}

// Who lost votes must not speak once it was shown that; nobody else ever falls silent.
void Cluster::check_voices() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (!is_honest(i) || retired_ == i || !validates(i)) continue;
        const bool silent = nodes_[i]->replica().status().duty == replica::Duty::silenced;
        if (silent && (hurt_ != i || plan_.keeps_votes()) && !given_up_.contains(i))
            checker_.violate(Invariant::memory, nodes_[i]->name().value + " is silenced for nothing");
        if (hurt_ != i || !must_be_silent_) continue;
        if (!silent)
            checker_.violate(Invariant::memory,
                             nodes_[i]->name().value + " was set back, was shown its own votes, and votes");
        ++outcome_.sights.recognised;
    }
}

void Cluster::submit_next() {
    if (healed_ || submissions_left_ == 0) return;
    --submissions_left_;
    schedule(rng_.below(2 * plan_.faulty_ms * 1000 / (plan_.submissions + 1)) + 1, What::submit);
    const std::size_t node = rng_.below(nodes_.size());
    if (nodes_[node]->up()) submit(node, workload_.next(true_ms()));
}

void Cluster::submit(std::size_t index, const Workload::Submission& submission) {
    // What a lying node tells its clients is worth nothing, so nobody counts on it.
    if (is_honest(index)) workload_.note_sent(submission, index);
    note(index, "is handed transaction " + to_hex(submission.transaction->tx.id().value).substr(0, 8));
    give(index, replica::SubmitTransaction{.transaction = submission.transaction, .token = submission.token});
}

void Cluster::heal() {
    healed_ = true;
    checker_.on_healed();
    network_.heal();
    note(0, "everything is well from here on");
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        Node& node = *nodes_[i];
        node.paused_until = 0;
        // A disk that was about to fail is taken out now; it comes back whole.
        if (node.up() && node.armed()) crash(i, "crashes for the last time");
        if (!node.up()) start(i);
        if (node.up() && is_honest(i)) submit(i, workload_.sure(true_ms() + i));
    }
}

bool Cluster::is_settled() {
    if (workload_.waiting() > 0 || !prosecutor_.missing(checker_.state()).empty()) return false;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (!is_honest(i) || retired_ == i) continue;
        if (!nodes_[i]->up()) return false;  // it goes on from a snapshot
        const replica::Status status = nodes_[i]->replica().status();
        if (status.block_hash != checker_.hash() || status.pool_transactions > 0) return false;
        if (status.catching_up) return false;
    }
    return true;
}

void Cluster::wait_until_settled(std::uint64_t within_us, const char* what) {
    std::uint64_t look_at = now_us_;
    bool settled = false;
    run_until(now_us_ + within_us, [&] {
        if (now_us_ < look_at) return false;
        look_at = now_us_ + 100'000;
        settled = is_settled();
        return settled;
    });
    if (settled || checker_.violation()) return;
    checker_.violate(Invariant::progress, std::string{what} + ": tip " + std::to_string(checker_.height().value) +
                                              ", waiting:" + workload_.describe_waiting() + ";" + standing_of(nodes_));
}

void Cluster::check_disks() {
    for (std::size_t i = 0; i < nodes_.size() && !checker_.violation(); ++i) {
        if (is_honest(i) && retired_ != i) checker_.check_disk(*nodes_[i]);
    }
}

// Who follows no more blocks is owed a checkpoint of the last one: that a quorum cosigned it is seen by somebody.
void Cluster::demand_checkpoint() {
    const std::uint64_t within_us = 4 * (replica::cosign_window_ms + replica::cosign_again_ms) * 1000;
    const auto is_cosigned = [this](std::size_t i) {
        return is_honest(i) && nodes_[i]->up() && nodes_[i]->replica().status().cosigned >= checker_.height();
    };
    bool cosigned = false;
    run_until(now_us_ + within_us + 10 * plan_.healed_us, [&] {
        for (std::size_t i = 0; i < nodes_.size() && !cosigned; ++i) cosigned = is_cosigned(i);
        return cosigned;
    });
    if (cosigned || checker_.violation()) return;
    checker_.violate(Invariant::checkpoint, "nobody has a checkpoint of block " +
                                                std::to_string(checker_.height().value) + ";" + standing_of(nodes_));
}

// A primary that stops in good times is replaced in the time of the first timeouts, whatever came before (T2).
void Cluster::demand_new_primary() {
    const std::size_t f = consensus::faults(checker_.epoch().nodes.validators.size());
    if (plan_.faulty() >= f) return;
    std::size_t honest = 0;
    while (!is_honest(honest)) ++honest;
    const std::size_t primary = index_of(nodes_[honest]->replica().status().primary);
    if (!is_honest(primary)) return;
    checker_.check_disk(*nodes_[primary]);  // those of the others are looked at in the end
    retired_ = primary;
    crash(primary, "stops for good, the others must go on");
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (i != primary && is_honest(i)) submit(i, workload_.sure(true_ms() + i));
    }
    // Where a round takes longer than the least timeout, who was just started leaves views early while the others wait
    // theirs to the end: then it's the bound of any progress that counts.
    const bool quick = 3 * plan_.healed_us + 2 * plan_.tick_us < timeout_min_us;
    const std::uint64_t within_us = quick ? first_timeout_max_us << (f + 1) : (f + 3) * timeout_max_us;
    wait_until_settled(within_us + 10 * (f + 1) * plan_.healed_us, "no block after the primary stopped");
}

// Healed, everything must be done within (f + 3) of the longest timeouts (L1).
void Cluster::demand_progress() {
    const std::size_t f = consensus::faults(checker_.epoch().nodes.validators.size());
    const std::uint64_t within_us = (f + 3) * timeout_max_us + 10 * (f + 1) * plan_.healed_us;
    wait_until_settled(within_us, "no progress after healing");
    if (!checker_.violation()) demand_checkpoint();
    // What was still under way when all seemed at rest makes one block more: late transactions, evidence of new lies.
    if (!checker_.violation()) wait_until_settled(within_us, "no rest after the checkpoint");
    if (!checker_.violation()) demand_new_primary();
    if (checker_.violation()) return;
    check_voices();
    check_disks();
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (!is_honest(i) || retired_ == i) continue;
        const bool checkpoint = nodes_[i]->replica().status().cosigned.value > 0;
        outcome_.sights.checkpoints += checkpoint ? 1U : 0U;
    }
}

}  // namespace datadeed::sim
