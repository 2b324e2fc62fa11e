#include "chain/execute.h"

#include "ledger/cost.h"
#include "ledger/state_root.h"
#include "ledger/views.h"

namespace datadeed::chain {

namespace {

// A state with changes on top, borrowed: copying a block's changes into an overlay would cost more than executing it.
class Changed final : public ledger::StateView {
public:
    Changed(const ledger::StateView& below, const ledger::StateChanges& changes) : below_{&below}, changes_{&changes} {}

    [[nodiscard]] std::optional<Bytes> get(ByteView key) const override {
        const auto found = changes_->find(to_bytes(key));
        return found == changes_->end() ? below_->get(key) : found->second;
    }

private:
    const ledger::StateView* below_;
    const ledger::StateChanges* changes_;
};

// The state before anything was written.
class Nothing final : public ledger::StateView {
public:
    [[nodiscard]] std::optional<Bytes> get(ByteView) const override { return std::nullopt; }
};

}  // namespace

Result<Executed, ledger::Refusal> conclude(const ExecutionBase& base, ledger::StateChanges changes,
                                           std::span<const Digest> leaf_hashes, Height height) {
    Result<ledger::TreeUpdate, ledger::Refusal> tree =
        ledger::update_state_tree(base.tree, base.height.value, changes, height.value);
    if (!tree) return fail(tree.error());
    crypto::CompactRange log = base.log;
    for (const Digest& leaf : leaf_hashes) log.append(leaf);
    const Changed after{base.state, changes};
    const ledger::BlockRoots roots{.log_root = log.root(),
                                   .state_root = tree->root,
                                   .validators_hash = ledger::hash(ledger::get_validators(after))};
    return Executed{.changes = std::move(changes), .tree = std::move(*tree), .log = std::move(log), .roots = roots};
}

Result<Executed, ledger::Refusal> execute(const ExecutionBase& base, const ledger::BlockHeader& header,
                                          std::span<const TransactionRef> transactions,
                                          std::span<const Digest> leaf_hashes) {
    ledger::BlockCost cost;
    for (const TransactionRef transaction : transactions) {
        const Result<void, ledger::Refusal> fits = cost.add(transaction.get().content());
        if (!fits) return fail(fits.error());
    }
    ledger::BlockExecution execution{base.state, {.height = header.height, .time = header.time}, base.judge};
    for (const TransactionRef transaction : transactions) {
        if (const Result<void, ledger::Refusal> applied = execution.apply(transaction); !applied) {
            return fail(applied.error());
        }
    }
    Result<Executed, ledger::Refusal> executed = conclude(base, execution.finish(), leaf_hashes, header.height);
    if (!executed) return executed;
    if (const Result<void, ledger::Refusal> same = ledger::check_roots(header, executed->roots); !same) {
        return fail(same.error());
    }
    return executed;
}

Result<Executed, ledger::Refusal> execute_genesis(const ledger::StateChanges& genesis_state,
                                                  const ledger::TreeStore& empty) {
    Result<ledger::TreeUpdate, ledger::Refusal> tree = ledger::update_state_tree(empty, std::nullopt, genesis_state, 0);
    if (!tree) return fail(tree.error());
    const Nothing nothing;
    const Changed after{nothing, genesis_state};
    const crypto::CompactRange log;
    const ledger::BlockRoots roots{.log_root = log.root(),
                                   .state_root = tree->root,
                                   .validators_hash = ledger::hash(ledger::get_validators(after))};
    return Executed{.changes = genesis_state, .tree = std::move(*tree), .log = log, .roots = roots};
}

}  // namespace datadeed::chain
