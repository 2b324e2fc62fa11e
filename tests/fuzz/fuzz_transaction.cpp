#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/assert.h"
#include "base/fields.h"
#include "ledger/block.h"
#include "ledger/genesis.h"
#include "ledger/transaction.h"

// Any bytes, read as a transaction, its payload, a block and a genesis document: nothing crashes, and what is accepted
// is the one spelling of what it says.

namespace datadeed::ledger {
namespace {

template <class T>
void check_spelling(ByteView input) {
    const auto value = decode<T>(input);
    if (value) DATADEED_ASSERT(encode(*value) == to_bytes(input));
}

void read_as_everything(ByteView input) {
    check_spelling<Transaction>(input);
    check_spelling<Block>(input);
    check_spelling<Genesis>(input);
    if (const auto genesis = decode_genesis(input)) DATADEED_ASSERT(!genesis_state(*genesis).empty());
    auto parsed = parse(ChainId{}, input);
    if (!parsed) return;
    DATADEED_ASSERT(parsed->raw == to_bytes(input));
    DATADEED_ASSERT(!parsed->content.operations.empty() && parsed->content.operations.size() <= operations_max);
    const auto verified = verify(std::move(*parsed));
    if (verified) DATADEED_ASSERT(verified->raw() == to_bytes(input));
}

}  // namespace
}  // namespace datadeed::ledger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    datadeed::ledger::read_as_everything({data, size});
    return 0;
}
