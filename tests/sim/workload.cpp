#include "tests/sim/workload.h"

#include "base/overloaded.h"

namespace datadeed::sim {

Workload::Workload(const World& world, Habits habits, Rng rng) : world_{&world}, habits_{habits}, rng_{rng} {}

Workload::Submission Workload::make(std::size_t owner, ledger::Operation operation, std::uint64_t true_ms) {
    return sign({.owner = owner,
                 .nonce_us = true_ms * 1000 + (nonces_++ % 1000),
                 .expires_ms = true_ms + 600'000,
                 .operations = {std::move(operation)}});
}

Workload::Submission Workload::sign(Order order) {
    const replica::TransactionPtr transaction = checked(*world_, sign_order(*world_, order));
    earlier_.push_back(transaction);
    orders_.push_back(std::move(order));
    return {.token = replica::RequestToken{++tokens_}, .transaction = transaction};
}

ledger::Operation Workload::draw(std::size_t owner) {
    const std::uint64_t kind = rng_.below(10);
    const auto fresh = [&] {
        registered_.push_back({.data = "d-" + std::to_string(++names_), .owner = owner});
        return ledger::RegisterData{
            .data = ledger::DatasetId{registered_.back().data}, .title = "Data", .type = "table", .commitment = {}};
    };
    if (registered_.empty() || kind < 5) return fresh();
    const Known& known = registered_[rng_.below(registered_.size())];
    if (kind == 5) {  // taken already, or about to be
        return ledger::RegisterData{
            .data = ledger::DatasetId{known.data}, .title = "Mine", .type = "table", .commitment = {}};
    }
    if (kind == 6) {
        return ledger::TransferOffer{
            .data = ledger::DatasetId{"nothing"}, .to = owner_name(0), .share = ledger::ShareBp{100}};
    }
    if (kind == 7) return ledger::TransferAccept{.data = ledger::DatasetId{known.data}};
    return ledger::TransferOffer{.data = ledger::DatasetId{known.data},
                                 .to = owner_name(rng_.below(habits_.owners)),
                                 .share = ledger::ShareBp{static_cast<std::uint32_t>(rng_.between(1, 4000))}};
}

Workload::Submission Workload::next(std::uint64_t true_ms) {
    if (!earlier_.empty() && rng_.chance(100)) {
        return {.token = replica::RequestToken{++tokens_}, .transaction = earlier_[rng_.below(earlier_.size())]};
    }
    if (habits_.reused_nonces > 0 && !orders_.empty() && rng_.chance(habits_.reused_nonces)) {
        Order again = orders_[rng_.below(orders_.size())];
        again.operations = {draw(again.owner)};
        ++nonces_reused_;
        return sign(std::move(again));
    }
    const std::size_t owner = rng_.below(habits_.owners);
    ledger::Operation operation = draw(owner);
    return make(owner, std::move(operation), true_ms);
}

Workload::Submission Workload::sure(std::uint64_t true_ms) {
    const std::string name = "sure-" + std::to_string(++names_);
    return make(
        rng_.below(habits_.owners),
        ledger::RegisterData{.data = ledger::DatasetId{name}, .title = "Sure", .type = "table", .commitment = {}},
        true_ms);
}

void Workload::note_sent(const Submission& submission, std::size_t node) {
    waiting_.emplace(submission.token, Waiting{.node = node, .what = to_hex(submission.transaction->tx.id().value)});
}

void Workload::note_crash(std::size_t node) {
    std::erase_if(waiting_, [node](const auto& waiting) { return waiting.second.node == node; });
}

void Workload::note_answer(replica::RequestToken token, const replica::Outcome& outcome) {
    std::visit(Overloaded{[](const replica::Accepted&) {},
                          [&](const replica::Committed&) { committed_ += waiting_.erase(token); },
                          [&](const replica::Refused&) { refused_ += waiting_.erase(token); },
                          [&](const replica::NotTaken&) { waiting_.erase(token); }},
               outcome);
}

std::string Workload::describe_waiting() const {
    std::string text;
    for (const auto& [token, waiting] : waiting_) {
        text += " " + waiting.what.substr(0, 8) + "@" + std::to_string(waiting.node);
    }
    return text;
}

}  // namespace datadeed::sim
