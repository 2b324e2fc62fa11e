#include "json/view.h"
#include "ledger/log_pair.h"
#include "ledger/views.h"
#include "node/api/api.h"
#include "node/api/handlers.h"
#include "node/api/views.h"

namespace datadeed::api {
namespace {

using GrantPage = ledger::Page<ledger::GrantId, ledger::GrantRecord>;

struct Filter {
    std::optional<ledger::DatasetId> data{};
    std::optional<ledger::MemberId> member{};
};

struct Found {
    GrantPage page{};
    ledger::Count total{};
};

bool concerns(const ledger::GrantRecord& grant, const ledger::MemberId& member) {
    return grant.grantor == member || grant.grantee == member;
}

// Both filters: walks the data set's grants.
Found find_both(const ledger::StateReader& state, const Filter& filter, const std::optional<ledger::GrantId>& after,
                std::size_t limit) {
    Found found;
    std::optional<ledger::GrantId> at;
    for (bool more = true; more;) {
        GrantPage page = ledger::list_grants_of(state, *filter.data, at, 256);
        at = page.next();
        more = at.has_value();
        for (auto& item : page.items) {
            if (!concerns(item.record, *filter.member)) continue;
            ++found.total.items;
            if (after && item.id <= *after) continue;
            if (found.page.items.size() == limit) {
                found.page.more = true;
            } else {
                found.page.items.push_back(std::move(item));
            }
        }
    }
    return found;
}

Found find(const ledger::StateReader& state, const Filter& filter, const std::optional<ledger::GrantId>& after,
           std::size_t limit) {
    if (filter.data && filter.member) return find_both(state, filter, after, limit);
    if (filter.data) {
        return {.page = ledger::list_grants_of(state, *filter.data, after, limit),
                .total = ledger::count_grants_of(state, *filter.data, counted_max)};
    }
    if (filter.member) {
        return {.page = ledger::list_grants_of(state, *filter.member, after, limit),
                .total = ledger::count_grants_of(state, *filter.member, counted_max)};
    }
    return {.page = ledger::list_grants(state, after, limit),
            .total = ledger::Count{.items = ledger::get_totals(state).grants}};
}

Result<Filter, Problem> filter_asked_for(const Reading& reading) {
    Filter filter;
    if (const auto data = reading.find("data")) {
        if (!ledger::is_dataset_id(*data)) return problem(ApiError::data_must_exist);
        filter.data = ledger::DatasetId{std::string{*data}};
    }
    if (const auto member = reading.find("member")) {
        if (!ledger::is_member_id(*member)) return problem(ApiError::member_must_exist);
        filter.member = ledger::MemberId{std::string{*member}};
    }
    return filter;
}

}  // namespace

Answer list_grants(const Reading& reading) {
    const auto page = page_asked_for(reading);
    if (!page) return fail(page.error());
    const auto filter = filter_asked_for(reading);
    if (!filter) return fail(filter.error());
    std::optional<ledger::GrantId> after;
    if (page->after) {
        const std::optional<Digest> digest = array_from_hex<32>(*page->after);
        if (!digest) return problem(ApiError::cursor_must_be_well_formed);
        after = ledger::GrantId{*digest};
    }
    const auto at = state_asked_for(reading);
    if (!at) return fail(at.error());
    const bool both = filter->data && filter->member;
    if (both && ledger::count_grants_of(*at->state, *filter->data, grants_walked_max).more) {
        return problem(ApiError::search_must_be_short);
    }
    const Found found = find(*at->state, *filter, after, page->limit);
    List list{.items = json::Value::array(), .total = found.total, .next = {}};
    for (const auto& item : found.page.items) list.items.push(grant_view(item.id, item.record, at->time, *at->state));
    if (const auto next = found.page.next()) list.next = to_hex(next->value);
    return answer(list_view(std::move(list), *at), *at);
}

Answer get_grant(const Reading& reading) {
    const auto digest = parse_digest(reading.request.path[2]);
    if (!digest) return fail(digest.error());
    const auto at = state_asked_for(reading);
    if (!at) return fail(at.error());
    const ledger::GrantId id{*digest};
    const auto record = ledger::find_grant(*at->state, id);
    if (!record) return problem(ApiError::grant_must_exist);
    json::Value view = json::Value::object({{"grant", grant_view(id, *record, at->time, *at->state)},
                                            {"height", at->height.value},
                                            {"time_ms", at->time.value}});
    return answer(view, *at);
}

Answer get_logs(const Reading& reading) {
    const auto a = reading.find("a");
    const auto b = reading.find("b");
    const auto epoch_text = reading.find("epoch");
    if (!a || !b || !epoch_text) return problem(ApiError::pair_must_be_complete);
    const std::optional<std::uint64_t> epoch = parse_number(*epoch_text);
    if (!epoch) return problem(ApiError::number_must_be_well_formed);
    if (!ledger::is_member_id(*a) || !ledger::is_member_id(*b) || *a == *b) {
        return problem(ApiError::pair_must_be_complete);
    }
    const auto at = state_asked_for(reading);
    if (!at) return fail(at.error());
    const ledger::LogPairId id = ledger::make_log_pair(ledger::MemberId{std::string{*a}},
                                                       ledger::MemberId{std::string{*b}}, ledger::LogEpoch{*epoch});
    const auto pair = ledger::find_log_pair(*at->state, id);
    if (!pair) return problem(ApiError::logs_must_exist);
    const ledger::LogState state = ledger::log_state(*pair, at->time, ledger::get_parameters(*at->state));
    json::Value view = json::Value::object({{"a", id.low.value},
                                            {"b", id.high.value},
                                            {"epoch", id.epoch.value},
                                            {"state", ledger::name(state)},
                                            {"anchors", json::to_json(pair->anchors)},
                                            {"height", at->height.value},
                                            {"time_ms", at->time.value}});
    return answer(view, *at);
}

}  // namespace datadeed::api
