#include "ledger/nonces.h"

#include <algorithm>

namespace datadeed::ledger {
namespace {

constexpr std::uint64_t micros_per_milli = 1000;

}  // namespace

Result<void, Refusal> NonceWindow::check(Nonce nonce, TimeMs now, const Parameters& parameters) const {
    // In whole milliseconds, rounded down on both sides, so that nothing can overflow.
    const std::uint64_t stamp_ms = nonce.value / micros_per_milli;
    if (stamp_ms < now.value && now.value - stamp_ms > parameters.nonce_age_max_ms) {
        return fail(Refusal::tx_nonce_too_old);
    }
    if (stamp_ms > now.value && stamp_ms - now.value > parameters.nonce_ahead_max_ms) {
        return fail(Refusal::tx_nonce_too_far_ahead);
    }
    if (std::ranges::binary_search(used_, nonce)) return fail(Refusal::tx_nonce_used);
    if (used_.size() >= parameters.nonce_window && nonce < used_.front()) return fail(Refusal::tx_nonce_below_window);
    return {};
}

void NonceWindow::use(Nonce nonce, const Parameters& parameters) {
    used_.insert(std::ranges::upper_bound(used_, nonce), nonce);
    if (used_.size() > parameters.nonce_window) used_.erase(used_.begin());
}

}  // namespace datadeed::ledger
