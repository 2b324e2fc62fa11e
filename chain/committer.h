#pragma once

#include <memory>

#include "chain/chain_store.h"
#include "chain/execute.h"
#include "chain/state_store.h"
#include "ledger/genesis.h"

namespace datadeed::chain {

// Both databases of a node, written in the one right order: the chain first, synced, then the state, so that the chain
// is the state's write-ahead log. A crash between the two, or in either, leaves a state that open() brings up to the
// chain by executing the blocks that it lacks. One thread; the two KvStores must outlive it and may be read by others;
// so must the judge.
class Committer {
public:
    struct Stores {
        KvStore& chain;
        KvStore& state;
        const ledger::EvidenceJudge& judge{evidence_judge()};
    };

    // Opens both, writes the state of genesis when there's none, and replays what the state lacks. Errors: those of
    // both stores; state_ahead_of_chain; state_differs_from_block when a stored block doesn't give the roots that its
    // header says.
    [[nodiscard]] static Result<std::unique_ptr<Committer>, Error> open(const Stores& stores,
                                                                        const ledger::Genesis& genesis,
                                                                        StateOptions options);

    // Makes a certified and executed block final on disk; when it returns, clients may be told. `executed` is what
    // execute() or conclude() gave on this state. Errors: chain_block_not_next, state_block_not_next, store_*. After
    // an error the process ends.
    [[nodiscard]] Result<void, Error> commit(const NewBlock& block, const Executed& executed);

    // What the next block is executed on.
    [[nodiscard]] ExecutionBase base() const;
    [[nodiscard]] ChainStore& chain() { return chain_; }
    [[nodiscard]] const ChainStore& chain() const { return chain_; }
    [[nodiscard]] StateStore& state() { return *state_; }
    [[nodiscard]] const StateStore& state() const { return *state_; }
    // Whom whatever is tried on this state asks about evidence.
    [[nodiscard]] const ledger::EvidenceJudge& judge() const { return *judge_; }
    [[nodiscard]] const ledger::Tip& tip() const { return chain_.tip(); }
    // Blocks that open() had to execute again.
    [[nodiscard]] std::uint64_t replayed() const { return replayed_; }

private:
    Committer(ChainStore chain, std::unique_ptr<StateStore> state, const ChainId& chain_id,
              const ledger::EvidenceJudge& judge)
        : chain_{std::move(chain)}, state_{std::move(state)}, chain_id_{chain_id}, judge_{&judge} {}

    [[nodiscard]] Result<void, Error> begin(const ledger::Genesis& genesis);
    [[nodiscard]] Result<void, Error> catch_up();
    [[nodiscard]] Result<void, Error> replay(const StoredBlock& stored);

    ChainStore chain_;
    std::unique_ptr<StateStore> state_;
    ChainId chain_id_;
    const ledger::EvidenceJudge* judge_;
    std::uint64_t replayed_{0};
};

}  // namespace datadeed::chain
