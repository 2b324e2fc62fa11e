#include "node/replica/verify.h"

#include <algorithm>
#include <utility>

#include "base/fields.h"
#include "base/overloaded.h"
#include "chain/voters.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "ledger/cost.h"
#include "node/replica/proposal.h"

namespace datadeed::replica {
namespace {

const consensus::Ed25519Verifier ed25519{};

Result<CheckedBlock, WireError> check_block(ProposalPayload payload, const VerifyContext& context) {
    CheckedBlock block;
    ledger::BlockCost cost;
    block.hash = ledger::hash(payload.block.header);
    block.block = std::move(payload.block);
    block.transactions.reserve(block.block.transactions.size());
    for (const ledger::RawTransaction& raw : block.block.transactions) {
        Result<TransactionPtr, ledger::Refusal> transaction = check_transaction(raw.bytes, context);
        if (!transaction) return fail(WireError::transaction_must_verify);
        // So many small operations take more memory than the block's bytes let expect.
        if (!cost.add((*transaction)->tx.content())) return fail(WireError::block_must_be_well_formed);
        block.transactions.push_back(std::move(*transaction));
    }
    if (payload.prev_certificate) {
        // What it certifies must be the block below; that it holds is checked here, once, where time is cheap.
        const consensus::CommitCertificate& certificate = *payload.prev_certificate;
        const ledger::BlockHeader& header = block.block.header;
        if (certificate.hash != header.prev || certificate.height.next() != header.height) {
            return fail(WireError::certificate_must_verify);
        }
        const consensus::ValidatorSet* voters = context.voters_in(certificate.view);
        if (voters == nullptr) return fail(WireError::epoch_must_be_known);
        if (!consensus::verify(certificate, *voters, context.chain, *context.signatures)) {
            return fail(WireError::certificate_must_verify);
        }
        block.prev_certificate = std::move(payload.prev_certificate);
    }
    return block;
}

Result<PeerEvent, WireError> blame(WireError error) {
    if (error == WireError::epoch_must_be_known) return PeerEvent{OtherEpoch{}};
    return fail(error);
}

Result<PeerEvent, WireError> check(Votes votes, const VerifyContext& context, CheckedBefore& before) {
    // Votes of an epoch that is over are of no use to anybody.
    if (!context.present().epoch().has(consensus::view_of(votes.message))) return PeerEvent{OtherEpoch{}};
    Result<consensus::VerifiedMessage, consensus::Error> verified =
        before.verifier(context).verify(std::move(votes.message));
    if (!verified) return fail(WireError::vote_must_verify);
    BlockPtr block;
    // The signer first: nobody but a validator can make us look into a megabyte.
    using Proposal = consensus::Verified<consensus::Signed<consensus::PrePrepare>>;
    const auto* proposal = std::get_if<Proposal>(&*verified);
    // Without a payload it only shows what its signer has said.
    if (proposal != nullptr && !(*proposal)->message.payload.empty()) {
        const consensus::PrePrepare& message = (*proposal)->message;
        Result<BlockPtr, WireError> checked = check_payload(message.payload, context);
        if (!checked) return blame(checked.error());
        if ((*checked)->hash != message.hash || (*checked)->block.header.height != message.height) {
            return fail(WireError::block_must_have_its_hash);
        }
        block = std::move(*checked);
    }
    return PeerEvent{CheckedVote{.message = std::move(*verified), .block = std::move(block)}};
}

Result<PeerEvent, WireError> check(Transactions gossip, const VerifyContext& context) {
    CheckedTransactions checked;
    checked.transactions.reserve(gossip.transactions.size());
    for (const ledger::RawTransaction& raw : gossip.transactions) {
        Result<TransactionPtr, ledger::Refusal> transaction = check_transaction(raw.bytes, context);
        if (transaction) {
            checked.transactions.push_back(std::move(*transaction));
        } else if (++checked.bad == gossip_bad_max) {
            break;
        }
    }
    return PeerEvent{std::move(checked)};
}

Result<PeerEvent, WireError> check(Blocks blocks, const VerifyContext& context) {
    CheckedBlocks checked{.request = blocks.request,
                          .from = blocks.from,
                          .blocks = {},
                          .epoch = context.present().epoch().number,
                          .cut_short = false};
    Height height = blocks.from;
    // One of its own: each block has another certificate, and they would drive out those of view changes.
    std::optional<consensus::Verifier> verifier;
    for (CertifiedBlock& certified : blocks.blocks) {
        // Who votes there is known once the blocks below are; what lies far back isn't needed any more.
        const consensus::ValidatorSet* voters = context.voters_in(certified.certificate.view);
        checked.cut_short = voters == nullptr;
        if (checked.cut_short) break;
        if (!verifier || verifier->validators().epoch() != voters->epoch()) {
            verifier.emplace(context.chain, *voters, *context.signatures);
        }
        Result<consensus::Verified<consensus::CommitCertificate>, consensus::Error> certificate =
            verifier->verify(std::move(certified.certificate));
        if (!certificate) return fail(WireError::certificate_must_verify);
        Result<BlockPtr, WireError> block = check_payload(certified.payload, context);
        checked.cut_short = !block && block.error() == WireError::epoch_must_be_known;
        if (checked.cut_short) break;
        if (!block) return fail(block.error());
        const bool fits = (*certificate)->hash == (*block)->hash &&
                          (*certificate)->height == (*block)->block.header.height &&
                          (*block)->block.header.height == height;
        if (!fits) return fail(WireError::block_must_have_its_hash);
        height = height.next();
        checked.blocks.push_back({.block = std::move(*block),
                                  .payload = std::move(certified.payload),
                                  .certificate = std::move(*certificate)});
    }
    return PeerEvent{std::move(checked)};
}

Result<PeerEvent, WireError> check(Body body, const VerifyContext& context) {
    Result<BlockPtr, WireError> block = check_payload(body.payload, context);
    if (!block) return blame(block.error());
    if ((*block)->hash != body.hash || (*block)->block.header.height != body.height) {
        return fail(WireError::block_must_have_its_hash);
    }
    return PeerEvent{CheckedBody{.block = std::move(*block), .payload = std::move(body.payload)}};
}

// Nothing in these is signed or believed, or it is checked where the statement is known (cosign.h).
Result<PeerEvent, WireError> check(FetchBlocks message, const VerifyContext& /*context*/) {
    return PeerEvent{message};
}
Result<PeerEvent, WireError> check(FetchBody message, const VerifyContext& /*context*/) {
    return PeerEvent{message};
}
Result<PeerEvent, WireError> check(Cosignature message, const VerifyContext& /*context*/) {
    return PeerEvent{message};
}
Result<PeerEvent, WireError> check(Tip message, const VerifyContext& /*context*/) {
    return PeerEvent{message};
}
Result<PeerEvent, WireError> check(FetchSnapshot message, const VerifyContext& /*context*/) {
    return PeerEvent{message};
}
Result<PeerEvent, WireError> check(FetchPart message, const VerifyContext& /*context*/) {
    return PeerEvent{message};
}
// Its root is known where its manifest is.
Result<PeerEvent, WireError> check(Part message, const VerifyContext& /*context*/) {
    return PeerEvent{std::move(message)};
}

Result<PeerEvent, WireError> check(Snapshot message, const VerifyContext& context) {
    CheckedSnapshot checked{.request = message.request, .manifest = {}};
    if (message.manifest.empty()) return PeerEvent{std::move(checked)};
    Result<chain::SnapshotManifest, chain::Error> manifest = chain::decode_manifest(message.manifest);
    if (!manifest) return fail(WireError::message_must_be_well_formed);
    Result<chain::CheckedManifest, chain::Error> certified = chain::check_manifest(
        std::move(*manifest), {.genesis = *context.genesis, .id = context.chain}, *context.signatures);
    if (!certified) return fail(WireError::snapshot_must_verify);
    checked.manifest = std::make_shared<const chain::CheckedManifest>(std::move(*certified));
    return PeerEvent{std::move(checked)};
}

}  // namespace

// The two rooms don't know each other; what one allows the other must take.
static_assert(consensus::validators_max == ledger::validators_max);
static_assert(consensus::payload_bytes_max > ledger::block_bytes_limit);

const consensus::ValidatorSet* VerifyContext::voters_in(consensus::View view) const {
    const auto found =
        std::ranges::find_if(epochs, [view](const consensus::ValidatorSet& set) { return set.epoch().has(view); });
    return found == epochs.end() ? nullptr : &*found;
}

VerifyContext make_verify_context(const ledger::Genesis& genesis, const ChainId& chain, const Epochs& epochs,
                                  TransactionCache& cache) {
    VerifyContext context{.chain = chain,
                          .genesis = std::make_shared<const ledger::Genesis>(genesis),
                          .epochs = {},
                          .cache = &cache,
                          .signatures = &ed25519};
    for (const ledger::Epoch& epoch : epochs) context.epochs.push_back(chain::voters(epoch));
    return context;
}

VerifyContext make_verify_context(const ledger::Genesis& genesis, TransactionCache& cache) {
    return make_verify_context(genesis, ledger::chain_id(encode(genesis)), epochs_of(genesis), cache);
}

consensus::Verifier& CheckedBefore::verifier(const VerifyContext& context) {
    const bool fits = verifier_ && verifier_->chain() == context.chain && signatures_ == context.signatures &&
                      verifier_->validators() == context.present();
    if (!fits) verifier_.emplace(context.chain, context.present(), *context.signatures);
    signatures_ = context.signatures;
    return *verifier_;
}

std::string_view code(WireError error) {
    switch (error) {
        case WireError::message_must_be_within_its_size:
            return "peer.message_too_large";
        case WireError::message_must_be_of_a_known_kind:
            return "peer.message_unknown";
        case WireError::message_must_be_well_formed:
            return "peer.message_malformed";
        case WireError::vote_must_verify:
            return "peer.vote_wrong";
        case WireError::certificate_must_verify:
            return "peer.certificate_wrong";
        case WireError::block_must_be_well_formed:
            return "peer.block_malformed";
        case WireError::block_must_have_its_hash:
            return "peer.block_hash_wrong";
        case WireError::transaction_must_verify:
            return "peer.transaction_wrong";
        case WireError::snapshot_must_verify:
            return "peer.snapshot_wrong";
        case WireError::epoch_must_be_known:
            return "peer.epoch_unknown";
    }
    return "peer.unknown";
}

std::optional<WireKind> kind_of(ByteView bytes) {
    if (bytes.size() < 2 || (bytes[0] & 0xE0U) != 0x80U) return std::nullopt;
    const std::uint8_t kind = bytes[1];
    if (kind < static_cast<std::uint8_t>(WireKind::votes) || kind > static_cast<std::uint8_t>(WireKind::part)) {
        return std::nullopt;
    }
    return static_cast<WireKind>(kind);
}

Result<PeerEvent, WireError> decode_and_verify(ByteView bytes, const VerifyContext& context) {
    CheckedBefore nothing;
    return decode_and_verify(bytes, context, nothing);
}

Result<PeerEvent, WireError> decode_and_verify(ByteView bytes, const VerifyContext& context, CheckedBefore& before) {
    const std::optional<WireKind> kind = kind_of(bytes);
    if (!kind) return fail(WireError::message_must_be_of_a_known_kind);
    if (bytes.size() > size_max_of(*kind)) return fail(WireError::message_must_be_within_its_size);
    Result<WireMessage, cbor::DecodeError> message = decode<WireMessage>(bytes);
    if (!message) return fail(WireError::message_must_be_well_formed);
    return std::visit(Overloaded{[&](Votes& votes) { return check(std::move(votes), context, before); },
                                 [&](auto& other) { return check(std::move(other), context); }},
                      *message);
}

Unusable explain(ByteView raw, ledger::Refusal refusal) {
    if (refusal != ledger::Refusal::tx_malformed) return {.refusal = refusal, .broken = {}};
    return {.refusal = refusal, .broken = ledger::find_malformation(raw)};
}

Result<TransactionPtr, ledger::Refusal> check_transaction(ByteView raw, const VerifyContext& context) {
    const Digest leaf = crypto::leaf_hash(raw);
    if (TransactionPtr known = context.cache->find(leaf)) return known;
    Result<ledger::ParsedTransaction, ledger::Refusal> parsed = ledger::parse(context.chain, raw);
    if (!parsed) return fail(parsed.error());
    Result<ledger::VerifiedTransaction, ledger::Refusal> verified = ledger::verify(std::move(*parsed));
    if (!verified) return fail(verified.error());
    TransactionPtr checked =
        std::make_shared<const CheckedTransaction>(CheckedTransaction{.tx = std::move(*verified), .leaf = leaf});
    context.cache->add(checked);
    return checked;
}

Result<BlockPtr, WireError> check_payload(ByteView payload, const VerifyContext& context) {
    Result<ProposalPayload, cbor::DecodeError> decoded = decode<ProposalPayload>(payload);
    if (!decoded) return fail(WireError::block_must_be_well_formed);
    Result<CheckedBlock, WireError> block = check_block(std::move(*decoded), context);
    if (!block) return fail(block.error());
    return std::make_shared<const CheckedBlock>(std::move(*block));
}

}  // namespace datadeed::replica
