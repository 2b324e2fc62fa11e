#include "node/replica/snapshot_sync.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "node/replica/limits.h"

namespace datadeed::replica {

void SnapshotSync::note_down(const ledger::MemberId& peer) {
    // How long it's left alone isn't for it to say by coming again.
    if (const auto known = peers_.find(peer); known != peers_.end()) known->second.snapshot = {};
    offers_.forget(peer);
    if (!target_) return;
    target_->flights.forget(peer);
    target_->lacking.erase(peer);
}

void SnapshotSync::leave_alone(const ledger::MemberId& peer, std::uint64_t now_ms) {
    const auto known = peers_.find(peer);
    if (known == peers_.end() || now_ms < known->second.left_alone_until_ms) return;  // for the same silence
    const std::uint64_t doublings = std::min(known->second.failures++, fetch_shun_doublings_max);
    known->second.left_alone_until_ms = now_ms + (fetch_shun_ms << doublings);
}

void SnapshotSync::reject(const ledger::MemberId& peer, std::uint64_t now_ms) {
    offers_.forget(peer);
    if (target_) target_->flights.forget(peer);
    peers_[peer].left_alone_until_ms = now_ms + fetch_reject_ms;
}

void SnapshotSync::forgive() {
    for (auto& [name, peer] : peers_) peer.refused = {};
}

void SnapshotSync::note_lack(const ledger::MemberId& peer) {
    DATADEED_ASSERT(target_.has_value());
    target_->lacking.insert(peer);
}

void SnapshotSync::begin(Target target) {
    target_ = Fetch{.what = std::move(target)};
}

void SnapshotSync::note_part(const ledger::MemberId& peer, std::size_t number, std::uint64_t now_ms) {
    DATADEED_ASSERT(target_.has_value());
    target_->what.missing.erase(number);
    target_->progress_ms = now_ms;
    peers_[peer].failures = 0;
    if (peer == target_->what.offered_by) return;
    target_->helped_ms = now_ms;
    // By the part, so that a trickle of them holds nothing back.
    const std::uint64_t held_until = std::max(held_until_ms_.value_or(now_ms), now_ms) + snapshot_part_ms;
    held_until_ms_ = std::min(held_until, now_ms + snapshot_patience_ms);
}

// Blocks wait for what is asked about or fetched.
void SnapshotSync::hold(std::uint64_t now_ms) {
    const bool may = !held_until_ms_ || now_ms >= *held_until_ms_ + fetch_reject_ms;
    if (may) held_until_ms_ = now_ms + snapshot_patience_ms;
}

bool SnapshotSync::comes_first(std::uint64_t now_ms) const {
    const auto is_fresh = [now_ms](const auto& offer) { return now_ms < offer.second.sent_ms + snapshot_offer_ms; };
    const bool waits = target_.has_value() || std::ranges::any_of(offers_.under_way(), is_fresh);
    return waits && now_ms < held_until_ms_.value_or(0);
}

std::optional<Height> SnapshotSync::land_offer(const ledger::MemberId& peer, std::uint64_t request) {
    const auto offer = offers_.land(request, [&peer](const Offer& asked) { return asked.peer == peer; });
    return offer ? std::optional{offer->height} : std::nullopt;
}

std::optional<std::size_t> SnapshotSync::land_part(const ledger::MemberId& peer, std::uint64_t request) {
    if (!target_) return std::nullopt;
    const auto flight = target_->flights.land(request, [&peer](const Flight& asked) { return asked.peer == peer; });
    return flight ? std::optional{flight->number} : std::nullopt;
}

void SnapshotSync::give_up_late(std::uint64_t now_ms) {
    const auto leave_late_one = [&](const auto& asked) { leave_alone(asked.peer, now_ms); };
    offers_.give_up(now_ms, snapshot_timeout_ms, leave_late_one);
    if (!target_) return;
    target_->flights.give_up(now_ms, snapshot_timeout_ms, leave_late_one);
    // Whoever offered it alone can't hold this node back for ever. What has come is kept for when it's offered again.
    const bool stands_still = now_ms >= *target_->progress_ms + snapshot_patience_ms;
    const bool is_nobody_elses = now_ms >= target_->helped_ms + snapshot_alone_ms;
    const bool was_in_vain = stands_still || is_nobody_elses;
    if (!was_in_vain && has_source()) return;
    // That its link broke, or that it has written newer ones since, is no fault of the offerer's.
    was_in_vain ? reject(target_->what.offered_by, now_ms) : leave_alone(target_->what.offered_by, now_ms);
    target_.reset();
}

std::size_t SnapshotSync::flights_of(const ledger::MemberId& peer) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        target_->flights.under_way(), [&peer](const auto& flight) { return flight.second.peer == peer; }));
}

// Who has fewest parts under way; of several the one whose turn was longest ago.
std::optional<ledger::MemberId> SnapshotSync::choose_source(std::uint64_t now_ms) const {
    std::optional<ledger::MemberId> chosen;
    std::pair<std::size_t, std::uint64_t> least{};
    for (const auto& [name, peer] : peers_) {
        if (peer.snapshot < target_->what.height || now_ms < peer.left_alone_until_ms) continue;
        if (target_->lacking.contains(name)) continue;
        const std::pair rank{flights_of(name), peer.asked};
        if (rank.first >= snapshot_parts_per_peer || (chosen && least <= rank)) continue;
        chosen = name;
        least = rank;
    }
    return chosen;
}

// Whether anybody who is up may have what is missing, now or after a while.
bool SnapshotSync::has_source() const {
    return std::ranges::any_of(peers_, [this](const auto& entry) {
        return entry.second.snapshot >= target_->what.height && !target_->lacking.contains(entry.first);
    });
}

std::vector<SnapshotSync::Ask> SnapshotSync::ask_manifest(Height above, std::uint64_t now_ms) {
    if (!offers_.under_way().empty()) return {};
    std::pair<const ledger::MemberId, Peer>* chosen = nullptr;
    for (auto& candidate : peers_) {
        const Peer& peer = candidate.second;
        if (peer.snapshot <= std::max(above, peer.refused) || now_ms < peer.left_alone_until_ms) continue;
        const auto rank = [](const Peer& of) { return std::pair{of.snapshot.value, ~of.asked}; };
        if (chosen == nullptr || rank(peer) > rank(chosen->second)) chosen = &candidate;
    }
    if (chosen == nullptr) return {};
    hold(now_ms);
    chosen->second.asked = ++requests_;
    offers_.ask(requests_, Offer{.peer = chosen->first, .height = chosen->second.snapshot, .sent_ms = now_ms});
    return {{.peer = chosen->first, .request = requests_, .what = ManifestQuestion{.height = chosen->second.snapshot}}};
}

std::vector<SnapshotSync::Ask> SnapshotSync::ask_parts(std::uint64_t now_ms) {
    std::vector<Ask> asks;
    std::set<std::size_t> under_way;
    for (const auto& [request, flight] : target_->flights.under_way()) under_way.insert(flight.number);
    for (const std::size_t number : target_->what.missing) {
        if (under_way.contains(number)) continue;
        const std::optional<ledger::MemberId> source = choose_source(now_ms);
        if (!source) break;
        peers_[*source].asked = ++requests_;
        target_->flights.ask(requests_, Flight{.peer = *source, .number = number, .sent_ms = now_ms});
        asks.push_back({.peer = *source, .request = requests_, .what = PartQuestion{.number = number}});
    }
    return asks;
}

std::vector<SnapshotSync::Ask> SnapshotSync::due(Height above, std::uint64_t now_ms) {
    if (target_ && !target_->progress_ms) {
        if (std::exchange(target_->is_new, false)) return {};
        target_->progress_ms = now_ms;
        target_->helped_ms = now_ms;
        hold(now_ms);
    }
    give_up_late(now_ms);
    return target_ ? ask_parts(now_ms) : ask_manifest(above, now_ms);
}

}  // namespace datadeed::replica
