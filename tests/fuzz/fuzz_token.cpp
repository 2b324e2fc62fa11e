#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "ledger/records.h"
#include "ledger/state_keys.h"
#include "node/api/token.h"

// Any bytes as an Authorization header, and as the token in one: refused with one of the rules, never let in, since
// nobody here signs.

namespace datadeed::api {
namespace {

struct Door {
    ledger::MapState state{};
    TokenChecker checker{ChainId{}, ledger::MemberId{"n0"}};

    Door() {
        ByteArray<32> seed{};
        seed.fill(7);
        const crypto::PublicKey key = crypto::SecretKey::from_seed(seed).public_key();
        state.apply({{ledger::state_keys::key(key), encode(ledger::KeyRecord{.member = ledger::MemberId{"bob"}})}});
    }
};

void try_header(Door& door, std::string_view header) {
    const auto member = door.checker.check(header, TimeMs{1'700'000'000'000}, Height{1}, door.state);
    DATADEED_ASSERT(!member && code(member.error()).starts_with("auth.token_"));
}

}  // namespace
}  // namespace datadeed::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static datadeed::api::Door door;
    const datadeed::ByteView input{data, size};
    datadeed::api::try_header(door, datadeed::as_text(input));
    datadeed::api::try_header(door, "Datadeed " + datadeed::to_base64(input));
    return 0;
}
