#include "node/senders.h"

#include <algorithm>
#include <set>
#include <utility>

#include "node/limits.h"

namespace datadeed::node {
namespace {

std::size_t share_of(std::size_t bytes, std::size_t count) {
    return std::max(peer_bytes_min, count == 0 ? 0 : bytes / count);
}

}  // namespace

Senders::Senders(const ledger::ValidatorSet& nodes, std::vector<std::string> others) : others_{std::move(others)} {
    put("", Rank::other, clients_bytes);
    begin_epoch(nodes);
}

void Senders::begin_epoch(const ledger::ValidatorSet& nodes) {
    const std::lock_guard lock{mutex_};
    std::set<std::string> named{others_.begin(), others_.end()};
    const std::size_t validator = share_of(validators_bytes, nodes.validators.size());
    const std::size_t observer = share_of(observers_bytes, nodes.observers.size() + others_.size());
    for (const std::string& name : others_) put(name, Rank::other, observer);
    for (const ledger::Validator& node : nodes.validators) {
        put(node.member.value, Rank::validator, validator);
        named.insert(node.member.value);
    }
    for (const ledger::Observer& node : nodes.observers) {
        put(node.member.value, Rank::other, observer);
        named.insert(node.member.value);
    }
    for (const auto& [name, number] : numbers_) {
        if (number != clients && !named.contains(name)) put(name, Rank::other, 0);
    }
}

void Senders::put(const std::string& name, Rank rank, std::size_t bytes) {
    const auto [place, is_new] = numbers_.try_emplace(name, senders_.size());
    if (is_new) {
        senders_.push_back(std::make_unique<Sender>(name, rank, bytes));
        return;
    }
    Sender& known = *senders_[place->second];
    known.rank = rank;
    known.share.set_most(bytes);
}

std::optional<std::size_t> Senders::find(const std::string& peer) const {
    const std::lock_guard lock{mutex_};
    const auto found = numbers_.find(peer);
    if (found == numbers_.end() || found->second == clients) return std::nullopt;
    return found->second;
}

Sender& Senders::at(std::size_t number) {
    const std::lock_guard lock{mutex_};
    return *senders_.at(number);
}

std::size_t Senders::size() const {
    const std::lock_guard lock{mutex_};
    return senders_.size();
}

std::size_t Senders::events_max() const {
    const std::lock_guard lock{mutex_};
    std::size_t bytes = 0;
    for (const std::unique_ptr<Sender>& sender : senders_) bytes += sender->share.most();
    return bytes / work_overhead;
}

}  // namespace datadeed::node
