#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "ledger/types.h"
#include "node/replica/events.h"
#include "node/replica/limits.h"

namespace datadeed::replica {

// Which requests wait for which transaction. Bounded; one thread.
class Waiters {
public:
    explicit Waiters(std::size_t count_max = waiting_clients_max) : count_max_{count_max} {}

    // False when there's no room.
    [[nodiscard]] bool add(const ledger::TxId& id, RequestToken token);
    void forget(RequestToken token);
    // The requests that waited for it; they no longer do.
    [[nodiscard]] std::vector<RequestToken> take(const ledger::TxId& id);
    [[nodiscard]] std::size_t size() const { return by_token_.size(); }

private:
    std::size_t count_max_;
    std::map<ledger::TxId, std::vector<RequestToken>> by_id_;
    std::map<RequestToken, ledger::TxId> by_token_;
};

}  // namespace datadeed::replica
