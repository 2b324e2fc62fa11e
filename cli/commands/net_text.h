#pragma once

#include <optional>
#include <string>

#include "cli/net_prospect.h"
#include "json/value.h"
#include "ledger/node_change.h"

// What people read of the answers about nodes and their changes (docs/api.md). Pure; any thread.

namespace datadeed::cli {

// The kind of a change in an answer, "add_validator" and so on; nothing when it isn't one.
[[nodiscard]] std::optional<ledger::NodeChangeKind> change_kind_of(const json::Value& change);

// A row for each node of GET /v1/epochs/current.
[[nodiscard]] std::string members_text(const json::Value& body);

// A row for each change of a list.
[[nodiscard]] std::string changes_text(const json::Value& list);

// Names and values of a change: who voted how, and who hasn't.
[[nodiscard]] std::string votes_text(const json::Value& change);

// In a sentence: why the change is open, adopted, refused, stale or expired, and what is missing.
[[nodiscard]] std::string reason_of(const json::Value& change);

// What an open change would do, as that node sees it.
[[nodiscard]] std::string prospect_text(const Prospect& prospect, const std::string& seen_by);

}  // namespace datadeed::cli
