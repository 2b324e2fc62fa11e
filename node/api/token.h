#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "base/fields.h"
#include "base/result.h"
#include "base/types.h"
#include "crypto/sign.h"
#include "ledger/state.h"
#include "ledger/types.h"

// Who reads. A client signs a token with a key of its member and sends it with each read:
//
//     Authorization: Datadeed <base64 of COSE_Sign1>
//
// typ "datadeed/token", kid the signer's public key, external_aad CBOR ["datadeed/token/1", chain id], payload CBOR
// [member id, node name, expiry in ms]. A token names one node, so that none can use it at another.

namespace datadeed::api {

inline constexpr std::string_view token_type = "datadeed/token";
inline constexpr std::string_view token_context = "datadeed/token/1";
// How far ahead of this node's clock an expiry may be: ten minutes, and half a minute of difference between clocks.
inline constexpr std::uint64_t token_ahead_max_ms = 10 * 60 * 1000 + 30 * 1000;
inline constexpr std::size_t token_size_max = 1024;  // bytes of the COSE_Sign1
inline constexpr std::size_t token_cache_max = 4096;

struct Token {
    ledger::MemberId member{};
    std::string node{};  // the node's member id
    TimeMs expires{};    // the first moment at which it no longer holds

    static constexpr void fields(auto& self, auto&& visit) {
        visit("member", self.member, Limit{ledger::member_id_max});
        visit("node", self.node, Limit{ledger::member_id_max});
        visit("expires_ms", self.expires);
    }
    friend bool operator==(const Token&, const Token&) = default;
};

// Asked in this order.
enum class TokenError : std::uint8_t {
    token_must_be_there,
    token_must_be_well_formed,
    token_must_name_this_node,
    token_must_not_be_expired,
    token_must_expire_soon,
    token_signature_must_verify,
    token_key_must_be_the_members,
};

// "auth.token_missing" and so on.
[[nodiscard]] std::string_view code(TokenError error);

// Checks tokens and remembers those whose signature held, the last token_cache_max of them. One thread.
class TokenChecker {
public:
    TokenChecker(const ChainId& chain, ledger::MemberId node) : chain_{chain}, node_{std::move(node)} {}

    // The member that the value of an Authorization header speaks for, at this node's time, with the keys of this state
    // at `height`. A key that was retired stops working at once, cached or not.
    [[nodiscard]] Result<ledger::MemberId, TokenError> check(std::string_view authorization, TimeMs now, Height height,
                                                             const ledger::StateView& state);

    [[nodiscard]] std::size_t cached() const { return order_.size(); }

private:
    struct Known {
        Token token{};
        crypto::PublicKey key{};
    };
    [[nodiscard]] Result<Known, TokenError> find_or_verify(std::string_view text, TimeMs now);
    [[nodiscard]] Result<void, TokenError> check_content(const Token& token, TimeMs now) const;

    ChainId chain_;
    ledger::MemberId node_;
    std::map<std::string, Known, std::less<>> known_;
    std::deque<std::string> order_;  // the keys of known_, oldest first
};

}  // namespace datadeed::api
