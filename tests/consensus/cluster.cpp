#include "tests/consensus/cluster.h"

#include <algorithm>

namespace datadeed::consensus::testing {

namespace {

Timing quick_timing() {
    Timing timing;
    timing.timeout_min_ms = 200;
    timing.timeout_max_ms = 3'200;
    return timing;
}

}  // namespace

Cluster::Cluster(std::uint64_t seed, Faults faults)
    : faults_{faults}, rng_{seed}, monitor_{quick_set(faults.validators)} {
    const Node::Observer observer{
        .on_action = [this](const Node& node, const Action& action) { monitor_.on_action(node, action); },
        .on_leave = [this](const Node& node, const Packet& packet) { monitor_.on_leave(node, packet); }};
    camps_ = rng_.next();
    while (faults_.byzantine > 0) {
        const ValidatorIndex who{static_cast<std::uint32_t>(rng_.below(faults_.validators))};
        if (monitor_.is_byzantine(who)) continue;
        monitor_.trust_not(who);
        --faults_.byzantine;
    }
    for (std::uint32_t i = 0; i < faults_.validators; ++i) {
        nodes_.push_back(
            std::make_unique<Node>(quick_set(faults_.validators), ValidatorIndex{i}, quick_timing(), observer));
        nodes_.back()->start(now_);
        after_event(*nodes_.back());
    }
}

std::optional<std::string> Cluster::run() {
    next_misfortune_ = now_;
    run_until(now_ + faults_.milliseconds);
    if (monitor_.violation()) return monitor_.violation();
    heal();
    return check_progress();
}

// After healing: what is submitted now becomes final at all correct nodes, and they all have one tip.
std::optional<std::string> Cluster::check_progress() {
    const std::uint64_t end = now_ + 60'000;
    for (int round = 0; round < 3; ++round) {
        const std::string text = "after healing " + std::to_string(round);
        while (now_ < end && !all_hold(text)) {
            for (const auto& node : nodes_) {
                node->submit(text);
                after_event(*node);
            }
            run_until(now_ + 100);
            if (monitor_.violation()) return monitor_.violation();
        }
        if (!all_hold(text)) return "no progress after healing";
    }
    while (now_ < end && !one_tip()) run_until(now_ + 100);
    if (monitor_.violation()) return monitor_.violation();
    if (!one_tip()) return "correct validators must come to one tip";
    return std::nullopt;
}

void Cluster::run_until(std::uint64_t end) {
    while (!monitor_.violation()) {
        std::uint64_t next = under_way_.empty() ? end : under_way_.top().at;
        for (const auto& node : nodes_) {
            if (node->up()) next = std::min(next, node->next_deadline());
        }
        for (const auto& [who, at] : restarts_) next = std::min(next, at);
        if (!healed_) next = std::min(next, next_misfortune_);
        if (next >= end) break;
        move_time(next);
    }
    now_ = std::max(now_, end);
}

// Everything that is due at this moment.
void Cluster::move_time(std::uint64_t to) {
    now_ = std::max(now_, to);
    if (!healed_ && now_ >= next_misfortune_) misfortune();
    for (const auto& node : nodes_) {
        const auto restart = restarts_.find(node->self());
        if (restart != restarts_.end() && now_ >= restart->second) {
            restarts_.erase(restart);
            node->start(now_);
            after_event(*node);
        }
        if (!node->up() || node->next_deadline() > now_) continue;
        maybe_crash(*node);
        node->tick(now_);
        after_event(*node);
    }
    if (under_way_.empty() || under_way_.top().at > now_) return;
    const Packet packet = under_way_.top().packet;
    under_way_.pop();
    Node& node = *nodes_[packet.to.value];
    maybe_crash(node);
    trace_ = (trace_ ^ (now_ + packet.from.value * 31U + packet.to.value * 17U + packet.wire.index())) * 0x100000001B3U;
    node.tick(now_);  // as real nodes do at the beginning of a turn
    node.deliver(packet);
    after_event(node);
}

// Ten times a second: work comes in, the network breaks or mends, disks hesitate.
void Cluster::misfortune() {
    next_misfortune_ = now_ + 100;
    if (rng_.chance(faults_.partition)) cut_ = rng_.next();
    if (rng_.chance(4 * faults_.partition)) cut_ = 0;
    if (rng_.chance(100)) camps_ = rng_.next();
    if (rng_.chance(500)) {
        const std::string text = "work " + std::to_string(submitted_++);
        for (const auto& node : nodes_) {
            if (rng_.chance(900)) node->submit(text);
            after_event(*node);
        }
    }
    for (const auto& node : nodes_) {
        node->set_auto_sync(!faults_.lazy_disk || rng_.chance(700));
        node->set_clock_wrong(rng_.chance(20));
        if (rng_.chance(700) && node->up()) node->sync();
        after_event(*node);
    }
}

void Cluster::maybe_crash(Node& node) {
    if (!healed_ && node.up() && rng_.chance(faults_.crash)) node.crash_at_action(rng_.below(6));
}

void Cluster::heal() {
    healed_ = true;
    cut_ = 0;
    for (const auto& node : nodes_) {
        node->set_auto_sync(true);
        node->set_clock_wrong(false);
        if (!node->up()) node->start(now_);
        node->sync();
        after_event(*node);
    }
    restarts_.clear();
}

void Cluster::after_event(Node& node) {
    for (Packet& packet : node.take_packets()) post(std::move(packet));
    if (!node.up() && !restarts_.contains(node.self())) {
        ++crashes_;
        restarts_[node.self()] = healed_ ? now_ : now_ + rng_.between(1, 1'500);
    }
}

void Cluster::post(Packet packet) {
    if (monitor_.is_byzantine(packet.from)) {
        std::optional<Packet> twisted = twist(std::move(packet));
        if (!twisted) return;
        packet = std::move(*twisted);
    }
    enqueue(std::move(packet));
}

void Cluster::enqueue(Packet packet) {
    const bool is_cut = (cut_ >> packet.from.value & 1U) != (cut_ >> packet.to.value & 1U);
    if (!healed_ && (is_cut || rng_.chance(faults_.loss))) return;
    const bool is_slow = !healed_ && rng_.chance(faults_.slow);
    const std::uint64_t delay = is_slow ? rng_.between(50, 1'000) : rng_.between(1, 10);
    const bool again = !healed_ && rng_.chance(faults_.twice);
    if (again) under_way_.push({.at = now_ + delay + rng_.between(0, 300), .order = order_++, .packet = packet});
    under_way_.push({.at = now_ + delay, .order = order_++, .packet = std::move(packet)});
}

template <class M>
Signed<M> Cluster::resign(M message, ValidatorIndex signer) const {
    return sign(test_chain(), std::move(message), signer, QuickSigner{quick_key(signer.value)});
}

// What a lying validator makes of what a correct one would have sent.
std::optional<Packet> Cluster::twist(Packet packet) {
    auto* message = std::get_if<Message>(&packet.wire);
    if (message == nullptr) return packet;
    if (faults_.silent) return std::nullopt;
    if (auto* proposal = std::get_if<Signed<PrePrepare>>(message);
        proposal != nullptr && proposal->signer == packet.from) {
        remember_second_story(*proposal);
        const Slot slot{proposal->message.view, proposal->message.height};
        if (in_second_camp(packet.to)) {
            PrePrepare other = proposal->message;
            other.hash = stories_.at(slot).second.hash;
            other.payload = stories_.at(slot).second.payload;
            *proposal = resign(std::move(other), packet.from);
        }
        vote_for_both(slot);
    } else if (auto* change = std::get_if<Signed<ViewChange>>(message);
               change != nullptr && change->signer == packet.from) {
        if (rng_.chance(500)) {
            ViewChange hidden = change->message;
            hidden.prepared.reset();
            *change = resign(std::move(hidden), packet.from);
        }
    } else if (auto* opened = std::get_if<Signed<NewView>>(message);
               opened != nullptr && opened->signer == packet.from) {
        if (in_second_camp(packet.to)) {
            NewView wrong = opened->message;
            wrong.carried.reset();
            *opened = resign(std::move(wrong), packet.from);
        }
    }
    if (rng_.chance(100)) return std::nullopt;
    return packet;
}

void Cluster::remember_second_story(const Signed<PrePrepare>& message) {
    const PrePrepare& said = message.message;
    const Slot slot{said.view, said.height};
    if (stories_.contains(slot)) return;
    const auto block = decode<Block>(said.payload);
    const Digest parent = block ? block->parent : Digest{};
    stories_[slot] = {said.hash, make_proposal(said.height, parent, "the other story " + std::to_string(order_))};
}

// All liars together say PREPARE and COMMIT to each camp for its own story.
void Cluster::vote_for_both(const Slot& slot) {
    if (!voted_for_both_.insert(slot).second) return;
    const auto& [view, height] = slot;
    for (const auto& liar : nodes_) {
        if (!monitor_.is_byzantine(liar->self())) continue;
        for (const auto& node : nodes_) {
            if (node == liar) continue;
            const auto& [first, second] = stories_.at(slot);
            const Digest hash = in_second_camp(node->self()) ? second.hash : first;
            const Prepare prepare{.view = view, .height = height, .hash = hash};
            const Commit commit{.view = view, .height = height, .hash = hash};
            enqueue({.from = liar->self(), .to = node->self(), .wire = resign(prepare, liar->self())});
            enqueue({.from = liar->self(), .to = node->self(), .wire = resign(commit, liar->self())});
        }
    }
}

bool Cluster::all_hold(const std::string& text) const {
    return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
        const auto& chain = node->disk().chain;
        return monitor_.is_byzantine(node->self()) || std::any_of(chain.begin(), chain.end(), [&](const Final& final) {
                   return text_of(final.block.payload) == text;
               });
    });
}

bool Cluster::one_tip() const {
    std::set<Digest> tips;
    for (const auto& node : nodes_) {
        if (!monitor_.is_byzantine(node->self())) tips.insert(node->disk().chain.back().block.hash);
    }
    return tips.size() == 1;
}

Height Cluster::height() const {
    Height height{};
    for (const auto& node : nodes_) height = std::max(height, Height{node->disk().chain.size()});
    return height;
}

}  // namespace datadeed::consensus::testing
