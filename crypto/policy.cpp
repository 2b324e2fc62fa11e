#include "crypto/policy.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/assert.h"
#include "crypto/merkle.h"
#include "crypto/text.h"

namespace datadeed::crypto {
namespace {

// The next line that isn't for people only; nothing at the end and when the last line has no newline.
std::optional<std::string_view> take_rule(std::string_view& rest) {
    std::optional<std::string_view> line = take_line(rest);
    while (line && (line->empty() || line->starts_with('#'))) line = take_line(rest);
    return line;
}

// The value of the rule `name`, if `line` is that rule.
std::optional<std::string_view> value_of(const std::optional<std::string_view>& line, std::string_view name) {
    return line ? after(*line, name) : std::nullopt;
}

bool have_distinct_keys(const std::vector<VerifierKey>& keys) {
    std::set<PublicKey> seen_keys;
    std::set<std::pair<std::string, KeyId>> seen_ids;
    return std::ranges::all_of(keys, [&](const VerifierKey& key) {
        return seen_keys.insert(key.key).second && seen_ids.emplace(key.name, key_id(key)).second;
    });
}

bool can_cosign(const VerifierKey& key) {
    return key.type == KeyType::cosignature && is_key_name(key.name) && is_registrable(key.key);
}

}  // namespace

Result<void, Error> check_policy(const Policy& policy) {
    if (!is_plain_line(policy.origin) || policy.cosigners.empty() || policy.cosigners.size() > policy_cosigners_max ||
        !std::ranges::all_of(policy.cosigners, can_cosign)) {
        return fail(Error::policy_must_be_well_formed);
    }
    // One key under two names would count twice for the quorum.
    if (!have_distinct_keys(policy.cosigners)) return fail(Error::policy_keys_must_be_distinct);
    if (policy.quorum == 0 || policy.quorum > policy.cosigners.size()) {
        return fail(Error::policy_quorum_must_be_reachable);
    }
    return {};
}

std::string format_policy(const Policy& policy) {
    DATADEED_ASSERT(check_policy(policy).has_value());
    std::string text = "origin " + policy.origin + "\n";
    for (const VerifierKey& key : policy.cosigners) text += "cosigner " + format_vkey(key) + "\n";
    return text + "quorum " + std::to_string(policy.quorum) + "\n";
}

Result<Policy, Error> parse_policy(std::string_view text) {
    if (text.size() > policy_size_max || !is_plain_text(text) || !text.ends_with('\n')) {
        return fail(Error::policy_must_be_well_formed);
    }
    Policy policy;
    std::optional<std::string_view> line = take_rule(text);
    const std::optional<std::string_view> origin = value_of(line, "origin ");
    if (!origin) return fail(Error::policy_must_be_well_formed);
    policy.origin = *origin;

    line = take_rule(text);
    while (const std::optional<std::string_view> vkey = value_of(line, "cosigner ")) {
        if (policy.cosigners.size() == policy_cosigners_max) return fail(Error::policy_must_be_well_formed);
        Result<VerifierKey, Error> key = parse_vkey(*vkey);
        if (!key) return fail(key.error());
        policy.cosigners.push_back(std::move(*key));
        line = take_rule(text);
    }
    const std::optional<std::string_view> quorum_text = value_of(line, "quorum ");
    const std::optional<std::uint64_t> quorum = quorum_text ? parse_decimal(*quorum_text) : std::nullopt;
    if (!quorum || take_rule(text)) return fail(Error::policy_must_be_well_formed);
    policy.quorum = *quorum;
    if (const Result<void, Error> checked = check_policy(policy); !checked) return fail(checked.error());
    return policy;
}

Result<VerifiedCheckpoint, Error> verify_checkpoint(const Policy& policy, std::string_view note) {
    if (const Result<void, Error> checked = check_policy(policy); !checked) return fail(checked.error());
    const Result<Note, Error> parsed = parse_note(note);
    if (!parsed) return fail(parsed.error());
    Result<Checkpoint, Error> checkpoint = parse_checkpoint(parsed->text);
    if (!checkpoint) return fail(checkpoint.error());
    if (checkpoint->origin != policy.origin) return fail(Error::proof_origin_must_be_that_of_the_policy);

    // The policy has each public key once and verify_note names each key once: this counts distinct keys.
    const Result<std::vector<NoteSigner>, Error> signers = verify_note(*parsed, policy.cosigners);
    if (!signers) return fail(signers.error());
    if (signers->size() < policy.quorum) return fail(Error::proof_must_have_a_quorum_of_cosignatures);
    VerifiedCheckpoint verified{.checkpoint = std::move(*checkpoint)};
    for (const NoteSigner& signer : *signers) {
        const VerifierKey& key = policy.cosigners[signer.key];
        verified.cosigners.push_back({.name = key.name, .key = key.key, .time_s = signer.time_s});
    }
    return verified;
}

Result<VerifiedProof, Error> verify_proof(const Policy& policy, ByteView leaf, const TlogProof& proof) {
    Result<VerifiedCheckpoint, Error> verified = verify_checkpoint(policy, proof.checkpoint);
    if (!verified) return fail(verified.error());
    const InclusionClaim claim{.leaf_hash = leaf_hash(leaf),
                               .index = proof.index,
                               .size = verified->checkpoint.size,
                               .root = verified->checkpoint.root};
    if (!verify_inclusion(claim, proof.path)) return fail(Error::proof_must_lead_to_the_root);
    return VerifiedProof{.checkpoint = std::move(verified->checkpoint),
                         .index = proof.index,
                         .cosigners = std::move(verified->cosigners)};
}

}  // namespace datadeed::crypto
