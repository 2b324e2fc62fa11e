#include "tests/sim/cluster.h"

#include <algorithm>
#include <utility>

#include "base/overloaded.h"
#include "crypto/short_hash.h"

namespace datadeed::sim {
namespace {

constexpr std::size_t inbox_max = 4'096;
constexpr std::uint64_t report_us = 300'000;  // between two tries to get evidence on the chain
// A hundred times what a long run has.
constexpr std::uint64_t happenings_max = 5'000'000;

}  // namespace

Cluster::Cluster(const Plan& plan, Trace trace)
    : plan_{plan},
      trace_{std::move(trace)},
      world_{make_world(plan.validators, plan.observers, plan.clients)},
      rng_{plan.seed ^ 0xC1A57E5U},
      network_{plan_, plan.validators + plan.observers, rng_.split()},
      workload_{world_, {.owners = plan.clients, .reused_nonces = plan.reused_nonces}, rng_.split()},
      checker_{world_, plan.byzantine + (plan.hurts() ? 1U : 0U), plan.clock_steps > 0 && plan.clocks_go_back} {
    world_.snapshots.every = plan.snapshots;
    world_.snapshots.keep_blocks = plan.keep_blocks;
    for (std::size_t i = 0; i < plan.validators + plan.observers; ++i) {
        const bool votes = i < plan.validators;
        nodes_.push_back(std::make_unique<Node>(
            world_, votes ? validator_name(i) : observer_name(i - plan.validators),
            Node::Clock{.off_ms = plan.clocks[i], .drift = plan.drifts.empty() ? 0 : plan.drifts[i]}));
        liars_.push_back(nullptr);
    }
    for (std::size_t chosen = 0; chosen < plan.byzantine;) {
        // Who proposes the first block is the one who can date it back to genesis.
        const bool first = plan.has(Lie::backdated) && chosen == 0;
        const std::size_t node = first ? 0 : rng_.below(plan.validators);
        if (liars_[node]) continue;
        liars_[node] = make_liar(node, plan.lies);
        ++chosen;
    }
    if (!plan.observer_lies.empty()) liars_[plan.validators] = make_liar(plan.validators, plan.observer_lies);
}

std::unique_ptr<Liar> Cluster::make_liar(std::size_t node, const std::vector<Lie>& lies) {
    const ledger::MemberId& name = nodes_[node]->name();
    Liar::Self self{.name = name,
                    .number = node,
                    .chain = world_.chain(),
                    .genesis = world_.context->genesis,
                    .validators = world_.context->present(),
                    .keys = identity_of(world_, name).vote_keys,
                    .observes = node >= plan_.validators};
    return std::make_unique<Liar>(std::move(self), lies, rng_.split());
}

void Cluster::fold(std::uint64_t value) {
    outcome_.trace_hash = (outcome_.trace_hash ^ value) * 0x100000001B3U + now_us_;
}

void Cluster::note(std::size_t node, const std::string& text) {
    if (!trace_) return;
    trace_({.at_us = now_us_, .node = nodes_[node]->name().value, .from = {}, .text = text});
}

void Cluster::note_message(const Parcel& parcel) {
    if (!trace_) return;
    const std::string text = describe_message(*parcel.bytes);
    const std::string& from = nodes_[parcel.from]->name().value;
    if (!text.empty()) trace_({.at_us = now_us_, .node = nodes_[parcel.to]->name().value, .from = from, .text = text});
}

std::size_t Cluster::index_of(const ledger::MemberId& name) const {
    const auto found = std::ranges::find(nodes_, name, [](const auto& node) { return node->name(); });
    return static_cast<std::size_t>(found - nodes_.begin());
}

void Cluster::schedule(std::uint64_t after_us, What what, std::size_t node) {
    queue_.push({.at = now_us_ + after_us, .order = order_++, .happening = {.what = what, .node = node}});
}

void Cluster::schedule(std::uint64_t after_us, Parcel parcel) {
    queue_.push({.at = now_us_ + after_us,
                 .order = order_++,
                 .happening = {.what = What::deliver, .parcel = std::move(parcel)}});
}

void Cluster::happen(const Happening& happening) {
    switch (happening.what) {
        case What::deliver:
            return deliver(happening.parcel);
        case What::tick:
            return tick(happening.node);
        case What::wake:
            return wake(happening.node);
        case What::restart:
            if (!nodes_[happening.node]->up() && retired_ != happening.node) start(happening.node);
            return;
        case What::misfortune:
            return misfortune();
        case What::submit:
            return submit_next();
        case What::govern:
            return govern();
        case What::report:
            return report();
    }
}

Outcome Cluster::run() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        start(i);
        schedule(rng_.below(plan_.tick_us), What::tick, i);
    }
    submissions_left_ = plan_.submissions;
    schedule(misfortune_us, What::misfortune);
    schedule(1'000, What::submit);
    council_.left = plan_.changes;
    if (plan_.changes > 0) schedule(200'000, What::govern);
    run_until(plan_.faulty_ms * 1000, [] { return false; });
    if (!checker_.violation()) heal();
    if (!checker_.violation()) demand_progress();
    check_convictions();
    outcome_.violation = checker_.violation();
    outcome_.virtual_ms = now_us_ / 1000;
    outcome_.sights.blocks = checker_.height().value;
    outcome_.sights.transactions = checker_.transactions();
    outcome_.sights.carried = checker_.carried();
    outcome_.sights.carried_far = checker_.carried_far();
    outcome_.sights.nonces_reused = workload_.nonces_reused();
    outcome_.sights.committed_answers = workload_.committed();
    outcome_.sights.refused_answers = workload_.refused();
    outcome_.sights.epochs = checker_.epoch().number.value;
    for (const auto& liar : liars_) {
        outcome_.sights.backdated += liar ? liar->blocks_backdated() : 0;
        outcome_.sights.made_up += liar ? liar->made_up() : 0;
    }
    return outcome_;
}

void Cluster::run_until(std::uint64_t end_us, const std::function<bool()>& done) {
    while (!queue_.empty() && queue_.top().at <= end_us && !checker_.violation()) {
        Entry entry = queue_.top();
        queue_.pop();
        now_us_ = entry.at;
        if (++happened_ > happenings_max) return checker_.violate(Invariant::livelock, "the run has no end");
        happen(entry.happening);
        if (done()) return;
    }
    now_us_ = std::max(now_us_, end_us);
}

void Cluster::deliver(const Parcel& parcel) {
    Node& node = *nodes_[parcel.to];
    if (!node.up()) return;
    Result<replica::PeerEvent, replica::WireError> event =
        replica::decode_and_verify(*parcel.bytes, node.context(), node.checked_before());
    if (!event) {
        if (is_honest(parcel.from))
            checker_.violate(Invariant::running,
                             "an honest message doesn't verify: " + std::string{code(event.error())});
        return note(parcel.to, "turns away a message: " + std::string{code(event.error())});
    }
    fold(crypto::short_hash(*parcel.bytes, {}));
    note_message(parcel);
    if (!is_honest(parcel.to) && is_honest(parcel.from)) {
        for (const Said& said : liars_[parcel.to]->hear(nodes_[parcel.from]->name(), *parcel.bytes))
            post(parcel.to, said);
    }
    if (!is_honest(parcel.to) && liars_[parcel.to]->ignores(*parcel.bytes)) return;
    give(parcel.to, replica::PeerMessage{.peer = nodes_[parcel.from]->name(), .message = std::move(*event)});
}

void Cluster::tick(std::size_t index) {
    Node& node = *nodes_[index];
    schedule(plan_.tick_us, What::tick, index);
    if (node.up()) give(index, replica::Tick{.now = node.monotonic(now_us_), .wall = node.clock(true_ms())});
}

void Cluster::give(std::size_t index, replica::Event event) {
    Node& node = *nodes_[index];
    if (node.inbox.size() >= inbox_max) return;  // a paused node's queues are bounded, too
    node.inbox.push_back(std::move(event));
    if (node.wake_scheduled) return;
    node.wake_scheduled = true;
    schedule(rng_.below(300), What::wake, index);
}

void Cluster::wake(std::size_t index) {
    Node& node = *nodes_[index];
    node.wake_scheduled = false;
    if (!node.up()) return;
    if (now_us_ < node.paused_until) {
        node.wake_scheduled = true;
        return schedule(node.paused_until - now_us_, What::wake, index);
    }
    std::vector<replica::Event> events = std::exchange(node.inbox, {});
    // Who lost its chain leaves no view before it has what it signed.
    const bool hears_changes = is_honest(index) && hurt_ != index && note_view_changes(node, events);
    take_in(index, std::move(events));
    if (hears_changes && node.up()) checker_.check_joined(node);
}

// Whether there are any.
bool Cluster::note_view_changes(const Node& node, const std::vector<replica::Event>& events) {
    using VerifiedChange = consensus::Verified<consensus::Signed<consensus::ViewChange>>;
    bool any = false;
    for (const replica::Event& event : events) {
        const auto* message = std::get_if<replica::PeerMessage>(&event);
        const auto* vote = message != nullptr ? std::get_if<replica::CheckedVote>(&message->message) : nullptr;
        const auto* said = vote != nullptr ? std::get_if<VerifiedChange>(&vote->message) : nullptr;
        if (said == nullptr) continue;
        checker_.on_heard(node, **said);
        any = true;
    }
    return any;
}

// All at once, as a host mostly does, or one after the other.
void Cluster::take_in(std::size_t index, std::vector<replica::Event> events) {
    const Node& node = *nodes_[index];
    if (rng_.chance(700)) return step(index, std::move(events));
    for (replica::Event& event : events) {
        if (!node.up()) return;
        std::vector<replica::Event> one;
        one.push_back(std::move(event));
        step(index, std::move(one));
    }
}

void Cluster::step(std::size_t index, std::vector<replica::Event> events) {
    Node& node = *nodes_[index];
    perform(index, node.replica().step(std::move(events)));
    if (node.up() && is_honest(index) && rng_.chance(20)) checker_.on_status(node, node.replica().status());
}

void Cluster::perform(std::size_t index, std::vector<replica::Action> actions) {
    Node& node = *nodes_[index];
    fold(actions.size());
    for (replica::Action& action : actions) {
        perform_one(index, action);
        if (!node.up()) return;
        // The power may go between any two messages.
        if (!healed_ && rng_.chance(plan_.crash / 20)) return crash(index, "crashes in the middle of a step");
    }
}

// Whether anybody changes its view now.
bool Cluster::views_change() const {
    return std::ranges::any_of(nodes_,
                               [](const auto& node) { return node->up() && node->replica().status().changing_view; });
}

void Cluster::perform_one(std::size_t index, replica::Action& action) {
    Node& node = *nodes_[index];
    const bool honest = is_honest(index);
    std::visit(Overloaded{[&](const replica::SendTo& known) { send(index, known); },
                          [&](const replica::Reply& known) {
                              const auto* committed = std::get_if<replica::Committed>(&known.outcome);
                              if (committed != nullptr && honest) checker_.on_answer(node, *committed);
                              workload_.note_answer(known.token, known.outcome);
                          },
                          [&](const replica::BlockCommitted& known) { on(index, known); },
                          [](const replica::StatusChanged&) {},
                          [&](const replica::EpochBegan& known) {
                              outcome_.sights.epochs_amid += views_change() ? 1U : 0U;
                              node.begin_epoch(known.epochs);
                              if (!honest) tell_liar(index, known.epochs.back());
                          },
                          [&](const replica::ReadyAnswer& known) { propose(index, known); },
                          [&](const replica::LogEvent& known) { on(index, known); },
                          [&](const replica::EvidenceFound& known) {
                              if (!honest) return;
                              prosecutor_.note(known);
                              if (!std::exchange(reporting_, true)) schedule(report_us, What::report);
                          },
                          [&](const replica::WriteSnapshot& known) { on(index, known); },
                          [&](const replica::ArchiveBlocks& known) { on(index, known); },
                          [&](const replica::CompactBlocks&) { give(index, replica::BlocksCompacted{}); },
                          [&](const replica::StartAgain&) { crash(index, "has a whole snapshot, and starts again"); },
                          [&](const replica::Halt& known) { on(index, known); }},
               action);
}

void Cluster::on(std::size_t index, const replica::BlockCommitted& block) {
    note(index, "commits block " + std::to_string(block.height.value) + " " + to_hex(block.hash).substr(0, 8) + " of " +
                    std::to_string(block.transactions) + " transactions" + (block.caught_up ? ", fetched" : ""));
    outcome_.sights.caught_up += block.caught_up ? 1U : 0U;
    if (is_honest(index)) checker_.on_committed(*nodes_[index], block);
    if (block.caught_up) note_fetched(index, block.height);
}

void Cluster::on(std::size_t index, const replica::LogEvent& event) {
    Sights& sights = outcome_.sights;
    sights.views += event.name == "view.entered" ? 1U : 0U;
    sights.silenced += event.name == "votes.silenced" ? 1U : 0U;
    sights.refused_proposals += event.name == "proposal.refused" ? 1U : 0U;
    sights.poisoned += event.name == "peer.snapshot_wrong" ? 1U : 0U;
    sights.voices += event.name == "votes.given_up" ? 1U : 0U;
    sights.evidence += event.name == "validator.contradicted_itself" ? 1U : 0U;
    if (event.name == "peer.snapshot_wrong") check_blame(event);
    if (event.name == "votes.given_up" && is_honest(index)) check_given_up(index);
    if (event.name == "validator.contradicted_itself") check_evidence(index, event);
    if (!trace_) return;
    std::string text = event.name;
    for (const auto& [name, value] : event.fields) text += " " + name + "=" + value.substr(0, 40);
    note(index, text);
}

void Cluster::on(std::size_t index, const replica::WriteSnapshot& what) {
    Node& node = *nodes_[index];
    checker_.learn(node, what.height);
    replica::SnapshotWritten written = node.write_snapshot(what);
    note(index, std::string{written.whole ? "writes" : "fails to write"} + " the snapshot of " +
                    std::to_string(what.height.value));
    outcome_.sights.snapshots += written.whole ? 1U : 0U;
    give(index, std::move(written));
}

void Cluster::on(std::size_t index, const replica::ArchiveBlocks& what) {
    replica::BlocksArchived archived = nodes_[index]->archive(what);
    note(index, archived.last ? "archives blocks up to " + std::to_string(archived.last->value)
                              : std::string{"fails to archive blocks"});
    outcome_.sights.archived += archived.last ? 1U : 0U;
    give(index, std::move(archived));
}

void Cluster::on(std::size_t index, const replica::Halt& halt) {
    Node& node = *nodes_[index];
    if (may_differ(index) && halt.code == "state.differs")
        return recover_from_difference(index, halt.reason, &Node::lose_chain);
    if (!node.explains(halt.code))
        return checker_.violate(Invariant::running, node.name().value + " halts: " + halt.code + ": " + halt.reason);
    ++outcome_.sights.crashes_in_write;
    outcome_.sights.disks_full += halt.code.ends_with("disk_full") ? 1U : 0U;
    crash(index, "crashes in a write");
}

void Cluster::tell_liar(std::size_t index, const ledger::Epoch& began) {
    liars_[index]->begin_epoch(nodes_[index]->context().present());
    OldKeys* keys = liars_[index]->old_keys();
    if (keys == nullptr) return;
    const auto last = chain::ChainView{nodes_[index]->chain_store()}.header(Height{began.from.value - 1});
    if (last && *last) keys->learn(began, **last);
}

void Cluster::check_evidence(std::size_t index, const replica::LogEvent& event) {
    const auto accused = std::ranges::find(event.fields, "validator", [](const auto& field) { return field.first; });
    const std::size_t guilty = index_of(ledger::MemberId{accused->second});
    if (is_honest(index)) checker_.on_evidence(*nodes_[index], accused->second, !is_honest(guilty) || hurt_ == guilty);
}

// Nobody honest is said to have sent a wrong snapshot.
void Cluster::check_blame(const replica::LogEvent& event) {
    const auto blamed = std::ranges::find(event.fields, "peer", [](const auto& field) { return field.first; });
    if (!is_honest(index_of(ledger::MemberId{blamed->second}))) return;
    checker_.violate(Invariant::evidence, blamed->second + ", who is honest, is said to have sent a wrong snapshot");
}

// Again and again, since transactions get lost, each time with one that is to frame somebody.
void Cluster::report() {
    const std::vector<Bytes> missing = prosecutor_.missing(checker_.state());
    if (missing.empty()) {
        reporting_ = false;
        return;
    }
    schedule(report_us, What::report);
    const Bytes& evidence = missing[rng_.below(missing.size())];
    hand_in(rng_.below(nodes_.size()), ledger::ReportEvidence{.evidence = evidence});
    hand_in(rng_.below(nodes_.size()), ledger::ReportEvidence{.evidence = Prosecutor::forged(evidence)});
}

void Cluster::check_convictions() {
    for (const std::string& name : Prosecutor::convicted(checker_.state())) {
        const std::size_t guilty = index_of(ledger::MemberId{name});
        if (is_honest(guilty) && hurt_ != guilty) {
            checker_.violate(Invariant::evidence, name + ", who is honest, is convicted on the chain");
        }
        ++outcome_.sights.convicted;
    }
}

void Cluster::send(std::size_t index, const replica::SendTo& original) {
    if (is_honest(index)) {
        checker_.on_send(*nodes_[index], original);
        return post(index, {.send = original});
    }
    for (const Said& said : liars_[index]->say(original)) post(index, said);
}

void Cluster::post(std::size_t index, const Said& said) {
    for (const ledger::MemberId& peer : said.send.peers) {
        const Parcel parcel{.from = index, .to = index_of(peer), .bytes = said.send.bytes};
        for (const std::uint64_t delay : network_.delays_of(parcel, now_us_)) schedule(said.delay_us + delay, parcel);
    }
}

void Cluster::start(std::size_t index) {
    Node& node = *nodes_[index];
    if (const Result<void, std::string> started = node.start(); !started) {
        const auto says = [&](const char* code) { return started.error().find(code) != std::string::npos; };
        // It was about to execute blocks that it had stored; without its state, to make that from blocks that it
        // pruned.
        if (may_differ(index) && says("state.differs_from_block")) {
            return recover_from_difference(index, started.error(), &Node::lose_state);
        }
        if (may_differ(index) && says("chain.pruned")) {
            return recover_from_difference(index, started.error(), &Node::lose_chain);
        }
        return checker_.violate(Invariant::running, started.error());
    }
    if (!is_honest(index)) liars_[index]->begin_epoch(node.context().present());
    note(index, "starts");
    if (is_honest(index)) checker_.on_start(node, hurt_ == index && std::exchange(chain_lost_, false));
    if (const std::optional<Height>& height = node.taken_over()) {
        note(index, "goes on from the snapshot of " + std::to_string(height->value));
        ++outcome_.sights.taken_over;
        outcome_.sights.taken_over_amid += views_change() ? 1U : 0U;
        if (is_honest(index)) checker_.on_taken_over(node, *height);
        const bool votes = node.replica().status().duty == replica::Duty::voting;
        if (hurt_ == index && plan_.wipes && votes && !checker_.excused_voted()) {
            checker_.violate(Invariant::memory, node.name().value + " lost its votes, skipped blocks, and votes");
        }
    }
    give(index, replica::Tick{.now = node.monotonic(now_us_), .wall = node.clock(true_ms())});
    for (std::size_t other = 0; other < nodes_.size(); ++other) {
        if (other == index || !nodes_[other]->up()) continue;
        give(index, replica::PeerUp{.peer = nodes_[other]->name()});
        give(other, replica::PeerUp{.peer = node.name()});
    }
}

void Cluster::crash(std::size_t index, const char* how) {
    Node& node = *nodes_[index];
    note(index, how);
    ++outcome_.sights.crashes;
    node.crash(rng_);
    checker_.on_crash(node);
    workload_.note_crash(index);
    for (std::size_t other = 0; other < nodes_.size(); ++other) {
        if (other != index && nodes_[other]->up()) give(other, replica::PeerDown{.peer = node.name()});
    }
    damage(index);
    if (retired_ == index) return;
    schedule(rng_.between(1'000, healed_ ? 100'000 : 2'000'000), What::restart, index);
}

}  // namespace datadeed::sim
