#include "tests/sim/network.h"

#include "node/replica/wire.h"

namespace datadeed::sim {

namespace {

constexpr std::uint64_t clog_max_us = 1'500'000;

// Of an encoded vote: [1, [kind, ...]].
std::optional<consensus::MessageKind> kind_of(const Bytes& bytes) {
    const bool is_vote = bytes.size() > 3 && bytes[1] == static_cast<std::uint8_t>(replica::WireKind::votes);
    if (!is_vote) return std::nullopt;
    return consensus::MessageKind{bytes[3]};
}

}  // namespace

Network::Network(const Plan& plan, std::size_t nodes, Rng rng) : plan_{&plan}, nodes_{nodes}, rng_{rng} {}

std::vector<std::uint64_t> Network::delays_of(const Parcel& parcel, std::uint64_t now_us) {
    if (healed_) return {rng_.between(100, plan_->healed_us)};
    if (cut_.contains({parcel.from, parcel.to})) return {};
    if (plan_->rare_kind && kind_of(*parcel.bytes) == plan_->rare_kind && rng_.chance(500)) return {};
    const auto clog = clogged_until_.find({parcel.from, parcel.to});
    const std::uint64_t held_us = clog != clogged_until_.end() && clog->second > now_us ? clog->second - now_us : 0;
    std::vector<std::uint64_t> delays;
    const std::size_t copies = rng_.chance(plan_->twice) ? 2 : 1;
    for (std::size_t i = 0; i < copies; ++i) {
        if (rng_.chance(plan_->loss)) continue;
        delays.push_back(held_us + rng_.between(50, rng_.chance(plan_->slow) ? plan_->slow_us : plan_->delay_us));
    }
    return delays;
}

std::string Network::repartition() {
    if (!cut_.empty() && rng_.chance(500)) {
        cut_.clear();
        return "all links whole";
    }
    // A side is a set of nodes; the cut is both ways or one.
    const std::uint64_t side = rng_.between(1, (std::uint64_t{1} << nodes_) - 1);
    const bool one_way = rng_.chance(400);
    std::string text{one_way ? "cut one way from" : "cut off"};
    for (std::size_t from = 0; from < nodes_; ++from) {
        if (((side >> from) & 1U) == 0) continue;
        text += " " + std::to_string(from);
        for (std::size_t to = 0; to < nodes_; ++to) {
            if (((side >> to) & 1U) != 0) continue;
            cut_.insert({from, to});
            if (!one_way) cut_.insert({to, from});
        }
    }
    return text;
}

void Network::clog(std::uint64_t now_us) {
    for (std::size_t from = 0; from < nodes_; ++from) {
        for (std::size_t to = 0; to < nodes_; ++to) {
            if (rng_.chance(400)) clogged_until_[{from, to}] = now_us + rng_.below(clog_max_us);
        }
    }
}

void Network::heal() {
    cut_.clear();
    healed_ = true;
}

}  // namespace datadeed::sim
