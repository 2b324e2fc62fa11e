#include "ledger/block.h"

#include "base/cbor.h"
#include "crypto/hash.h"

namespace datadeed::ledger {
namespace {

Result<void, Refusal> check_transactions(const Block& block, const Parameters& parameters) {
    if (block.transactions.empty()) return fail(Refusal::block_empty);
    if (block.transactions.size() > parameters.block_transactions_max) {
        return fail(Refusal::block_too_many_transactions);
    }
    std::uint64_t bytes = 0;
    for (const RawTransaction& transaction : block.transactions) bytes += transaction.bytes.size();
    if (bytes > parameters.block_bytes_max) return fail(Refusal::block_too_large);
    return {};
}

}  // namespace

Digest hash(const BlockHeader& header) {
    cbor::Writer writer;
    writer.array(2);
    writer.text(block_context);
    encode_to(writer, header);
    return crypto::sha256(writer.data());
}

Result<void, Refusal> check_link(const Block& block, const Tip& tip, const Parameters& parameters) {
    const BlockHeader& header = block.header;
    if (header.version != block_version) return fail(Refusal::block_version_unknown);
    if (header.height != tip.height.next()) return fail(Refusal::block_height_wrong);
    if (header.prev != tip.hash) return fail(Refusal::block_prev_wrong);
    if (header.time <= tip.time) return fail(Refusal::block_time_not_rising);
    if (header.time.value > count_max) return fail(Refusal::block_time_out_of_range);
    if (header.prev_cert_hash != tip.cert_hash) return fail(Refusal::block_prev_certificate_wrong);
    if (const auto transactions = check_transactions(block, parameters); !transactions) return transactions;
    if (header.log_size != tip.log_size + block.transactions.size()) return fail(Refusal::block_log_size_wrong);
    return {};
}

Result<void, Refusal> check_roots(const BlockHeader& header, const BlockRoots& computed) {
    if (header.log_root != computed.log_root) return fail(Refusal::block_log_root_wrong);
    if (header.state_root != computed.state_root) return fail(Refusal::block_state_root_wrong);
    if (header.validators_hash != computed.validators_hash) return fail(Refusal::block_validators_wrong);
    return {};
}

}  // namespace datadeed::ledger
