#pragma once

#include <cstdint>
#include <string_view>

#include "base/fields.h"
#include "consensus/certificate.h"
#include "consensus/limits.h"

// The three statements of the normal case, and what a signed statement is. messages.h has the rest.

namespace datadeed::consensus {

enum class MessageKind : std::uint8_t {
    pre_prepare = 1,
    prepare = 2,
    commit = 3,
    view_change = 4,
    new_view = 5,
    status = 6
};

// A statement as its signer sent it. Nothing is checked: see verified.h.
template <class M>
struct Signed {
    using Statement = M;
    static constexpr MessageKind kind = M::kind;

    M message{};
    ValidatorIndex signer{};
    crypto::Signature signature{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("message", self.message);
        visit("signer", self.signer);
        visit("signature", self.signature);
    }

    friend bool operator==(const Signed&, const Signed&) = default;
};

// The view that a statement is about. Its epoch says which validator the signer's number means.
template <class M>
[[nodiscard]] View view_of(const Signed<M>& statement) {
    if constexpr (requires { statement.message.new_view; }) {
        return statement.message.new_view;
    } else {
        return statement.message.view;
    }
}

// The primary of `view` proposes a block. The payload is opaque here and isn't signed: `hash` is, and binds it (the
// host checks that when it validates, and takes a proposal from nobody but its signer).
struct PrePrepare {
    static constexpr MessageKind kind = MessageKind::pre_prepare;
    static constexpr std::string_view domain = "datadeed/pbft/pre-prepare/1";

    View view{};
    Height height{};
    Digest hash{};
    Bytes payload;

    static constexpr void stated(auto& self, auto&& visit) {
        visit("view", self.view);
        visit("height", self.height);
        visit("hash", self.hash);
    }
    static constexpr void fields(auto& self, auto&& visit) {
        stated(self, visit);
        visit("payload", self.payload, Limit{payload_bytes_max});
    }

    friend bool operator==(const PrePrepare&, const PrePrepare&) = default;
};

// "I have stored this proposal, it is valid, and it is the only one I accept in this view at this height." Never from
// the primary of the view: its PRE-PREPARE is its vote.
struct Prepare {
    static constexpr MessageKind kind = MessageKind::prepare;
    static constexpr std::string_view domain = "datadeed/pbft/prepare/1";

    View view{};
    Height height{};
    Digest hash{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("view", self.view);
        visit("height", self.height);
        visit("hash", self.hash);
    }

    friend bool operator==(const Prepare&, const Prepare&) = default;
};

// "I have stored a prepared certificate for it."
struct Commit {
    static constexpr MessageKind kind = MessageKind::commit;
    static constexpr std::string_view domain = "datadeed/pbft/commit/1";

    View view{};
    Height height{};
    Digest hash{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("view", self.view);
        visit("height", self.height);
        visit("hash", self.hash);
    }

    friend bool operator==(const Commit&, const Commit&) = default;
};

}  // namespace datadeed::consensus
