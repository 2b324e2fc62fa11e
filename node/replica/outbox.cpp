#include "node/replica/outbox.h"

#include <algorithm>
#include <memory>

#include "node/replica/limits.h"

namespace datadeed::replica {

void Outbox::set_up(const ledger::MemberId& peer) {
    up_.insert(peer);
    for (const auto& [bytes, lane] : for_comers_) send(peer, bytes, lane);
}

void Outbox::send(const ledger::MemberId& peer, Bytes bytes, Lane lane) {
    if (!is_up(peer)) return;
    push(SendTo{.peers = {peer}, .bytes = std::make_shared<const Bytes>(std::move(bytes)), .lane = lane});
}

void Outbox::send_one_of(const std::vector<ledger::MemberId>& peers, Bytes bytes, Lane lane) {
    for (std::size_t i = 0; i < peers.size(); ++i) {
        const ledger::MemberId& peer = peers[turns_++ % peers.size()];
        if (is_up(peer)) return send(peer, std::move(bytes), lane);
    }
}

void Outbox::send_validators(Bytes bytes, Lane lane) {
    std::vector<ledger::MemberId> peers;
    std::ranges::copy_if(up_, std::back_inserter(peers), [this](const auto& peer) { return is_validator(peer); });
    if (peers.empty()) return;
    push(SendTo{.peers = std::move(peers), .bytes = std::make_shared<const Bytes>(std::move(bytes)), .lane = lane});
}

void Outbox::send_all(Bytes bytes, Lane lane) {
    if (up_.empty()) return;
    push(SendTo{
        .peers = {up_.begin(), up_.end()}, .bytes = std::make_shared<const Bytes>(std::move(bytes)), .lane = lane});
}

void Outbox::send_all_and_comers(const Bytes& bytes, Lane lane) {
    send_all(bytes, lane);
    for_comers_.emplace_back(bytes, lane);
}

void Outbox::reply(RequestToken token, Outcome outcome) {
    push(Reply{.token = token, .outcome = outcome});
}

// Not inline: GCC 12 sees uninitialised alternatives where it inlines the moving of a variant.
void Outbox::push(Action&& action) {
    actions_.push_back(std::move(action));
}

void Outbox::keep_findings() {
    std::erase_if(actions_, [](const Action& action) {
        return !std::holds_alternative<LogEvent>(action) && !std::holds_alternative<EvidenceFound>(action);
    });
}

void Outbox::log(LogEvent::Level level, std::string name, Fields fields) {
    push(LogEvent{.level = level, .name = std::move(name), .fields = std::move(fields)});
}

void Outbox::blame(const ledger::MemberId& peer, const std::string& name, std::uint64_t now_ms, Fields more) {
    const auto [blamed, is_first] = blamed_until_ms_.try_emplace({name, peer}, 0);
    if (!is_first && now_ms < blamed->second) return;
    blamed->second = now_ms + blame_again_ms;
    Fields fields{{"peer", peer.value}};
    for (auto& field : more) fields.push_back(std::move(field));
    log(LogEvent::Level::warning, name, std::move(fields));
}

}  // namespace datadeed::replica
