#include "audit/anchors.h"

#include <algorithm>
#include <utility>

#include "crypto/merkle.h"
#include "crypto/note.h"

namespace datadeed::audit {
namespace {

// The anchors' codes: those of a checkpoint that was given, and of the one in a receipt.
struct Codes {
    const char* what{};
    const char* other_log{};
    const char* cosigners{};
    const char* beyond_end{};
    const char* root{};
};

constexpr Codes of_checkpoint{.what = "the given checkpoint",
                              .other_log = "audit.checkpoint_other_log",
                              .cosigners = "audit.checkpoint_cosigners",
                              .beyond_end = "audit.checkpoint_beyond_end",
                              .root = "audit.checkpoint_root"};
constexpr Codes of_receipt{.what = "the given receipt",
                           .other_log = "audit.receipt_other_log",
                           .cosigners = "audit.receipt_cosigners",
                           .beyond_end = "audit.receipt_beyond_end",
                           .root = "audit.receipt_root"};

FirstBad blame(const Codes& codes, const char* code, const std::string& why) {
    return {.code = code, .detail = codes.what + (" " + why), .place = codes.what};
}

std::optional<FirstBad> check_checkpoint(const Codes& codes, const KnownCheckpoint& known, const ReplayedLog& log) {
    const crypto::Checkpoint& content = known.content;
    if (content.origin != log.epochs.origin()) {
        return blame(codes, codes.other_log, "is of the log " + content.origin + ", not " + log.epochs.origin());
    }
    const bool beyond_end = content.size > log.leaves.size();
    const auto verified = crypto::verify_checkpoint(log.epochs.cosigners(content.size), known.note);
    if (!verified) {
        std::string why{crypto::describe(verified.error())};
        // Who served later than this copy knows, it can't say.
        if (beyond_end) why += "; it is of a longer log than the copy's, whose validators may be others";
        return blame(codes, codes.cosigners, "isn't vouched for by a quorum of the validators of its time: " + why);
    }
    if (beyond_end) {
        return blame(codes, codes.beyond_end,
                     "is of a log of " + std::to_string(content.size) + " transactions, the copy ends after " +
                         std::to_string(log.leaves.size()) + ": its end was cut, or it is older");
    }
    const auto root = log.blocks.root(content.size);
    if (!root) return unreadable(root.error());
    if (*root == content.root) return std::nullopt;
    return blame(codes, codes.root,
                 "states another root for the first " + std::to_string(content.size) +
                     " transactions: validators vouched for two logs");
}

std::optional<FirstBad> check_receipt(const KnownReceipt& known, const ReplayedLog& log) {
    if (auto bad = check_checkpoint(of_receipt, known.checkpoint, log)) return bad;
    const std::uint64_t size = known.checkpoint.content.size;
    const std::uint64_t index = known.proof.index;
    bool holds = index < size;
    if (holds) {
        const Digest& leaf = log.leaves[static_cast<std::size_t>(index)];
        const bool is_that = !known.proof.extra || crypto::leaf_hash(*known.proof.extra) == leaf;
        holds = is_that && crypto::verify_inclusion(
                               {.leaf_hash = leaf, .index = index, .size = size, .root = known.checkpoint.content.root},
                               known.proof.path);
    }
    if (holds) return std::nullopt;
    return FirstBad{.code = "audit.receipt_leaf",
                    .detail = "the given receipt is for another transaction than the one at its index",
                    .place = "log index " + std::to_string(index)};
}

}  // namespace

std::uint64_t Anchors::leaves_known() const {
    return std::max(checkpoint ? checkpoint->content.size : 0, receipt ? receipt->checkpoint.content.size : 0);
}

Result<KnownCheckpoint, crypto::Error> read_checkpoint(std::string_view note) {
    const auto parsed = crypto::parse_note(note);
    if (!parsed) return fail(parsed.error());
    auto content = crypto::parse_checkpoint(parsed->text);
    if (!content) return fail(content.error());
    return KnownCheckpoint{.note = std::string{note}, .content = std::move(*content)};
}

Result<KnownReceipt, crypto::Error> read_receipt(std::string_view receipt) {
    auto proof = crypto::parse_tlog_proof(receipt);
    if (!proof) return fail(proof.error());
    auto checkpoint = read_checkpoint(proof->checkpoint);
    if (!checkpoint) return fail(checkpoint.error());
    return KnownReceipt{.proof = std::move(*proof), .checkpoint = std::move(*checkpoint)};
}

std::optional<FirstBad> check_chain(const Anchors& anchors, const ChainId& chain) {
    if (!anchors.chain || *anchors.chain == chain) return std::nullopt;
    return FirstBad{.code = "audit.other_chain",
                    .detail = "the copy is of another chain: its genesis document has the id " + to_hex(chain.value) +
                              ", not " + to_hex(anchors.chain->value),
                    .place = "genesis.cbor"};
}

std::optional<FirstBad> check_anchors(const Anchors& anchors, const ReplayedLog& log) {
    if (anchors.checkpoint) {
        if (auto bad = check_checkpoint(of_checkpoint, *anchors.checkpoint, log)) return bad;
    }
    return anchors.receipt ? check_receipt(*anchors.receipt, log) : std::nullopt;
}

}  // namespace datadeed::audit
