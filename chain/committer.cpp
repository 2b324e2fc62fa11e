#include "chain/committer.h"

#include "base/fields.h"
#include "ledger/error.h"
#include "ledger/transaction.h"

namespace datadeed::chain {

namespace {

std::string at_height(Height height) {
    return "height " + std::to_string(height.value);
}

Error differs(Height height, ledger::Refusal refusal) {
    return {.fault = Fault::state_differs_from_block,
            .place = at_height(height),
            .detail = std::string{ledger::code(refusal)}};
}

StateUpdate update_of(const Digest& hash, Height height, const Executed& executed) {
    return {
        .height = height, .block_hash = hash, .changes = executed.changes, .tree = executed.tree, .log = executed.log};
}

}  // namespace

Result<std::unique_ptr<Committer>, Error> Committer::open(const Stores& stores, const ledger::Genesis& genesis,
                                                          StateOptions options) {
    const ChainId chain_id = ledger::chain_id(encode(genesis));
    Result<ChainStore, Error> chain = ChainStore::open(stores.chain, {.chain = chain_id, .time = genesis.time});
    if (!chain) return fail(chain.error());
    Result<std::unique_ptr<StateStore>, Error> state = StateStore::open(stores.state, chain_id, std::move(options));
    if (!state) return fail(state.error());
    std::unique_ptr<Committer> committer{new Committer{std::move(*chain), std::move(*state), chain_id, stores.judge}};
    if (const Result<void, Error> begun = committer->begin(genesis); !begun) return fail(begun.error());
    if (const Result<void, Error> level = committer->catch_up(); !level) return fail(level.error());
    return committer;
}

Result<void, Error> Committer::begin(const ledger::Genesis& genesis) {
    if (state_->applied()) return {};
    const Result<Executed, ledger::Refusal> executed = execute_genesis(ledger::genesis_state(genesis), *state_);
    if (!executed) return fail(differs(Height{0}, executed.error()));
    return state_->apply(update_of(chain_id_.value, Height{0}, *executed));
}

Result<void, Error> Committer::catch_up() {
    const Height tip = chain_.tip().height;
    const Height applied = state_->applied().value_or(Height{0});
    if (applied > tip) {
        return fail(Error{.fault = Fault::state_ahead_of_chain,
                          .place = at_height(applied),
                          .detail = "the chain ends at height " + std::to_string(tip.value)});
    }
    if (applied > Height{0}) {
        const Result<std::optional<StoredHeader>, Error> header = chain_.view().header(applied);
        if (!header) return fail(header.error());
        const Result<Digest, ledger::Refusal> root = ledger::root_of(*state_, applied.value);
        const bool fits = *header && (*header)->hash == state_->block_hash() && root &&
                          *root == (*header)->header.state_root && state_->log().root() == (*header)->header.log_root;
        if (!fits) {
            return fail(Error{.fault = Fault::state_damaged,
                              .place = at_height(applied),
                              .detail = "the state isn't that of the chain's block"});
        }
    }
    for (Height height = applied.next(); height <= tip; height = height.next()) {
        Result<std::optional<StoredBlock>, Error> stored = chain_.view().block(height);
        if (!stored) return fail(stored.error());
        if (!*stored) {
            return fail(
                Error{.fault = Fault::chain_damaged, .place = at_height(height), .detail = "the block is gone"});
        }
        if (Result<void, Error> done = replay(**stored); !done) return done;
        ++replayed_;
    }
    return {};
}

Result<void, Error> Committer::replay(const StoredBlock& stored) {
    const Height height = stored.block.header.height;
    std::vector<ledger::VerifiedTransaction> transactions;
    std::vector<Digest> leaf_hashes;
    for (const ledger::RawTransaction& raw : stored.block.transactions) {
        Result<ledger::ParsedTransaction, ledger::Refusal> parsed = ledger::parse(chain_id_, raw.bytes);
        if (!parsed) return fail(differs(height, parsed.error()));
        Result<ledger::VerifiedTransaction, ledger::Refusal> verified = ledger::verify(std::move(*parsed));
        if (!verified) return fail(differs(height, verified.error()));
        transactions.push_back(std::move(*verified));
        leaf_hashes.push_back(crypto::leaf_hash(raw.bytes));
    }
    const std::vector<TransactionRef> refs(transactions.begin(), transactions.end());
    const Result<Executed, ledger::Refusal> executed = execute(base(), stored.block.header, refs, leaf_hashes);
    if (!executed) return fail(differs(height, executed.error()));
    return state_->apply(update_of(stored.hash, height, *executed));
}

Result<void, Error> Committer::commit(const NewBlock& block, const Executed& executed) {
    // Nothing may go to disk that was computed from a value that couldn't be read.
    if (state_->error()) return fail(*state_->error());
    if (Result<void, Error> stored = chain_.append(block); !stored) return stored;
    return state_->apply(update_of(chain_.tip().hash, block.header.height, executed));
}

ExecutionBase Committer::base() const {
    return {.state = *state_,
            .tree = *state_,
            .log = state_->log(),
            .height = state_->applied().value_or(Height{0}),
            .judge = *judge_};
}

}  // namespace datadeed::chain
