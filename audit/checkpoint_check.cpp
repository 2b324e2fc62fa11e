#include "audit/checkpoint_check.h"

#include <limits>
#include <string>

namespace datadeed::audit {
namespace {

FirstBad blame(std::string code, std::string detail, std::uint64_t size) {
    return {
        .code = std::move(code), .detail = std::move(detail), .place = "checkpoint of size " + std::to_string(size)};
}

FirstBad not_vouched_for(crypto::Error error, std::uint64_t size) {
    const std::string why{crypto::describe(error)};
    if (error == crypto::Error::proof_origin_must_be_that_of_the_policy) {
        return blame("replay.checkpoint_origin", "a stored checkpoint is of another log than this chain's", size);
    }
    if (error == crypto::Error::signature_of_a_known_key_must_verify) {
        return blame("replay.checkpoint_signature", "a validator's cosignature of a stored checkpoint doesn't hold",
                     size);
    }
    if (error == crypto::Error::proof_must_have_a_quorum_of_cosignatures) {
        return blame("replay.checkpoint_cosigners", "fewer validators than a quorum cosigned a stored checkpoint",
                     size);
    }
    return blame("replay.checkpoint_malformed", "a stored checkpoint isn't one: " + why, size);
}

std::optional<FirstBad> check_checkpoint(const chain::ChainView& blocks, const Epochs& epochs,
                                         const chain::StoredCheckpoint& stored) {
    const auto verified = crypto::verify_checkpoint(epochs.cosigners(stored.size), stored.note);
    if (!verified) return not_vouched_for(verified.error(), stored.size);
    const crypto::Checkpoint& checkpoint = verified->checkpoint;
    const auto root = blocks.root(checkpoint.size);
    if (!root && root.error().fault != chain::Fault::chain_not_found) return unreadable(root.error());
    if (checkpoint.size == stored.size && root && *root == checkpoint.root) return std::nullopt;
    return blame("replay.checkpoint", "a cosigned checkpoint states another root than the blocks' transactions give",
                 stored.size);
}

}  // namespace

std::optional<FirstBad> check_checkpoints(const chain::ChainView& blocks, const Epochs& epochs) {
    std::uint64_t from = 0;
    while (true) {
        const auto stored = blocks.checkpoint_of_at_least(from);
        if (!stored) return unreadable(stored.error());
        if (!*stored) return std::nullopt;
        if (std::optional<FirstBad> bad = check_checkpoint(blocks, epochs, **stored)) return bad;
        if ((*stored)->size == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
        from = (*stored)->size + 1;
    }
}

}  // namespace datadeed::audit
