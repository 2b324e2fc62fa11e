#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chain/state_store.h"
#include "node/evidence_book.h"
#include "node/log.h"
#include "node/replica/actions.h"

namespace datadeed::node {

// Keeps the book of evidence by the chain's present state, and tells the log what can't be kept. On one thread, that of
// the API, since the replica's mustn't wait for a disk that nothing rests on. What is borrowed must outlive it.
class EvidenceKeeper {
public:
    using State = std::function<Result<std::unique_ptr<chain::StateSnapshot>, chain::Error>()>;
    EvidenceKeeper(EvidenceBook& book, const Log& log, State state)
        : book_{&book}, log_{&log}, state_{std::move(state)} {}

    [[nodiscard]] Result<void, chain::Error> open();
    // Another epoch has begun.
    void look_again();
    void keep(const replica::EvidenceFound& found);

private:
    void tell(const std::vector<EvidenceBook::Damaged>& files) const;
    void say_not_kept(const replica::EvidenceFound& found, std::string why) const;

    EvidenceBook* book_;
    const Log* log_;
    State state_;
};

}  // namespace datadeed::node
