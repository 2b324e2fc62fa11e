#pragma once

#include "node/api/reading.h"

// A handler for each reading route of docs/api.md, by the room of the ledger that it looks into. Each is called with
// the segments of the path that its route in routes.cpp matched.

namespace datadeed::api {

// read_members.cpp
[[nodiscard]] Answer list_members(const Reading& reading);
[[nodiscard]] Answer get_member(const Reading& reading);
[[nodiscard]] Answer get_member_by_key(const Reading& reading);

// read_data.cpp
[[nodiscard]] Answer list_data(const Reading& reading);
[[nodiscard]] Answer get_data(const Reading& reading);

// read_grants.cpp
[[nodiscard]] Answer list_grants(const Reading& reading);
[[nodiscard]] Answer get_grant(const Reading& reading);
[[nodiscard]] Answer get_logs(const Reading& reading);

// read_nodes.cpp
[[nodiscard]] Answer get_epoch(const Reading& reading);
[[nodiscard]] Answer list_changes(const Reading& reading);
[[nodiscard]] Answer get_change(const Reading& reading);

// read_evidence.cpp
[[nodiscard]] Answer list_evidence(const Reading& reading);
[[nodiscard]] Answer get_evidence(const Reading& reading);

// read_chain.cpp
[[nodiscard]] Answer get_transaction(const Reading& reading);
[[nodiscard]] Answer get_receipt(const Reading& reading);
[[nodiscard]] Answer get_block(const Reading& reading);
[[nodiscard]] Answer get_node(const Reading& reading);
[[nodiscard]] Answer get_genesis(const Reading& reading);

// read_tiles.cpp
[[nodiscard]] Answer get_checkpoint(const Reading& reading);
[[nodiscard]] Answer get_tile(const Reading& reading);
[[nodiscard]] Answer get_entries(const Reading& reading);

}  // namespace datadeed::api
