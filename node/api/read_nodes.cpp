#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "consensus/quorum.h"
#include "json/view.h"
#include "ledger/lookup.h"
#include "ledger/node_votes.h"
#include "ledger/views.h"
#include "node/api/api.h"
#include "node/api/handlers.h"
#include "node/api/views.h"

// Who runs nodes, since when, and whether this node reaches them; and what is proposed to change about it.

namespace datadeed::api {
namespace {

// How many epochs are looked through for when a node began: reading one costs some microseconds for each of its nodes.
constexpr std::uint32_t epochs_looked_through = 64;

struct Since {
    ledger::EpochNumber epoch{};
    Height height{};
};

using Serving = std::map<ledger::MemberId, Since>;

struct Beginnings {
    Serving validators{};
    Serving observers{};
    ledger::EpochNumber looked_back_to{};
};

template <class Node>
Serving begin_at(const std::vector<Node>& nodes, const ledger::Epoch& epoch) {
    Serving serving;
    for (const Node& node : nodes) serving[node.member] = {.epoch = epoch.number, .height = epoch.from};
    return serving;
}

// Moves back those who served in this epoch too, and had served in all since.
template <class Node>
void move_back(Serving& serving, const std::vector<Node>& nodes, const ledger::Epoch& epoch) {
    for (const Node& node : nodes) {
        const auto known = serving.find(node.member);
        if (known == serving.end() || known->second.epoch != epoch.number.next()) continue;
        known->second = {.epoch = epoch.number, .height = epoch.from};
    }
}

Beginnings beginnings_of(const ledger::Epoch& epoch, const ledger::StateView& state) {
    Beginnings found{.validators = begin_at(epoch.nodes.validators, epoch),
                     .observers = begin_at(epoch.nodes.observers, epoch),
                     .looked_back_to = epoch.number};
    for (std::uint32_t i = 0; i < epochs_looked_through && found.looked_back_to.value > 0; ++i) {
        const auto before = ledger::find_epoch(state, ledger::EpochNumber{found.looked_back_to.value - 1});
        if (!before) break;
        move_back(found.validators, before->nodes.validators, *before);
        move_back(found.observers, before->nodes.observers, *before);
        found.looked_back_to = before->number;
    }
    return found;
}

// Adds how this node reaches that one, and whether that one says that it votes.
void add_reach(json::Value& view, const ledger::MemberId& member, const replica::Status& status) {
    if (member == status.self) {
        view.set("reachable", true)
            .set("votes", status.duty == replica::Duty::voting)
            .set("height", status.height.value);
        return;
    }
    const auto peer = std::ranges::find(status.peers, member, &replica::PeerStatus::member);
    const bool connected = peer != status.peers.end() && peer->connected;
    view.set("reachable", connected).set("votes", connected && peer->votes);
    view.set("height", connected ? json::Value{peer->height.value} : json::Value{});
}

json::Value node_view(const ledger::MemberId& member, std::string_view role, const Since& since) {
    return json::Value::object({{"member", member.value},
                                {"role", role},
                                {"since_epoch", since.epoch.value},
                                {"since_height", since.height.value}});
}

// `status` is absent for the past.
json::Value nodes_view(const ledger::Epoch& epoch, const Beginnings& since, const replica::Status* status) {
    json::Value nodes = json::Value::array();
    for (const ledger::Validator& validator : epoch.nodes.validators) {
        json::Value view = node_view(validator.member, "validator", since.validators.at(validator.member));
        view.set("vote", to_hex(validator.vote.value))
            .set("link", to_hex(validator.link.value))
            .set("cosign", to_hex(validator.cosign.value));
        if (status != nullptr) add_reach(view, validator.member, *status);
        nodes.push(std::move(view));
    }
    for (const ledger::Observer& observer : epoch.nodes.observers) {
        json::Value view = node_view(observer.member, "observer", since.observers.at(observer.member));
        view.set("link", to_hex(observer.link.value));
        if (status != nullptr) add_reach(view, observer.member, *status);
        nodes.push(std::move(view));
    }
    return nodes;
}

Result<ledger::Epoch, Problem> epoch_asked_for(const Reading& reading, const ledger::StateView& state) {
    const std::string& asked = reading.request.path[2];
    if (asked == "current") return ledger::get_epoch(state);
    const auto number = parse_number(asked);
    if (!number) return problem(ApiError::number_must_be_well_formed);
    if (*number > UINT32_MAX) return problem(ApiError::epoch_must_exist);
    auto epoch = ledger::find_epoch(state, ledger::EpochNumber{static_cast<std::uint32_t>(*number)});
    if (!epoch) return problem(ApiError::epoch_must_exist);
    return std::move(*epoch);
}

}  // namespace

Answer get_epoch(const Reading& reading) {
    const auto at = state_asked_for(reading);
    if (!at) return fail(at.error());
    const auto epoch = epoch_asked_for(reading, *at->state);
    if (!epoch) return fail(epoch.error());
    const auto next = ledger::find_epoch(*at->state, epoch->number.next());
    const auto picture = reading.backend.status();
    // Who is reached now says nothing of the past.
    const bool is_now = !next && !reading.find("at_height");
    const Beginnings since = beginnings_of(*epoch, *at->state);
    const std::size_t voters = epoch->nodes.validators.size();
    json::Value view = json::Value::object({{"number", epoch->number.value},
                                            {"from_height", epoch->from.value},
                                            {"until_height", next ? json::Value{next->from.value} : json::Value{}},
                                            {"validators", voters},
                                            {"quorum", consensus::quorum(voters)},
                                            {"approvals_needed", ledger::approvals_needed(voters)},
                                            {"nodes", nodes_view(*epoch, since, is_now ? picture.get() : nullptr)},
                                            {"looked_back_to_epoch", since.looked_back_to.value}});
    json::Value body = json::Value::object({{"epoch", std::move(view)}, {"height", at->height.value}});
    if (is_now) body.set("seen_by", reading.backend.facts().name.value);
    return answer(body, *at);
}

Answer list_changes(const Reading& reading) {
    const auto page = page_asked_for(reading);
    if (!page) return fail(page.error());
    std::optional<ledger::ChangeId> after;
    if (page->after) {
        const auto cursor = parse_digest(*page->after);
        if (!cursor) return problem(ApiError::cursor_must_be_well_formed);
        after = ledger::ChangeId{*cursor};
    }
    const auto at = state_asked_for(reading);
    if (!at) return fail(at.error());
    const auto found = ledger::list_changes(*at->state, after, page->limit);
    const ledger::Count total = ledger::count_changes(*at->state, counted_max);
    List list{.items = json::Value::array(), .total = total, .next = {}};
    const ledger::Epoch present = ledger::get_epoch(*at->state);
    const ChangesAt seen_from{.present = present, .now = at->time, .state = *at->state};
    for (const auto& item : found.items) list.items.push(change_view(item.id, item.record, seen_from));
    if (const auto next = found.next()) list.next = to_hex(next->value);
    return answer(list_view(std::move(list), *at), *at);
}

Answer get_change(const Reading& reading) {
    const auto digest = parse_digest(reading.request.path[2]);
    if (!digest) return fail(digest.error());
    const auto at = state_asked_for(reading);
    if (!at) return fail(at.error());
    const ledger::ChangeId id{*digest};
    const auto record = ledger::find_change(*at->state, id);
    if (!record) return problem(ApiError::change_must_exist);
    const ledger::Epoch present = ledger::get_epoch(*at->state);
    const ChangesAt seen_from{.present = present, .now = at->time, .state = *at->state};
    return answer(json::Value::object({{"change", change_view(id, *record, seen_from)},
                                       {"height", at->height.value},
                                       {"time_ms", at->time.value}}),
                  *at);
}

}  // namespace datadeed::api
