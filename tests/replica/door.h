#pragma once

#include <string>
#include <utility>
#include <vector>

#include "node/replica/admission.h"
#include "tests/replica/late.h"

namespace datadeed::replica::testing {

// A door to a pool of its own, at the tip of a chain of three owners that goes on without it.
struct Door {
    explicit Door(PoolLimits limits = {}) : pool{limits} {}

    [[nodiscard]] Admission::Moment moment(bool unsettled = false) const {
        return {.now_ms = 1'000, .wall = bench.genesis(), .unsettled = unsettled};
    }
    TransactionPtr registration(std::size_t owner, const std::string& name) {
        return bench.registration(owner, name, bench.genesis());
    }
    TransactionPtr offer(std::size_t owner, const std::string& name, std::size_t to) {
        const ledger::TransferOffer operation{
            .data = ledger::DatasetId{name}, .to = sim::owner_name(to), .share = ledger::ShareBp{100}};
        return bench.make(owner, operation, bench.genesis());
    }
    TransactionPtr acceptance(std::size_t owner, const std::string& name) {
        return bench.make(owner, ledger::TransferAccept{.data = ledger::DatasetId{name}}, bench.genesis());
    }
    Admission::Verdict admit(const TransactionPtr& transaction, bool unsettled = false) {
        return admission.admit(transaction, std::nullopt, moment(unsettled));
    }
    // Whether it enters and waits so.
    bool enters(const TransactionPtr& transaction, bool sound, bool unsettled = false) {
        return std::holds_alternative<Admission::Entered>(admit(transaction, unsettled)) &&
               pool.find(transaction->tx.id())->sound == sound;
    }
    ledger::Refusal refusal_of(const TransactionPtr& transaction, bool unsettled = false) {
        return std::get<ledger::Refusal>(admit(transaction, unsettled));
    }
    Busy turned_away(const TransactionPtr& transaction) { return std::get<Busy>(admit(transaction)); }
    // Owner 0 lets owner 1 manage what it has, until then.
    TransactionPtr appointment(const std::string& name, TimeMs until) {
        const ledger::AppointManager operation{.data = ledger::DatasetId{name},
                                               .manager = sim::owner_name(1),
                                               .scope = {.purposes = {}, .operations = {}, .until = until, .uses = {}}};
        return bench.make(0, operation, bench.genesis());
    }
    // At rest for so long since genesis.
    [[nodiscard]] Admission::Moment after(std::uint64_t ms) const {
        return {.now_ms = 1'000 + ms, .wall = TimeMs{bench.genesis().value + ms}, .unsettled = false};
    }
    // The next block of the chain, which owner 0 registers this in.
    void pass_block(const char* name) {
        (void)chain.next({name});
        admission.forget_trial();
    }

    Chain chain{.bench = Bench{4, 1, 3}};
    Bench& bench = chain.bench;
    Mempool pool;
    const Admission::Peer peer{.name = sim::validator_name(1)};
    Admission admission{*bench.executor, pool};
};

}  // namespace datadeed::replica::testing
