#include "base/cbor.h"

namespace datadeed::cbor {
namespace {

struct Lead {
    std::size_t size{};      // bytes of the sequence; 0 when the byte can't begin one
    std::uint8_t low{0x80};  // bounds of the second byte (RFC 3629 section 4)
    std::uint8_t high{0xBF};
};

Lead lead_of(std::uint8_t byte) {
    if (byte < 0x80) return {.size = 1};
    if (byte < 0xC2) return {};
    if (byte < 0xE0) return {.size = 2};
    if (byte < 0xF0) {
        return {.size = 3,
                .low = byte == 0xE0 ? std::uint8_t{0xA0} : std::uint8_t{0x80},
                .high = byte == 0xED ? std::uint8_t{0x9F} : std::uint8_t{0xBF}};
    }
    if (byte < 0xF5) {
        return {.size = 4,
                .low = byte == 0xF0 ? std::uint8_t{0x90} : std::uint8_t{0x80},
                .high = byte == 0xF4 ? std::uint8_t{0x8F} : std::uint8_t{0xBF}};
    }
    return {};
}

}  // namespace

bool is_utf8(ByteView bytes) {
    for (std::size_t i = 0; i < bytes.size();) {
        const Lead lead = lead_of(bytes[i]);
        if (lead.size == 0 || bytes.size() - i < lead.size) return false;
        for (std::size_t k = 1; k < lead.size; ++k) {
            const std::uint8_t low = k == 1 ? lead.low : std::uint8_t{0x80};
            const std::uint8_t high = k == 1 ? lead.high : std::uint8_t{0xBF};
            if (bytes[i + k] < low || bytes[i + k] > high) return false;
        }
        i += lead.size;
    }
    return true;
}

}  // namespace datadeed::cbor
