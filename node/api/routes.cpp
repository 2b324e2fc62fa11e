#include "node/api/routes.h"

#include <algorithm>

#include "node/api/handlers.h"

namespace datadeed::api {
namespace {

const std::vector<Route>& table() {
    static const std::vector<Route> all = {
        {"/v1/transactions", Access::open, {}, nullptr},
        {"/v1/tx/{id}", Access::member, {}, get_transaction},
        {"/v1/tx/{id}/receipt", Access::member, {}, get_receipt},
        {"/v1/blocks/{height}", Access::member, {}, get_block},
        {"/v1/members", Access::member, {"after", "limit", "at_height"}, list_members},
        {"/v1/members/{id}", Access::member, {"at_height"}, get_member},
        {"/v1/members/by-key/{key}", Access::member, {"at_height"}, get_member_by_key},
        {"/v1/data", Access::member, {"after", "limit", "owner", "at_height"}, list_data},
        {"/v1/data/{id}", Access::member, {"at_height"}, get_data},
        {"/v1/grants", Access::member, {"data", "member", "after", "limit", "at_height"}, list_grants},
        {"/v1/grants/{id}", Access::member, {"at_height"}, get_grant},
        {"/v1/logs", Access::member, {"a", "b", "epoch", "at_height"}, get_logs},
        {"/v1/epochs/{number}", Access::member, {"at_height"}, get_epoch},
        {"/v1/changes", Access::member, {"after", "limit", "at_height"}, list_changes},
        {"/v1/changes/{id}", Access::member, {"at_height"}, get_change},
        {"/v1/evidence", Access::member, {"after", "limit", "at_height"}, list_evidence},
        {"/v1/evidence/{id}", Access::member, {"at_height"}, get_evidence},
        {"/v1/node", Access::member, {}, get_node},
        {"/v1/genesis", Access::open, {}, get_genesis},
        {"/checkpoint", Access::open, {}, get_checkpoint},
        {"/tile/entries/{index...}", Access::member, {}, get_entries},
        {"/tile/{level}/{index...}", Access::open, {}, get_tile},
    };
    return all;
}

// Takes the first segment of a pattern away from it.
std::string_view take_segment(std::string_view& pattern) {
    pattern.remove_prefix(1);
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view segment = pattern.substr(0, end);
    pattern.remove_prefix(end);
    return segment;
}

bool fits(std::string_view pattern, const std::vector<std::string>& path) {
    for (const std::string& segment : path) {
        if (pattern.empty()) return false;
        const std::string_view wanted = take_segment(pattern);
        if (wanted.ends_with("...}")) return true;
        if (!wanted.starts_with('{') && wanted != segment) return false;
    }
    return pattern.empty();
}

}  // namespace

std::span<const Route> routes() {
    return table();
}

const Route* find_route(const std::vector<std::string>& path) {
    const auto found = std::ranges::find_if(table(), [&](const Route& route) { return fits(route.pattern, path); });
    return found == table().end() ? nullptr : &*found;
}

}  // namespace datadeed::api
