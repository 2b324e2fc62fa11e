#include "node/replica/serving.h"

#include <algorithm>

namespace datadeed::replica {

bool Serving::Allowance::is_open(std::uint64_t now_ms) {
    const std::uint64_t passed = std::min<std::uint64_t>(now_ms - std::min(now_ms, filled_ms_), 1'000);
    const auto earned = static_cast<std::int64_t>(passed * per_second_ / 1'000);
    if (earned > 0) {
        left_ = std::min(full(), left_ + earned);
        filled_ms_ = now_ms;
    }
    return left_ > 0;
}

bool Serving::is_open(const ledger::MemberId& peer, std::uint64_t now_ms) {
    Allowance& own = each_.try_emplace(peer, Allowance{serve_bytes_per_second}).first->second;
    return all_.is_open(now_ms) && own.is_open(now_ms);
}

bool Serving::may_answer(const ledger::MemberId& peer, std::uint64_t now_ms) {
    return !waiting_.contains(peer) && is_open(peer, now_ms);
}

void Serving::spend(const ledger::MemberId& peer, std::size_t bytes) {
    const std::size_t cost = std::max(bytes, serve_bytes_min);
    all_.spend(cost);
    each_.try_emplace(peer, Allowance{serve_bytes_per_second}).first->second.spend(cost);
}

void Serving::defer(const ledger::MemberId& peer, const Question& question) {
    std::deque<Question>& questions = waiting_[peer];
    if (questions.size() < questions_waiting_max) questions.push_back(question);
}

std::optional<Serving::Turn> Serving::take_turn(std::uint64_t now_ms) {
    // From the one behind whose turn was last: a small allowance for all isn't always the same peer's.
    auto at = waiting_.upper_bound(last_turn_);
    for (std::size_t looked = 0; looked < waiting_.size(); ++looked) {
        if (at == waiting_.end()) at = waiting_.begin();
        if (!is_open(at->first, now_ms)) {
            ++at;
            continue;
        }
        Turn turn{.peer = at->first, .question = at->second.front()};
        last_turn_ = at->first;
        at->second.pop_front();
        if (at->second.empty()) waiting_.erase(at);
        return turn;
    }
    return std::nullopt;
}

}  // namespace datadeed::replica
