#include "ledger/views.h"
#include "node/api/handlers.h"
#include "node/api/views.h"

namespace datadeed::api {

Answer list_members(const Reading& reading) {
    const auto page = page_asked_for(reading);
    if (!page) return fail(page.error());
    if (page->after && !ledger::is_member_id(*page->after)) return problem(ApiError::cursor_must_be_well_formed);
    const auto at = state_asked_for(reading);
    if (!at) return fail(at.error());
    const auto after = page->after ? std::optional{ledger::MemberId{*page->after}} : std::nullopt;
    const auto found = ledger::list_members(*at->state, after, page->limit);
    const ledger::Count total{.items = ledger::get_totals(*at->state).members};
    List list{.items = json::Value::array(), .total = total, .next = {}};
    for (const auto& item : found.items) list.items.push(member_view(item.id, item.record));
    if (const auto next = found.next()) list.next = next->value;
    return answer(list_view(std::move(list), *at), *at);
}

Answer get_member(const Reading& reading) {
    const std::string& id = reading.request.path[2];
    if (!ledger::is_member_id(id)) return problem(ApiError::member_must_exist);
    const auto at = state_asked_for(reading);
    if (!at) return fail(at.error());
    const auto record = ledger::find_member(*at->state, ledger::MemberId{id});
    if (!record) return problem(ApiError::member_must_exist);
    json::Value view =
        json::Value::object({{"member", member_view(ledger::MemberId{id}, *record)}, {"height", at->height.value}});
    return answer(view, *at);
}

Answer get_member_by_key(const Reading& reading) {
    const auto key = parse_digest(reading.request.path[3]);
    if (!key) return fail(key.error());
    const auto at = state_asked_for(reading);
    if (!at) return fail(at.error());
    const auto found = ledger::find_key(*at->state, crypto::PublicKey{*key});
    if (!found) return problem(ApiError::key_must_exist);
    const auto record = ledger::find_member(*at->state, found->member);
    if (!record) return problem(ApiError::member_must_exist);
    json::Value key_view = json::Value::object({{"key", to_hex(*key)}, {"from_height", found->from.value}});
    if (found->until) key_view.set("until_height", found->until->value);
    json::Value view = json::Value::object(
        {{"member", member_view(found->member, *record)}, {"key", std::move(key_view)}, {"height", at->height.value}});
    return answer(view, *at);
}

}  // namespace datadeed::api
