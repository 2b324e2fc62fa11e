#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>

#include "base/assert.h"
#include "base/fields.h"
#include "chain/evidence_judge.h"
#include "ledger/effective.h"
#include "ledger/lookup.h"
#include "ledger/operation.h"
#include "ledger/views.h"
#include "tests/fuzz/small_ledger.h"

// Any list of operations by any members on a small chain: nothing crashes, a refusal leaves the state as it was, the
// shares of every data set sum to the whole, epochs of nodes follow each other, and
// each validator stands convicted as often as is counted.

namespace datadeed::ledger {
namespace {

// One step of the input: who does what, and how long after the step before.
struct Step {
    std::uint8_t signer{};
    std::uint32_t wait_ms{};
    Operation operation{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("signer", self.signer);
        visit("wait_ms", self.wait_ms);
        visit("operation", self.operation);
    }
};

struct Script {
    std::vector<Step> steps{};

    static constexpr void fields(auto& self, auto&& visit) { visit("steps", self.steps, Limit{64}); }
};

void check_shares(const MapState& state) {
    for (const auto& [id, data] : list_data(state, std::nullopt, 100).items) {
        std::uint32_t sum = 0;
        for (const Ownership& owner : data.owners) sum += owner.share.value;
        DATADEED_ASSERT(sum == whole.value);
    }
}

// Some validator remains, and each epoch begins above the one before.
void check_epochs(const MapState& state) {
    Epoch epoch = get_epoch(state);
    DATADEED_ASSERT(!epoch.nodes.validators.empty());
    while (epoch.number > EpochNumber{}) {
        const auto before = find_epoch(state, EpochNumber{epoch.number.value - 1});
        DATADEED_ASSERT(before && before->from < epoch.from);
        epoch = *before;
    }
}

// The number of records is the sum of what is counted of each validator and offence, within its bound.
void check_convictions(const MapState& state) {
    std::map<std::tuple<EpochNumber, Offence, MemberId>, std::uint32_t> records;
    for (const auto& [id, record] : list_evidence(state, std::nullopt, 1'000).items) {
        ++records[{record.epoch, record.offence, record.accused}];
    }
    for (const auto& [whose, count] : records) {
        const auto& [epoch, offence, accused] = whose;
        DATADEED_ASSERT(count <= convictions_max && count == find_convictions(state, epoch, offence, accused));
    }
}

void run(const Script& script) {
    const std::array keys{small_key(1), small_key(2), small_key(3), small_key(4)};
    MapState state = small_ledger(keys);
    OperationContext context{
        .signer = {}, .height = Height{1}, .time = TimeMs{1'000'000}, .judge = &chain::evidence_judge()};
    for (const Step& step : script.steps) {
        context.signer = small_member(step.signer % keys.size());
        context.time.value += step.wait_ms;
        context.tx.value[0] = static_cast<std::uint8_t>(context.height.value);
        if (!check(step.operation)) continue;
        Overlay changes = Overlay::on(state);
        if (!apply(step.operation, context, changes)) continue;
        state.apply(changes.take_changes());
        context.height = context.height.next();
        check_shares(state);
        check_epochs(state);
        check_convictions(state);
        for (const auto& [id, grant] : list_grants(state, std::nullopt, 100).items) {
            DATADEED_ASSERT(grant.used <= grant.terms.uses);
            const Effectiveness own = effective(lineage_of(id, grant, state), context.time);
            DATADEED_ASSERT(own.status >= own_status(grant, context.time));
        }
    }
}

}  // namespace
}  // namespace datadeed::ledger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto script = datadeed::decode<datadeed::ledger::Script>({data, size});
    if (script) datadeed::ledger::run(*script);
    return 0;
}
