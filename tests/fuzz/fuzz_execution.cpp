#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "base/assert.h"
#include "base/fields.h"
#include "ledger/effective.h"
#include "ledger/lookup.h"
#include "ledger/operation.h"
#include "ledger/state_keys.h"
#include "ledger/views.h"

// Any list of operations by any members on a small chain: nothing crashes, a refusal leaves the state as it was, and
// the shares of every data set sum to the whole.

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

MapState small_state() {
    MapState state;
    StateChanges changes;
    changes[state_keys::parameters()] = encode(Parameters{});
    changes[state_keys::totals()] = encode(Totals{});
    const std::vector<Role> every_role = {Role::operator_, Role::owner,      Role::manager,
                                          Role::user,      Role::repository, Role::regulator};
    std::uint8_t number = 0;
    for (const char* id : {"a", "b", "c", "d"}) {
        const crypto::PublicKey key{ByteArray<32>{++number}};
        const std::vector<Role> roles = number % 2 == 1 ? every_role : std::vector{Role::user};
        changes[state_keys::member(MemberId{id})] =
            encode(MemberRecord{.organisation = id, .roles = roles, .keys = {key}, .admitted = Height{}});
        changes[state_keys::key(key)] = encode(KeyRecord{.member = MemberId{id}, .from = {}, .until = {}});
    }
    state.apply(changes);
    return state;
}

void check_shares(const MapState& state) {
    for (const auto& [id, data] : list_data(state, std::nullopt, 100).items) {
        std::uint32_t sum = 0;
        for (const Ownership& owner : data.owners) sum += owner.share.value;
        DATADEED_ASSERT(sum == whole.value);
    }
}

void run(const Script& script) {
    MapState state = small_state();
    OperationContext context{.signer = {}, .height = Height{1}, .time = TimeMs{1'000'000}};
    for (const Step& step : script.steps) {
        context.signer = MemberId{std::string(1, static_cast<char>('a' + step.signer % 4))};
        context.time.value += step.wait_ms;
        context.tx.value[0] = static_cast<std::uint8_t>(context.height.value);
        if (!check(step.operation)) continue;
        Overlay changes = Overlay::on(state);
        if (!apply(step.operation, context, changes)) continue;
        state.apply(changes.take_changes());
        context.height = context.height.next();
        check_shares(state);
        for (const auto& [id, grant] : list_grants(state, std::nullopt, 100).items) {
            DATADEED_ASSERT(grant.used <= grant.terms.uses);
            const Effectiveness own = effective(id, grant, context.time, state);
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
