#pragma once

#include <cstdint>
#include <vector>

#include "base/fields.h"
#include "base/result.h"
#include "ledger/error.h"
#include "ledger/parameters.h"
#include "ledger/types.h"

namespace datadeed::ledger {

inline constexpr std::size_t nonce_window_max = 1024;

// The highest nonces that a member has used, at most Parameters::nonce_window of them, rising. A value; one thread.
class NonceWindow {
public:
    // Whether a transaction with this nonce may stand in a block of time `now`: at most nonce_age_max_ms before it and
    // nonce_ahead_max_ms after, not used, and above the smallest one remembered. While fewer are remembered than the
    // window holds, nothing was forgotten, and the last rule has nothing to refuse.
    [[nodiscard]] Result<void, Refusal> check(Nonce nonce, TimeMs now, const Parameters& parameters) const;

    // Remembers a nonce that passed `check`, and forgets the smallest when there are too many.
    void use(Nonce nonce, const Parameters& parameters);

    [[nodiscard]] const std::vector<Nonce>& used() const { return used_; }

    static constexpr void fields(auto& self, auto&& visit) { visit("used", self.used_, Limit{nonce_window_max}); }
    friend bool operator==(const NonceWindow&, const NonceWindow&) = default;

private:
    std::vector<Nonce> used_;
};

}  // namespace datadeed::ledger
