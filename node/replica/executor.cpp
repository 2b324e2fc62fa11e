#include "node/replica/executor.h"

#include <algorithm>

#include "base/assert.h"
#include "base/fields.h"
#include "chain/execute.h"
#include "consensus/limits.h"
#include "ledger/execution.h"
#include "ledger/views.h"
#include "node/replica/assembly.h"
#include "node/replica/limits.h"
#include "node/replica/proposal.h"

namespace datadeed::replica {
namespace {

std::vector<Digest> leaves_of(const std::vector<TransactionPtr>& transactions) {
    std::vector<Digest> leaves;
    leaves.reserve(transactions.size());
    for (const TransactionPtr& transaction : transactions) leaves.push_back(transaction->leaf);
    return leaves;
}

// [now - behind, now + ahead]. Upwards the least that rises is always in time: with clocks set back the chain must go
// on. Downwards nothing is: on a chain that was quiet for hours a block of then would use rights that have ended.
bool is_timely(TimeMs time, TimeMs parent, TimeMs now) {
    const std::uint64_t latest = std::max(now.value + block_ahead_max_ms, parent.value + 1);
    return time.value <= latest && time.value + block_behind_max_ms >= now.value;
}

std::string text(ledger::Refusal refusal) {
    return std::string{ledger::code(refusal)};
}

}  // namespace

Halt state_differs(std::string reason) {
    return {
        .code = "state.differs",
        .reason = std::move(reason),
        .hint =
            "keep a copy of the data folder; compare program, libraries and memory of this machine with the others', "
            "then remove chain/ and state/ (not votes) and start again"};
}

chain::Error header_missing(Height height) {
    return {.fault = chain::Fault::chain_damaged,
            .place = "block " + std::to_string(height.value),
            .detail = "its header isn't in the store"};
}

TimeMs Executor::time_of_next(TimeMs wall) const {
    return std::max(wall, TimeMs{tip().time.value + 1});
}

Result<Executor::Built, chain::Error> Executor::build(const Mempool& pool, TimeMs wall) {
    const TimeMs time = time_of_next(wall);
    const chain::ExecutionBase base = committer_->base();
    ledger::BlockExecution execution{base.state, {.height = tip().height.next(), .time = time}, base.judge};
    Built built;
    BlockAssembly assembly{rules_, share_bound_.at(time)};
    const auto offer = [&](const Pending& pending) {
        if (const auto wants = assembly.pass_over(pending, tip().height)) return *wants;
        if (const Result<void, ledger::Refusal> applied = execution.apply(pending.tx->tx); !applied) {
            assembly.refuse(pending);
            built.refused.emplace_back(pending.tx->tx.id(), applied.error());
            // What was refused before takes no turn from what is sound behind it.
            return pending.sound ? Mempool::Wants::more : Mempool::Wants::skip;
        }
        assembly.take(pending);
        return Mempool::Wants::more;
    };
    pool.for_each_in_turns([&](const Pending& pending, bool is_last_of_member) {
        const Mempool::Wants wants = offer(pending);
        const bool goes_on = wants == Mempool::Wants::more || wants == Mempool::Wants::skip;
        if (is_last_of_member && goes_on) assembly.note_end(pending.member);
        return wants;
    });
    if (const std::optional<std::size_t> bound = assembly.found_bound()) share_bound_.set(*bound, time);
    std::vector<TransactionPtr> transactions = std::move(assembly).finish();
    if (transactions.empty()) return built;
    Result<std::shared_ptr<const ExecutedBlock>, chain::Error> sealed =
        seal(execution.finish(), std::move(transactions), time);
    if (!sealed) return fail(sealed.error());
    built.block = std::move(*sealed);
    return built;
}

Result<std::shared_ptr<const ExecutedBlock>, chain::Error> Executor::seal(ledger::StateChanges changes,
                                                                          std::vector<TransactionPtr> transactions,
                                                                          TimeMs time) {
    const chain::ExecutionBase base = committer_->base();
    const Height height = tip().height.next();
    Result<chain::Executed, ledger::Refusal> executed =
        chain::conclude(base, std::move(changes), leaves_of(transactions), height);
    if (!executed) {
        const std::optional<chain::Error>& why = committer_->state().error();
        return fail(why ? *why : chain::Error{.fault = chain::Fault::state_damaged, .detail = text(executed.error())});
    }
    ProposalPayload payload;
    ledger::BlockHeader& header = payload.block.header;
    header.height = height;
    header.prev = tip().hash;
    header.time = time;
    header.proposer = self_;
    header.log_size = executed->log.size();
    header.log_root = executed->roots.log_root;
    header.state_root = executed->roots.state_root;
    header.validators_hash = executed->roots.validators_hash;
    header.prev_cert_hash = tip().cert_hash;
    if (height.value > 1) {
        const Result<std::optional<chain::StoredHeader>, chain::Error> below =
            committer_->chain().view().header(tip().height);
        if (!below) return fail(below.error());
        if (!*below) return fail(header_missing(tip().height));
        payload.prev_certificate = (*below)->certificate;
    }
    for (const TransactionPtr& transaction : transactions) {
        payload.block.transactions.push_back({.bytes = transaction->tx.raw()});
    }
    auto executed_block = std::make_shared<ExecutedBlock>();
    executed_block->payload = encode(payload);
    executed_block->executed = std::move(*executed);
    executed_block->block =
        std::make_shared<const CheckedBlock>(CheckedBlock{.hash = ledger::hash(header),
                                                          .block = std::move(payload.block),
                                                          .transactions = std::move(transactions),
                                                          .prev_certificate = std::move(payload.prev_certificate)});
    keep(executed_block);
    return executed_block;
}

// The present one; right after the last block of an epoch it's the one before that.
std::uint32_t Executor::epoch_of_tip() const {
    return tip().height < epoch_from_ ? epoch_.value - 1 : epoch_.value;
}

Result<void, ledger::Refusal> Executor::check_links(const CheckedBlock& block) const {
    ledger::Tip below = tip();
    if (block.prev_certificate) {
        // Any certificate of the tip will do, of its epoch's quorum; the header says which. That it is one of the epoch
        // that its view names was verified on the way in.
        const consensus::CommitCertificate& certificate = *block.prev_certificate;
        if (certificate.hash != below.hash || certificate.height != below.height ||
            consensus::Epoch::of(certificate.view) != epoch_of_tip()) {
            return fail(ledger::Refusal::block_prev_certificate_wrong);
        }
        below.cert_hash = chain::certificate_hash(*block.prev_certificate);
    } else if (below.height.value > 0) {
        return fail(ledger::Refusal::block_prev_certificate_wrong);
    }
    return ledger::check_link(block.block, below, rules_);
}

Result<chain::Executed, ledger::Refusal> Executor::execute(const CheckedBlock& block) const {
    if (const Result<void, ledger::Refusal> links = check_links(block); !links) return fail(links.error());
    std::vector<chain::TransactionRef> transactions;
    transactions.reserve(block.transactions.size());
    for (const TransactionPtr& transaction : block.transactions) transactions.emplace_back(transaction->tx);
    return chain::execute(committer_->base(), block.block.header, transactions, leaves_of(block.transactions));
}

Result<void, Executor::Objection> Executor::judge(BlockPtr block, ByteView payload, const std::optional<Fresh>& fresh) {
    const ledger::BlockHeader& header = block->block.header;
    if (fresh && header.proposer != fresh->primary) {
        return fail(Objection{.reason = "the proposer is not the primary", .subjective = false});
    }
    if (fresh && !is_timely(header.time, tip().time, fresh->now)) {
        return fail(Objection{.reason = "the block's time is too far from this node's clock", .subjective = true});
    }
    if (const std::shared_ptr<const ExecutedBlock> known = find(block->hash)) {
        if (std::ranges::equal(known->payload, payload)) return {};
        return fail(Objection{.reason = "the payload is not what its hash binds", .subjective = false});
    }
    Result<chain::Executed, ledger::Refusal> executed = execute(*block);
    if (!executed) return fail(Objection{.reason = text(executed.error()), .subjective = false});
    auto result = std::make_shared<ExecutedBlock>();
    result->block = std::move(block);
    result->payload = to_bytes(payload);
    result->executed = std::move(*executed);
    keep(std::move(result));
    return {};
}

bool Executor::is_bound(const CheckedBlock& block) const {
    if (!check_links(block)) return false;
    crypto::CompactRange log = committer_->base().log;
    for (const TransactionPtr& transaction : block.transactions) log.append(transaction->leaf);
    return log.root() == block.block.header.log_root;  // of the right size: that is one of the links
}

Result<void, Halt> Executor::commit(const BlockPtr& block, const consensus::CommitCertificate& certificate,
                                    std::uint64_t votes_durable) {
    std::shared_ptr<const ExecutedBlock> ready = find(block->hash);
    if (!ready) {
        Result<chain::Executed, ledger::Refusal> executed = execute(*block);
        if (!executed) {
            if (const std::optional<chain::Error>& why = committer_->state().error()) return fail(to_halt(*why));
            return fail(state_differs("a quorum certified block " + std::to_string(block->block.header.height.value) +
                                      ", but here it gives " + text(executed.error())));
        }
        ready = std::make_shared<const ExecutedBlock>(
            ExecutedBlock{.block = block, .payload = {}, .executed = std::move(*executed)});
    }
    const CheckedBlock& checked = *ready->block;
    std::vector<ByteView> raws;
    std::vector<ledger::TxId> ids;
    for (const TransactionPtr& transaction : checked.transactions) {
        raws.emplace_back(transaction->tx.raw());
        ids.push_back(transaction->tx.id());
    }
    const std::vector<Digest> leaves = leaves_of(checked.transactions);
    const Result<void, chain::Error> written = committer_->commit(
        chain::NewBlock{.header = checked.block.header,
                        .transactions = raws,
                        .ids = ids,
                        .leaf_hashes = leaves,
                        .certificate = certificate,
                        .prev_certificate = checked.prev_certificate ? &*checked.prev_certificate : nullptr,
                        .votes_durable = votes_durable},
        ready->executed);
    if (!written) return fail(to_halt(written.error()));
    executed_.clear();
    return {};
}

std::shared_ptr<const ExecutedBlock> Executor::find(const Digest& hash) const {
    const auto found = std::ranges::find_if(executed_, [&](const auto& known) { return known->block->hash == hash; });
    return found == executed_.end() ? nullptr : *found;
}

void Executor::keep(std::shared_ptr<const ExecutedBlock> block) {
    std::erase_if(executed_, [&](const auto& known) { return known->block->hash == block->block->hash; });
    // One a view at most, so the oldest is the least likely to be decided; commit() executes again what is gone.
    if (executed_.size() >= consensus::payloads_max) executed_.erase(executed_.begin());
    executed_.push_back(std::move(block));
}

}  // namespace datadeed::replica
