#include "node/api/api.h"

#include <algorithm>
#include <charconv>

#include "base/overloaded.h"
#include "json/json.h"
#include "ledger/transaction.h"
#include "node/api/routes.h"

namespace datadeed::api {
namespace {

http::Response json_answer(unsigned status, const json::Value& body) {
    return http::json_response(status, json::dump(body));
}

// S of "Prefer: wait=S"; 0 without such a header.
Result<std::uint64_t, Problem> wait_asked_for(const http::Headers& headers) {
    const auto prefer = headers.find("prefer");
    if (!prefer) return std::uint64_t{0};
    constexpr std::string_view wait = "wait=";
    const std::optional<std::uint64_t> seconds =
        prefer->starts_with(wait) ? parse_number(prefer->substr(wait.size())) : std::nullopt;
    if (!seconds || *seconds > wait_max_s) return problem(ApiError::prefer_must_be_well_formed);
    return *seconds;
}

http::Response response_of(const Submitted& outcome) {
    return std::visit(Overloaded{
                          [](const replica::Accepted& accepted) {
                              http::Response response =
                                  json_answer(202, json::Value::object({{"tx", to_hex(accepted.tx.value)}}));
                              response.headers.emplace_back("Location", "/v1/tx/" + to_hex(accepted.tx.value));
                              return response;
                          },
                          [](const replica::Committed& committed) {
                              return json_answer(200, json::Value::object({{"tx", to_hex(committed.tx.value)},
                                                                           {"height", committed.height.value},
                                                                           {"index", committed.log_index},
                                                                           {"time_ms", committed.time.value}}));
                          },
                          [](const replica::Refused& refused) { return to_response(problem_of(refused.refusal)); },
                          [](const replica::NotTaken& busy) { return to_response(problem_of(busy.reason)); },
                          [](const replica::Unusable& why) { return to_response(problem_of(why)); },
                          [](ApiError error) { return to_response(problem_of(error)); },
                      },
                      outcome);
}

// Where the transaction stands, when it's final already.
Result<std::optional<replica::Committed>, Problem> find_committed(const chain::ChainView& chain,
                                                                  const ledger::TxId& id) {
    const auto place = chain.find(id);
    if (!place) return problem(place.error());
    if (!*place) return std::optional<replica::Committed>{};
    const auto header = chain.header((*place)->height);
    if (!header) return problem(header.error());
    if (!*header) return std::optional<replica::Committed>{};
    return std::optional{replica::Committed{
        .tx = id, .height = (*place)->height, .log_index = (*place)->log_index, .time = (*header)->header.time}};
}

}  // namespace

Api::Api(Backend& backend) : backend_{&backend}, tokens_{backend.facts().chain, backend.facts().name} {}

std::string_view Api::route_of(const http::Request& request) {
    const Route* route = find_route(request.path);
    return route == nullptr ? "other" : route->pattern;
}

Result<void, Problem> Api::authorise(const http::Request& request) {
    const auto state = backend_->state(std::nullopt);
    if (!state) return problem(state.error());
    const std::string_view token = request.headers.find("authorization").value_or("");
    const auto member = tokens_.check(token, backend_->now(), (*state)->height(), **state);
    if (!member) return problem(member.error());
    return {};
}

void Api::handle(http::Request request, Respond respond) {
    const auto refuse = [&respond](const Problem& what) { respond(to_response(what)); };
    const Route* route = find_route(request.path);
    if (route == nullptr) return refuse(problem_of(ApiError::route_must_be_known));
    const bool reads = route->handler != nullptr;
    const bool allowed = reads ? request.method == http::Method::get || request.method == http::Method::head
                               : request.method == http::Method::post;
    if (!allowed) {
        http::Response response = to_response(problem_of(ApiError::method_must_be_allowed));
        response.headers.emplace_back("Allow", reads ? "GET, HEAD" : "POST");
        return respond(std::move(response));
    }
    for (const auto& [name, value] : request.query) {
        if (std::ranges::find(route->parameters, name) == route->parameters.end()) {
            return refuse(problem_of(ApiError::parameter_must_be_known));
        }
    }
    if (!reads) return submit(std::move(request), std::move(respond));
    if (route->access == Access::member) {
        if (const auto authorised = authorise(request); !authorised) return refuse(authorised.error());
    }
    Answer answer = route->handler(Reading{.backend = *backend_, .request = request});
    if (!answer) return refuse(answer.error());
    respond(std::move(*answer));
}

void Api::submit(http::Request request, Respond respond) {
    const auto refuse = [&respond](const Problem& what) { respond(to_response(what)); };
    if (request.headers.find("content-type").value_or("") != "application/cose") {
        return refuse(problem_of(ApiError::body_must_be_cose));
    }
    if (request.body.empty()) return refuse(problem_of(ApiError::body_must_not_be_empty));
    const auto wait = wait_asked_for(request.headers);
    if (!wait) return refuse(wait.error());
    if (request.body.size() > ledger::transaction_size_max) return refuse(problem_of(ledger::Refusal::tx_too_large));
    if (!backend_->status()->has_quorum) {
        const auto parsed = ledger::parse(backend_->facts().chain, request.body);
        if (!parsed) return refuse(problem_of(replica::explain(request.body, parsed.error())));
        // Nothing new can become final, but what is final already is still told.
        const auto place = find_committed(backend_->chain(), parsed->id);
        if (!place) return refuse(place.error());
        if (*place) return respond(response_of(**place));
        return refuse(problem_of(ApiError::node_must_have_a_quorum));
    }
    backend_->submit(std::move(request.body), std::chrono::seconds{*wait},
                     [respond = std::move(respond)](const Submitted& outcome) { respond(response_of(outcome)); });
}

}  // namespace datadeed::api
