#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/fields.h"
#include "base/types.h"
#include "ledger/node_change.h"
#include "ledger/types.h"

// What a node's operator hands to whoever proposes the change: its keys and its word (readiness.h), with the chain and
// member that they are for. As text, so that it can be mailed: one line "datadeed-node-ready/1 " and CBOR in hex.
// Nothing in it is secret. Pure; any thread.

namespace datadeed::ledger {

struct ReadyFile {
    ChainId chain{};
    MemberId member{};
    NodeKeys keys{};
    NodeReadiness ready{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("chain", self.chain);
        visit("member", self.member, Limit{member_id_max});
        visit("keys", self.keys);
        visit("ready", self.ready);
    }
    friend bool operator==(const ReadyFile&, const ReadyFile&) = default;
};

// Bytes of the longest text, with room to spare for blanks at its end.
inline constexpr std::size_t ready_file_size_max = 2048;

// With a line feed at the end.
[[nodiscard]] std::string format_ready_file(const ReadyFile& file);

// Nothing when it isn't of that form, or a signature doesn't hold.
[[nodiscard]] std::optional<ReadyFile> parse_ready_file(std::string_view text);

}  // namespace datadeed::ledger
