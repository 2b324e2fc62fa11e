#include "node/api/token.h"

#include <optional>

#include "crypto/cose.h"
#include "ledger/lookup.h"

namespace datadeed::api {
namespace {

constexpr std::string_view scheme = "Datadeed ";

}  // namespace

std::string_view code(TokenError error) {
    switch (error) {
        case TokenError::token_must_be_there:
            return "auth.token_missing";
        case TokenError::token_must_be_well_formed:
            return "auth.token_malformed";
        case TokenError::token_must_name_this_node:
            return "auth.token_wrong_node";
        case TokenError::token_must_not_be_expired:
            return "auth.token_expired";
        case TokenError::token_must_expire_soon:
            return "auth.token_too_long";
        case TokenError::token_signature_must_verify:
            return "auth.token_bad_signature";
        case TokenError::token_key_must_be_the_members:
            return "auth.token_wrong_key";
    }
    return "auth.token_malformed";
}

Result<void, TokenError> TokenChecker::check_content(const Token& token, TimeMs now) const {
    if (token.node != node_.value) return fail(TokenError::token_must_name_this_node);
    if (token.expires <= now) return fail(TokenError::token_must_not_be_expired);
    if (token.expires.value - now.value > token_ahead_max_ms) return fail(TokenError::token_must_expire_soon);
    return {};
}

Result<TokenChecker::Known, TokenError> TokenChecker::find_or_verify(std::string_view text, TimeMs now) {
    if (const auto found = known_.find(text); found != known_.end()) {
        if (const auto content = check_content(found->second.token, now); !content) return fail(content.error());
        return found->second;
    }
    if (text.size() > 4 * token_size_max / 3 + 4) return fail(TokenError::token_must_be_well_formed);
    const std::optional<Bytes> encoded = from_base64(text);
    if (!encoded) return fail(TokenError::token_must_be_well_formed);
    const auto message = crypto::decode_sign1(*encoded, crypto::Sign1Limits{.payload_max = token_size_max});
    if (!message || message->header.typ != token_type) return fail(TokenError::token_must_be_well_formed);
    const auto token = decode<Token>(message->payload);
    if (!token) return fail(TokenError::token_must_be_well_formed);
    if (const auto content = check_content(*token, now); !content) return fail(content.error());
    if (!crypto::verify_sign1(*message, crypto::signing_context(token_context, chain_))) {
        return fail(TokenError::token_signature_must_verify);
    }
    if (order_.size() >= token_cache_max) {
        known_.erase(order_.front());
        order_.pop_front();
    }
    order_.emplace_back(text);
    return known_.emplace(std::string{text}, Known{.token = *token, .key = message->header.kid}).first->second;
}

Result<ledger::MemberId, TokenError> TokenChecker::check(std::string_view authorization, TimeMs now, Height height,
                                                         const ledger::StateView& state) {
    if (authorization.empty()) return fail(TokenError::token_must_be_there);
    if (!authorization.starts_with(scheme)) return fail(TokenError::token_must_be_well_formed);
    const Result<Known, TokenError> known = find_or_verify(authorization.substr(scheme.size()), now);
    if (!known) return fail(known.error());
    const std::optional<ledger::KeyRecord> key = ledger::find_key(state, known->key);
    // As for the next block: who has just been told that a key is added, or retired, finds it so.
    if (!key || key->member != known->token.member || !key->holds_at(height.next())) {
        return fail(TokenError::token_key_must_be_the_members);
    }
    return known->token.member;
}

}  // namespace datadeed::api
