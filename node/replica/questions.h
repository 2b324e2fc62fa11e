#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "ledger/types.h"
#include "node/replica/limits.h"

namespace datadeed::replica {

// Questions to peers, by their number: those under way, and the last fetches_late_max that were given up, since on a
// slow link every answer may be late. Asked has `peer` and `sent_ms`. Not for use by several threads.
template <class Asked>
class Questions {
public:
    using ByNumber = std::map<std::uint64_t, Asked>;

    void ask(std::uint64_t number, Asked asked) { under_way_.emplace(number, std::move(asked)); }

    // The question of that number, if `is_answered(question)`: it is answered now, in time or late.
    template <class Is>
    [[nodiscard]] std::optional<Asked> land(std::uint64_t number, const Is& is_answered) {
        for (ByNumber* questions : {&under_way_, &late_}) {
            const auto found = questions->find(number);
            if (found == questions->end() || !is_answered(found->second)) continue;
            std::optional<Asked> asked{std::move(found->second)};
            questions->erase(found);
            return asked;
        }
        return std::nullopt;
    }

    // Those that wait for `timeout_ms` or longer wait no more; `tell(question)` is called for each.
    template <class Tell>
    void give_up(std::uint64_t now_ms, std::uint64_t timeout_ms, const Tell& tell) {
        std::erase_if(under_way_, [&](const auto& each) {
            if (now_ms < each.second.sent_ms + timeout_ms) return false;
            tell(each.second);
            late_.insert(each);
            if (late_.size() > fetches_late_max) late_.erase(late_.begin());
            return true;
        });
    }

    // No answer of this peer's counts any more.
    void forget(const ledger::MemberId& peer) {
        const auto is_theirs = [&peer](const auto& each) { return each.second.peer == peer; };
        std::erase_if(under_way_, is_theirs);
        std::erase_if(late_, is_theirs);
    }

    [[nodiscard]] const ByNumber& under_way() const { return under_way_; }

private:
    ByNumber under_way_;
    ByNumber late_;
};

}  // namespace datadeed::replica
