#include "node/senders.h"

#include <algorithm>

#include "node/limits.h"

namespace datadeed::node {
namespace {

std::size_t share_of(std::size_t bytes, std::size_t count) {
    return std::max(peer_bytes_min, count == 0 ? 0 : bytes / count);
}

}  // namespace

Senders::Senders(const ledger::ValidatorSet& nodes) {
    add("", Rank::other, clients_bytes);
    const std::size_t validator = share_of(validators_bytes, nodes.validators.size());
    const std::size_t observer = share_of(observers_bytes, nodes.observers.size());
    for (const ledger::Validator& node : nodes.validators) add(node.member.value, Rank::validator, validator);
    for (const ledger::Observer& node : nodes.observers) add(node.member.value, Rank::other, observer);
}

void Senders::add(std::string name, Rank rank, std::size_t bytes) {
    numbers_.emplace(name, senders_.size());
    senders_.push_back(std::make_unique<Sender>(std::move(name), rank, bytes));
}

std::optional<std::size_t> Senders::find(const std::string& peer) const {
    const auto found = numbers_.find(peer);
    if (found == numbers_.end() || found->second == clients) return std::nullopt;
    return found->second;
}

std::size_t Senders::events_max() const {
    std::size_t bytes = 0;
    for (const std::unique_ptr<Sender>& sender : senders_) bytes += sender->share.most();
    return bytes / work_overhead;
}

}  // namespace datadeed::node
