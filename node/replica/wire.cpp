#include "node/replica/wire_codec.h"

namespace datadeed::replica {

Bytes encode_votes(const consensus::Message& message) {
    cbor::Writer writer;
    writer.array(2);
    writer.unsigned_integer(static_cast<std::uint64_t>(WireKind::votes));
    encode_to(writer, message);
    return writer.take();
}

Bytes encode_transactions(std::span<const TransactionPtr> transactions) {
    cbor::Writer writer;
    writer.array(2);
    writer.unsigned_integer(static_cast<std::uint64_t>(WireKind::transactions));
    writer.array(transactions.size());
    for (const TransactionPtr& transaction : transactions) {
        writer.array(1);
        writer.bytes(transaction->tx.raw());
    }
    return writer.take();
}

std::size_t end_of_gossip(std::span<const TransactionPtr> transactions, std::size_t begin) {
    std::size_t end = begin;
    std::size_t bytes = 0;
    while (end < transactions.size() && end - begin < gossip_transactions_max && bytes < gossip_bytes_max / 2) {
        // The receiver's share must hold both (VerifyPool grows the lease by the swelling).
        bytes += transactions[end]->tx.raw().size() + swelling_of(*transactions[end]);
        ++end;
    }
    return end;
}

std::size_t size_max_of(WireKind kind) {
    constexpr std::size_t small = 1024;
    constexpr std::size_t payload = consensus::payload_bytes_max;
    switch (kind) {
        case WireKind::votes:
            return wire_size_max;
        case WireKind::transactions:
            return gossip_bytes_max + ledger::transaction_size_max;
        case WireKind::fetch_blocks:
        case WireKind::fetch_body:
        case WireKind::cosignature:
        case WireKind::tip:
        case WireKind::fetch_snapshot:
        case WireKind::fetch_part:
            return small;
        case WireKind::snapshot:
            return chain::manifest_size_max + small;
        case WireKind::part:
            return ledger::part_size_max + small;
        case WireKind::blocks:
            // Sending stops behind the block that passes fetch_bytes_max.
            return fetch_bytes_max + payload + fetch_blocks_max * consensus::certificate_bytes_max;
        case WireKind::body:
            return payload + small;
    }
    return 0;
}

}  // namespace datadeed::replica
