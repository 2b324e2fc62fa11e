#include "tests/torture/answers.h"

#include <set>

#include "http/message.h"
#include "json/json.h"
#include "node/api/routes.h"

namespace datadeed::torture {
namespace {

constexpr const char* lists[] = {"/v1/members", "/v1/data", "/v1/grants", "/v1/changes", "/v1/evidence"};

std::string at_height(std::uint64_t height) {
    return "?at_height=" + std::to_string(height);
}

// Changes with what the node hears at the moment, or takes something in: no answer of theirs is for ever.
bool is_of_the_moment(const api::Route& route) {
    return route.pattern == "/v1/node" || route.handler == nullptr;
}

class Walk {
public:
    explicit Walk(const Ask& asks) : asks_{&asks} {}

    Result<Reference, std::string> all() {
        const std::optional<json::Value> node = ask({.target = "/v1/node"}, false);
        if (!node) return fail(problem_);
        reference_.height = node->unsigned_at("height").value_or(0);
        for (std::uint64_t height = 1; height <= reference_.height; ++height) walk_block(height);
        for (std::uint64_t height = 1; height <= reference_.height; ++height) walk_state(height);
        walk_narrowed();
        walk_pages();
        walk_log();
        note_routes_left_out();
        if (!problem_.empty()) return fail(problem_);
        return std::move(reference_);
    }

private:
    std::optional<json::Value> ask(Question question, bool keep = true) {
        const std::optional<Answer> answer = (*asks_)(question.target);
        if (!answer || answer->status != 200) {
            problem_ = question.target + ": " + (answer ? std::to_string(answer->status) + " " + answer->body : "none");
            return std::nullopt;
        }
        if (keep) {
            reference_.answers[question.target] = *answer;
            reference_.questions.push_back(std::move(question));
        }
        return as_json(*answer).value_or(json::Value{});
    }

    // The ids of what the list has, each of which is asked for by itself.
    std::vector<std::string> walk_list(const std::string& list, std::uint64_t height) {
        std::vector<std::string> ids;
        const auto page = ask({.target = list + at_height(height) + "&limit=100", .height = height});
        const json::Value::Array* items = page ? page->array_at("items") : nullptr;
        if (items == nullptr) return ids;
        for (const json::Value& item : *items) {
            ids.push_back(http::percent_encode(item.text_at("id").value_or("")));
            (void)ask({.target = list + "/" + ids.back() + at_height(height), .height = height});
            for (const json::Value& key : keys_of(item)) {
                const std::string by_key = list + "/by-key/" + std::string{key.as_text().value_or("")};
                (void)ask({.target = by_key + at_height(height), .height = height});
            }
        }
        return ids;
    }

    // Those of a member; a change has an object of that name.
    static json::Value::Array keys_of(const json::Value& item) {
        const json::Value::Array* keys = item.array_at("keys");
        return keys == nullptr ? json::Value::Array{} : *keys;
    }

    void walk_block(std::uint64_t height) {
        const auto block = ask({.target = "/v1/blocks/" + std::to_string(height), .height = height});
        if (!block) return;
        log_size_ = block->unsigned_at("log_size").value_or(0);
        reference_.roots[log_size_] = std::string{block->text_at("log_root").value_or("")};
        const json::Value::Array* transactions = block->array_at("transactions");
        if (transactions == nullptr) return;
        for (const json::Value& id : *transactions) {
            const std::string target = "/v1/tx/" + std::string{id.as_text().value_or("")};
            (void)ask({.target = target, .height = height});
            (void)ask({.target = target + "/receipt", .height = height, .rests_on_checkpoint = true});
        }
    }

    void walk_state(std::uint64_t height) {
        for (const std::string list : lists) {
            std::vector<std::string> ids = walk_list(list, height);
            if (list == "/v1/members") members_ = std::move(ids);
        }
        walk_epochs(height);
        walk_pairs(height);
    }

    // The present one and all before it, as they stood then.
    void walk_epochs(std::uint64_t height) {
        const auto current = ask({.target = "/v1/epochs/current" + at_height(height), .height = height});
        const json::Value* epoch = current ? current->find("epoch") : nullptr;
        if (epoch == nullptr) return;
        const std::uint64_t last = epoch->unsigned_at("number").value_or(0);
        for (std::uint64_t number = 0; number <= last; ++number) {
            (void)ask({.target = "/v1/epochs/" + std::to_string(number) + at_height(height), .height = height});
        }
    }

    // What both sides of a pair said of their query logs, where they did.
    void walk_pairs(std::uint64_t height) {
        for (auto a = members_.begin(); a != members_.end(); ++a) {
            for (auto b = std::next(a); b != members_.end(); ++b) {
                const std::string target = "/v1/logs" + at_height(height) + "&epoch=1&a=" + *a + "&b=" + *b;
                const std::optional<Answer> answer = (*asks_)(target);
                if (answer && answer->status == 200) (void)ask({.target = target, .height = height});
            }
        }
    }

    // Lists that indexes of their own lead to.
    void walk_narrowed() {
        const std::string at = at_height(reference_.height) + "&limit=100";
        for (const std::string& member : members_) {
            (void)ask({.target = "/v1/data" + at + "&owner=" + member, .height = reference_.height});
            (void)ask({.target = "/v1/grants" + at + "&member=" + member, .height = reference_.height});
        }
        for (const std::string& data : walk_list("/v1/data", reference_.height)) {
            (void)ask({.target = "/v1/grants" + at + "&data=" + data, .height = reference_.height});
        }
    }

    // Page by page, each of one record.
    void walk_pages() {
        for (const std::string list : lists) {
            std::string after;
            for (bool more = true; more;) {
                const auto page = ask(
                    {.target = list + at_height(reference_.height) + "&limit=1" + after, .height = reference_.height});
                more = page && page->bool_at("more").value_or(false);
                if (more) after = "&after=" + http::percent_encode(page->text_at("next").value_or(""));
            }
        }
    }

    void walk_log() {
        const auto checkpoint = ask({.target = "/checkpoint", .rests_on_checkpoint = true});
        if (checkpoint) reference_.checkpoint = reference_.answers["/checkpoint"].body;
        (void)ask({.target = "/v1/genesis"});
        // Fewer than 256 transactions: one partial tile.
        const std::string part = "000.p/" + std::to_string(log_size_);
        (void)ask({.target = "/tile/0/" + part, .height = reference_.height});
        (void)ask({.target = "/tile/entries/" + part, .height = reference_.height});
    }

    void note_routes_left_out() {
        std::set<const api::Route*> asked;
        for (const Question& question : reference_.questions) {
            const auto target = http::parse_target(question.target);
            if (target) asked.insert(api::find_route(target->path));
        }
        for (const api::Route& route : api::routes()) {
            // Where every validator was honest there is no evidence to ask for.
            const bool may_have_none = route.pattern == "/v1/evidence/{id}";
            if (!is_of_the_moment(route) && !may_have_none && !asked.contains(&route)) {
                problem_ = "nothing was asked of " + std::string{route.pattern};
            }
        }
    }

    const Ask* asks_;
    Reference reference_{};
    std::vector<std::string> members_{};
    std::uint64_t log_size_{0};
    std::string problem_{};
};

}  // namespace

std::optional<Answer> Reader::ask(const std::string& target) {
    http::Call call{};
    call.target = target;
    call.headers = {{"Authorization", authorization_}};
    const Result<http::Response, http::Failure> response = connection_.call(call);
    if (!response) return std::nullopt;
    return Answer{.status = response->status, .body = response->body};
}

std::optional<json::Value> as_json(const Answer& answer) {
    auto value = json::parse(answer.body, {.size_max = std::size_t{16} << 20U});
    if (!value) return std::nullopt;
    return std::move(*value);
}

Result<Reference, std::string> read_all(const Ask& asks) {
    return Walk{asks}.all();
}

}  // namespace datadeed::torture
