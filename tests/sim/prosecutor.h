#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ledger/evidence.h"
#include "ledger/state.h"
#include "node/replica/actions.h"

namespace datadeed::sim {

// A member that puts on the chain what honest nodes find against validators, and tries to frame others with it.
class Prosecutor {
public:
    void note(const replica::EvidenceFound& found);

    // What isn't on the chain of this state yet and still may come there: all of it has to, in the end (I15).
    [[nodiscard]] std::vector<Bytes> missing(const ledger::StateView& state) const;
    // The same words in another validator's mouth: they must never get on the chain.
    [[nodiscard]] static Bytes forged(const Bytes& evidence);
    // Who stands on the chain as convicted.
    [[nodiscard]] static std::set<std::string> convicted(const ledger::StateReader& state);

private:
    struct Found {
        ledger::Charge charge{};
        ledger::MemberId accused{};
        Bytes evidence{};
    };
    std::map<ledger::EvidenceId, Found> found_;
};

}  // namespace datadeed::sim
