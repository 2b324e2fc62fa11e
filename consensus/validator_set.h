#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/types.h"
#include "consensus/quorum.h"
#include "crypto/sign.h"

namespace datadeed::consensus {

// A validator's place in the set, from 0.
using ValidatorIndex = Strong<struct ValidatorIndexTag, std::uint32_t>;

// The number of a reign: primary(view) proposes in it. Rises only, is never reset, goes across heights. Its high 32
// bits are the number of the epoch, so that no vote of one epoch counts in another.
using View = Strong<struct ViewTag>;

// A span of heights in which the same validators vote. It ends with the block that changes them.
struct Epoch {
    std::uint32_t number{};
    Height base{};  // the height below its first: final in the epoch before, or the genesis document

    [[nodiscard]] static std::uint32_t of(View view) { return static_cast<std::uint32_t>(view.value >> 32U); }
    // For people: which view of its epoch it is, from 0.
    [[nodiscard]] static std::uint32_t place_of(View view) { return static_cast<std::uint32_t>(view.value); }

    [[nodiscard]] View first_view() const { return View{std::uint64_t{number} << 32U}; }
    [[nodiscard]] bool has(View view) const { return of(view) == number; }

    friend bool operator==(const Epoch&, const Epoch&) = default;
};

// One who votes: the member's name and the key that its votes are checked with.
struct Validator {
    std::string name;
    crypto::PublicKey vote_key{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("name", self.name);
        visit("vote_key", self.vote_key);
    }

    friend bool operator==(const Validator&, const Validator&) = default;
};

// Those who vote in one epoch, in the order of the chain's state. A value, never changed; any thread may read it.
class ValidatorSet {
public:
    // 1 to validators_max of them; anything else is a bug of the caller.
    explicit ValidatorSet(std::vector<Validator> validators, Epoch epoch = {});

    [[nodiscard]] const Epoch& epoch() const { return epoch_; }
    [[nodiscard]] std::size_t size() const { return validators_.size(); }
    [[nodiscard]] std::size_t f() const { return faults(size()); }
    [[nodiscard]] std::size_t quorum() const { return consensus::quorum(size()); }
    [[nodiscard]] std::size_t weak() const { return weak_quorum(size()); }

    // Round robin: view mod n.
    [[nodiscard]] ValidatorIndex primary(View view) const;

    [[nodiscard]] bool contains(ValidatorIndex index) const { return index.value < size(); }
    // `index` must be contained.
    [[nodiscard]] const Validator& at(ValidatorIndex index) const;
    [[nodiscard]] const std::vector<Validator>& all() const { return validators_; }

    friend bool operator==(const ValidatorSet&, const ValidatorSet&) = default;

private:
    std::vector<Validator> validators_;
    Epoch epoch_;
};

}  // namespace datadeed::consensus
