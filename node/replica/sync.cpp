#include "node/replica/sync.h"

#include <algorithm>
#include <utility>

namespace datadeed::replica {

void Sync::note_tip(const ledger::MemberId& peer, Height height) {
    Peer& known = peers_[peer];
    known.tip = std::max(known.tip, height);
}

void Sync::note_down(const ledger::MemberId& peer) {
    peers_.erase(peer);
    std::erase_if(flights_, [&peer](const auto& flight) { return flight.second.peer == peer; });
}

// Of the heights that validators claim, the one that as many as may lie have not passed.
Height Sync::known() const {
    std::vector<Height> claims;
    for (const auto& [name, peer] : peers_) {
        if (validators_.contains(name)) claims.push_back(peer.tip);
    }
    if (claims.size() <= faults_) return proven_;
    std::ranges::sort(claims, std::greater<>{});
    return std::max(proven_, claims[faults_]);
}

// It couldn't show what it claims: it has less until it says more, and is left alone, longer each time.
void Sync::disbelieve(const ledger::MemberId& peer, Height from, std::uint64_t now_ms) {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return;
    Peer& known = found->second;
    known.tip = std::min(known.tip, Height{from.value - 1});
    if (now_ms < known.shunned_until_ms) return;  // for the same claim, asked for in parts
    known.shunned_until_ms = now_ms + (fetch_shun_ms << std::min(known.failures, fetch_shun_doublings_max));
    ++known.failures;
}

// The highest block that anybody claims to have.
Height Sync::best() const {
    Height best{};
    for (const auto& [name, peer] : peers_) best = std::max(best, peer.tip);
    return best;
}

Height Sync::tip_of(const ledger::MemberId& peer) const {
    const auto found = peers_.find(peer);
    return found == peers_.end() ? Height{} : found->second.tip;
}

bool Sync::votes(const ledger::MemberId& peer) const {
    const auto found = peers_.find(peer);
    return found != peers_.end() && found->second.votes;
}

void Sync::drop_late(std::uint64_t now_ms) {
    for (auto flight = flights_.begin(); flight != flights_.end();) {
        if (now_ms < flight->second.sent_ms + fetch_timeout_ms) {
            ++flight;
            continue;
        }
        disbelieve(flight->second.peer, flight->second.from, now_ms);
        flight = flights_.erase(flight);
    }
}

bool Sync::is_covered(Height height) const {
    return ready_.contains(height) || std::ranges::any_of(flights_, [height](const auto& flight) {
               return flight.second.from <= height && height <= flight.second.to;
           });
}

Sync::Peer* Sync::choose(Height from, std::uint64_t now_ms, ledger::MemberId& name) {
    Peer* chosen = nullptr;
    for (auto& [candidate, peer] : peers_) {
        if (peer.tip < from || now_ms < peer.shunned_until_ms) continue;
        if (chosen != nullptr && chosen->asked <= peer.asked) continue;
        chosen = &peer;
        name = candidate;
    }
    return chosen;
}

std::vector<Sync::Ask> Sync::due(const Moment& moment) {
    drop_late(moment.now_ms);
    std::erase_if(ready_, [&moment](const auto& block) { return block.first <= moment.ours; });
    const Height target = best();
    if (target <= moment.ours) {
        behind_since_ms_.reset();
        return {};
    }
    // Blocks that arrive by themselves renew the patience; while fetching there's none.
    const bool fetching = !flights_.empty() || !ready_.empty();
    if (!behind_since_ms_ || (moment.ours > last_ours_ && !fetching)) behind_since_ms_ = moment.now_ms;
    last_ours_ = moment.ours;
    const bool far = target.value >= moment.ours.value + far_behind_blocks;
    if (!fetching && !far && moment.now_ms < *behind_since_ms_ + moment.patience_ms) return {};

    std::vector<Ask> asks;
    const Height window_end{moment.ours.value + fetches_in_flight_max * fetch_blocks_max};
    for (Height from = moment.ours.next(); from <= std::min(target, window_end); from = from.next()) {
        if (flights_.size() >= fetches_in_flight_max) break;
        if (is_covered(from)) continue;
        Height to = from;
        while (to.value + 1 < from.value + fetch_blocks_max && to < target && !is_covered(to.next())) to = to.next();
        ledger::MemberId name;
        Peer* peer = choose(from, moment.now_ms, name);
        if (peer == nullptr) break;
        to = std::min(to, peer->tip);
        peer->asked = ++requests_;
        flights_.emplace(requests_, Flight{.peer = name, .from = from, .to = to, .sent_ms = moment.now_ms});
        asks.push_back(
            {.peer = name,
             .request = {
                 .request = requests_, .from = from, .max = static_cast<std::uint32_t>(to.value - from.value + 1)}});
        from = to;
    }
    return asks;
}

void Sync::receive(const ledger::MemberId& peer, CheckedBlocks answer, const Now& now) {
    const auto flight = flights_.find(answer.request);
    if (flight == flights_.end() || flight->second.peer != peer || flight->second.from != answer.from) return;
    const Height last = flight->second.to;
    flights_.erase(flight);
    if (answer.blocks.empty()) return disbelieve(peer, answer.from, now.now_ms);
    if (const auto known = peers_.find(peer); known != peers_.end()) known->second.failures = 0;
    for (CheckedCertifiedBlock& block : answer.blocks) {
        const Height height = block.block->block.header.height;
        proven_ = std::max(proven_, height);
        if (height > now.ours && height <= last)
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
    std::erase_if(flights_, [&peer](const auto& flight) { return flight.second.peer == peer; });
    if (const auto known = peers_.find(peer); known != peers_.end()) {
        known->second.shunned_until_ms = now_ms + fetch_reject_ms;
    }
}

}  // namespace datadeed::replica
