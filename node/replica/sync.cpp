#include "node/replica/sync.h"

#include <algorithm>
#include <utility>

namespace datadeed::replica {

void Sync::begin_epoch(std::set<ledger::MemberId> validators, std::size_t faults) {
    validators_ = std::move(validators);
    faults_ = faults;
    count_claims();
}

void Sync::note_tip(const ledger::MemberId& peer, Height height) {
    note_ahead(peer, height);
    peers_[peer].said = height;
}

void Sync::note_ahead(const ledger::MemberId& peer, Height height) {
    Peer& known = peers_[peer];
    known.tip = std::max(known.tip, height);
    count_claims();
}

void Sync::note_down(const ledger::MemberId& peer) {
    peers_.erase(peer);
    count_claims();
    flights_.forget(peer);
}

Sync::Claims Sync::believed(Height next, std::uint64_t now_ms) const {
    Claims claims;
    for (const auto& [name, peer] : peers_) {
        if (is_left_alone(name, peer, now_ms)) continue;
        if (validators_.contains(name)) ++claims.validators;
        if (peer.first <= next) claims.highest = std::max(claims.highest, peer.tip);
    }
    return claims;
}

// Of the heights that validators claim, the one that as many as may lie have not passed.
void Sync::count_claims() {
    std::vector<Height> claims;
    for (const auto& [name, peer] : peers_) {
        if (validators_.contains(name)) claims.push_back(peer.tip);
    }
    std::ranges::sort(claims, std::greater<>{});
    claimed_ = claims.size() > faults_ ? claims[faults_] : Height{};
}

// It couldn't show what it claims: it has less until it says more, and is left alone, longer each time.
void Sync::disbelieve(const ledger::MemberId& peer, Height from, std::uint64_t now_ms) {
    Peer& known = peers_.at(peer);
    known.tip = std::min(known.tip, Height{from.value - 1});
    count_claims();
    if (now_ms < known.shunned_until_ms) return;  // for the same claim, asked for in parts
    known.shunned_until_ms = now_ms + (fetch_shun_ms << std::min(known.failures, fetch_shun_doublings_max));
    ++known.failures;
}

Height Sync::best(Height next) const {
    Height best{};
    for (const auto& [name, peer] : peers_) {
        if (peer.first <= next) best = std::max(best, peer.tip);
    }
    return best;
}

std::size_t Sync::count_at(std::span<const ledger::MemberId> peers, Height height) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(peers, [&](const ledger::MemberId& peer) { return tip_of(peer) >= height; }));
}

bool Sync::lacks_source(Height next, std::uint64_t now_ms) const {
    if (known() < next) return false;
    return std::ranges::none_of(peers_,
                                [&](const auto& peer) { return may_ask(peer.first, peer.second, next, now_ms); });
}

std::vector<ledger::MemberId> Sync::lacking(Height height, const ledger::MemberId& self) const {
    std::vector<ledger::MemberId> lacking;
    for (const ledger::MemberId& validator : validators_) {
        const auto found = peers_.find(validator);
        if (validator != self && (found == peers_.end() || found->second.said < height)) lacking.push_back(validator);
    }
    return lacking;
}

bool Sync::has_gone(Height height, std::span<const ledger::MemberId> peers, std::size_t faults, std::uint64_t now_ms) {
    const auto lacks = [&](const ledger::MemberId& peer) {
        const auto found = peers_.find(peer);
        return found != peers_.end() && found->second.first > height && found->second.tip >= height;
    };
    const auto lacking = static_cast<std::size_t>(std::ranges::count_if(peers, lacks));
    if (lacking == 0 || lacking + faults < peers.size()) {
        gone_.reset();
        return false;
    }
    const bool goes_on = gone_ && gone_->height == height && now_ms <= gone_->seen_ms + blocks_gone_pause_ms;
    if (!goes_on) gone_ = Gone{.height = height, .since_ms = now_ms, .seen_ms = now_ms};
    gone_->seen_ms = now_ms;
    return now_ms >= gone_->since_ms + blocks_gone_ms;
}

Height Sync::tip_of(const ledger::MemberId& peer) const {
    const auto found = peers_.find(peer);
    return found == peers_.end() ? Height{} : found->second.tip;
}

bool Sync::votes(const ledger::MemberId& peer) const {
    const auto found = peers_.find(peer);
    return found != peers_.end() && found->second.votes;
}

bool Sync::is_covered(Height height) const {
    return ready_.contains(height) || std::ranges::any_of(flights_.under_way(), [height](const auto& flight) {
               return flight.second.from <= height && height <= flight.second.to;
           });
}

bool Sync::is_left_alone(const ledger::MemberId& name, const Peer& peer, std::uint64_t now_ms) const {
    const auto rejected = rejected_until_ms_.find(name);
    return now_ms < peer.shunned_until_ms || (rejected != rejected_until_ms_.end() && now_ms < rejected->second);
}

bool Sync::may_ask(const ledger::MemberId& name, const Peer& peer, Height from, std::uint64_t now_ms) const {
    return peer.first <= from && from <= peer.tip && !is_left_alone(name, peer, now_ms);
}

std::pair<const ledger::MemberId, Sync::Peer>* Sync::choose(Height from, std::uint64_t now_ms) {
    std::pair<const ledger::MemberId, Peer>* chosen = nullptr;
    for (auto& candidate : peers_) {
        const auto& [name, peer] = candidate;
        if (!may_ask(name, peer, from, now_ms)) continue;
        if (peer.cut && from >= *peer.cut) continue;
        if (chosen != nullptr && chosen->second.asked <= peer.asked) continue;
        chosen = &candidate;
    }
    return chosen;
}

std::vector<Sync::Ask> Sync::due(const Moment& moment) {
    const std::uint64_t patience_ms = std::exchange(hurries_, false) ? 0 : moment.patience_ms;
    flights_.give_up(moment.now_ms, fetch_timeout_ms,
                     [&](const Flight& flight) { disbelieve(flight.peer, flight.from, moment.now_ms); });
    std::erase_if(ready_, [&moment](const auto& block) { return block.first <= moment.ours; });
    const Height target = best(moment.ours.next());
    if (target <= moment.ours) {
        behind_since_ms_.reset();
        return {};
    }
    // Blocks that arrive by themselves renew the patience; while fetching there's none.
    const bool fetching = !flights_.under_way().empty() || !ready_.empty();
    if (!behind_since_ms_ || (moment.ours > last_ours_ && !fetching)) behind_since_ms_ = moment.now_ms;
    last_ours_ = moment.ours;
    const bool far = target.value >= moment.ours.value + far_behind_blocks;
    if (!fetching && !far && moment.now_ms < *behind_since_ms_ + patience_ms) return {};

    std::vector<Ask> asks;
    for (auto& [name, peer] : peers_) {
        if (peer.cut && *peer.cut <= moment.ours.next()) peer.cut.reset();
    }
    const Height last{moment.ours.value + fetches_in_flight_max * fetch_blocks_max};
    for (Height from = moment.ours.next(); from <= std::min(target, last); from = from.next()) {
        if (flights_.under_way().size() >= fetches_in_flight_max) break;
        if (is_covered(from)) continue;
        Height to = from;
        while (to.value + 1 < from.value + fetch_blocks_max && to < std::min(target, last) && !is_covered(to.next()))
            to = to.next();
        auto* const chosen = choose(from, moment.now_ms);
        if (chosen == nullptr) break;
        auto& [name, peer] = *chosen;
        to = std::min(to, peer.tip);
        if (peer.cut) to = std::min(to, Height{peer.cut->value - 1});
        peer.asked = ++requests_;
        flights_.ask(requests_, Flight{.peer = name, .from = from, .to = to, .sent_ms = moment.now_ms});
        asks.push_back(
            {.peer = name,
             .request = {
                 .request = requests_, .from = from, .max = static_cast<std::uint32_t>(to.value - from.value + 1)}});
        from = to;
    }
    return asks;
}

void Sync::receive(const ledger::MemberId& peer, CheckedBlocks answer, const Now& now) {
    const std::optional<Flight> flight = flights_.land(
        answer.request, [&](const Flight& asked) { return asked.peer == peer && asked.from == answer.from; });
    if (!flight) return;
    // Of the next block it is known who votes; of others that they can't be checked is nobody's fault. They are asked
    // for again when they can be.
    const bool was_early = answer.cut_short && (answer.from != now.ours.next() || answer.epoch != now.epoch);
    Peer& known = peers_.at(peer);
    if (was_early) known.cut = Height{answer.from.value + answer.blocks.size()};
    if (answer.blocks.empty()) return was_early ? void() : disbelieve(peer, answer.from, now.now_ms);
    known.failures = 0;
    for (CheckedCertifiedBlock& block : answer.blocks) {
        const Height height = block.block->block.header.height;
        proven_ = std::max(proven_, height);
        if (height > now.ours && height <= flight->to)
            ready_.insert_or_assign(height, Ready{.peer = peer, .block = std::move(block)});
    }
}

std::optional<Sync::Ready> Sync::take_next(Height ours) {
    const auto found = ready_.find(ours.next());
    if (found == ready_.end()) return std::nullopt;
    std::optional<Ready> block{std::move(found->second)};
    ready_.erase(found);
    return block;
}

void Sync::reject(const ledger::MemberId& peer, std::uint64_t now_ms) {
    std::erase_if(ready_, [&peer](const auto& ready) { return ready.second.peer == peer; });
    flights_.forget(peer);
    std::erase_if(rejected_until_ms_, [now_ms](const auto& rejected) { return now_ms >= rejected.second; });
    rejected_until_ms_.insert_or_assign(peer, now_ms + fetch_reject_ms);
}

}  // namespace datadeed::replica
