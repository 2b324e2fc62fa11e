#include "ledger/views.h"
#include "node/api/api.h"
#include "node/api/handlers.h"
#include "node/api/views.h"

namespace datadeed::api {

Answer list_data(const Reading& reading) {
    const auto page = page_asked_for(reading);
    if (!page) return fail(page.error());
    if (page->after && !ledger::is_dataset_id(*page->after)) return problem(ApiError::cursor_must_be_well_formed);
    const auto owner = reading.find("owner");
    if (owner && !ledger::is_member_id(*owner)) return problem(ApiError::member_must_exist);
    const auto at = state_asked_for(reading);
    if (!at) return fail(at.error());
    const auto after = page->after ? std::optional{ledger::DatasetId{*page->after}} : std::nullopt;
    const ledger::MemberId member{std::string{owner.value_or("")}};
    const auto found = owner ? ledger::list_data_of(*at->state, member, after, page->limit)
                             : ledger::list_data(*at->state, after, page->limit);
    const ledger::Count total = owner ? ledger::count_data_of(*at->state, member, counted_max)
                                      : ledger::Count{.items = ledger::get_totals(*at->state).data};
    List list{.items = json::Value::array(), .total = total, .next = {}};
    for (const auto& item : found.items) list.items.push(data_view(item.id, item.record));
    if (const auto next = found.next()) list.next = next->value;
    return answer(list_view(std::move(list), *at), *at);
}

Answer get_data(const Reading& reading) {
    const std::string& id = reading.request.path[2];
    if (!ledger::is_dataset_id(id)) return problem(ApiError::data_must_exist);
    const auto at = state_asked_for(reading);
    if (!at) return fail(at.error());
    const auto record = ledger::find_data(*at->state, ledger::DatasetId{id});
    if (!record) return problem(ApiError::data_must_exist);
    json::Value data = data_view(ledger::DatasetId{id}, *record);
    add_offers(data, *at->state, ledger::DatasetId{id});
    return answer(json::Value::object({{"data", std::move(data)}, {"height", at->height.value}}), *at);
}

}  // namespace datadeed::api
