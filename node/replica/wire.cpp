#include "node/replica/wire.h"

namespace datadeed::replica {

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
            return small;
        case WireKind::blocks:
            // Sending stops behind the block that passes fetch_bytes_max; 16 kB is the largest certificate.
            return fetch_bytes_max + payload + fetch_blocks_max * (std::size_t{16} << 10U);
        case WireKind::body:
            return payload + small;
    }
    return 0;
}

}  // namespace datadeed::replica
