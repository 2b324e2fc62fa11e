#include "tests/sim/prosecutor.h"

#include <utility>

#include "base/assert.h"
#include "base/fields.h"
#include "chain/evidence_judge.h"
#include "consensus/evidence.h"
#include "ledger/operations/report_evidence.h"
#include "ledger/views.h"

namespace datadeed::sim {

void Prosecutor::note(const replica::EvidenceFound& found) {
    const auto read = chain::evidence_judge().read(found.evidence);
    DATADEED_ASSERT(read.has_value());
    found_.try_emplace(ledger::evidence_id(read->charge, found.accused),
                       Found{.charge = read->charge, .accused = found.accused, .evidence = found.evidence});
}

std::vector<Bytes> Prosecutor::missing(const ledger::StateView& state) const {
    std::vector<Bytes> all;
    for (const auto& [id, found] : found_) {
        if (check_new(found.charge, found.accused, state)) all.push_back(found.evidence);
    }
    return all;
}

Bytes Prosecutor::forged(const Bytes& evidence) {
    auto changed = decode<consensus::Evidence>(evidence);
    DATADEED_ASSERT(changed.has_value());
    const auto blame_another = [](auto& said) { said.signer.value ^= 1U; };
    std::visit(blame_another, changed->first);
    if (changed->second) std::visit(blame_another, *changed->second);
    return encode(*changed);
}

std::set<std::string> Prosecutor::convicted(const ledger::StateReader& state) {
    std::set<std::string> names;
    for (const auto& [id, record] : ledger::list_evidence(state, std::nullopt, 10'000).items) {
        names.insert(record.accused.value);
    }
    return names;
}

}  // namespace datadeed::sim
