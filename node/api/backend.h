#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "base/types.h"
#include "chain/chain_view.h"
#include "chain/state_store.h"
#include "ledger/evidence.h"
#include "ledger/types.h"
#include "node/api/problem.h"
#include "node/replica/actions.h"
#include "node/replica/status.h"
#include "node/replica/verify.h"

namespace datadeed::api {

// What doesn't change while a node runs.
struct NodeFacts {
    ledger::MemberId name{};
    ChainId chain{};
    std::string chain_name{};
    Bytes genesis{};  // the document, verbatim
    std::string version{};
};

// Evidence that this node has seen and keeps until it's on the chain.
struct HeldEvidence {
    ledger::EvidenceId id{};
    ledger::Charge charge{};
    ledger::MemberId accused{};
    Bytes bytes{};
};
using HeldEvidences = std::map<ledger::EvidenceId, HeldEvidence>;

// How a submission ended, as far as it was waited for: Accepted when the time was over first.
using Submitted = std::variant<replica::Accepted, replica::Committed, replica::Refused, replica::NotTaken,
                               replica::Unusable, ApiError>;
using WhenSubmitted = std::function<void(Submitted)>;

// What the API needs of the node that it serves. All calls come from the API's thread, and none of them blocks but for
// reads of the stores.
class Backend {
public:
    virtual ~Backend() = default;

    [[nodiscard]] virtual const NodeFacts& facts() const = 0;
    // The last published picture; never null.
    [[nodiscard]] virtual std::shared_ptr<const replica::Status> status() const = 0;
    [[nodiscard]] virtual TimeMs now() const = 0;
    [[nodiscard]] virtual chain::ChainView chain() const = 0;
    // The state after the last block, or after block `at`.
    [[nodiscard]] virtual Result<std::unique_ptr<chain::StateSnapshot>, chain::Error> state(
        std::optional<Height> at) const = 0;
    // Some of it may be on the chain by now.
    [[nodiscard]] virtual const HeldEvidences& held_evidence() const = 0;
    // Whether this node took the transaction from a client and waits for it to become final.
    [[nodiscard]] virtual bool is_pending(const ledger::TxId& id) const = 0;
    // Takes the transaction, as signed, to the check of its form and signature and to the replica. `done` is called
    // once, later, on the API's thread: at once when the transaction is refused or `wait` is zero, else when it's final
    // or `wait` has passed.
    virtual void submit(Bytes transaction, std::chrono::milliseconds wait, WhenSubmitted done) = 0;
};

}  // namespace datadeed::api
