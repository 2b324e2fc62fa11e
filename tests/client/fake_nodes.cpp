#include "tests/client/fake_nodes.h"

#include <thread>

#include "http/message.h"
#include "json/json.h"
#include "ledger/transaction.h"

namespace datadeed::client {
namespace {

HttpReply reply(unsigned status, const json::Value& value) {
    return {.status = status, .body = to_bytes(as_bytes(json::dump(value))), .retry_after = std::nullopt};
}

HttpReply problem(unsigned status, const std::string& code) {
    return reply(status, json::Value::object({{"code", code}, {"detail", code + " happened."}, {"status", status}}));
}

json::Value place(const std::string& tx, std::uint64_t height) {
    return json::Value::object({{"tx", tx}, {"status", "committed"}, {"height", height}, {"index", height - 1}});
}

}  // namespace

class FakeTransport : public Transport {
public:
    explicit FakeTransport(FakeNodes& nodes) : nodes_{nodes} {}
    Result<HttpReply, NoReply> exchange(std::size_t node, const HttpCall& call,
                                        std::chrono::milliseconds patience) override {
        if (patience.count() > 0 && !nodes_.is_silent(node)) return nodes_.answer(node, call);
        std::this_thread::sleep_for(patience);
        return fail(NoReply{.reason = "no answer in time", .sent = true});
    }

private:
    FakeNodes& nodes_;
};

FakeNodes::FakeNodes(std::size_t count)
    : genesis_{to_bytes(as_bytes("genesis"))}, moods_(count, Mood::well), next_(count), calls_(count) {}

void FakeNodes::set(std::size_t node, Mood mood) {
    const std::scoped_lock lock{mutex_};
    moods_[node] = mood;
}

void FakeNodes::set_next(std::size_t node, std::vector<Mood> moods) {
    const std::scoped_lock lock{mutex_};
    next_[node] = std::move(moods);
}

void FakeNodes::set_status(std::size_t node, const std::string& json) {
    const std::scoped_lock lock{mutex_};
    statuses_[node] = json;
}

Profile FakeNodes::profile() const {
    Profile profile{.chain = ledger::chain_id(genesis_),
                    .genesis = {},
                    .member = "owner",
                    .key_file = {},
                    .passphrase_file = {},
                    .nodes = {}};
    for (std::size_t i = 0; i < moods_.size(); ++i)
        profile.nodes.push_back({"node-" + std::to_string(i), "http://fake:1"});
    return profile;
}

TransportFactory FakeNodes::factory() {
    return [this] { return std::make_unique<FakeTransport>(*this); };
}

std::map<std::string, std::string> FakeNodes::titles() const {
    const std::scoped_lock lock{mutex_};
    std::map<std::string, std::string> titles;
    for (const auto& [id, data] : data_) titles[id] = data.title;
    return titles;
}

std::size_t FakeNodes::registrations() const {
    const std::scoped_lock lock{mutex_};
    return registrations_;
}

std::size_t FakeNodes::calls(std::size_t node) const {
    const std::scoped_lock lock{mutex_};
    return calls_[node];
}

std::string FakeNodes::last_authorization() const {
    const std::scoped_lock lock{mutex_};
    return authorization_;
}

void FakeNodes::add(const std::string& id, const std::string& title, const std::string& registrant) {
    const std::scoped_lock lock{mutex_};
    data_[id] = {.title = title, .registrant = registrant};
}

void FakeNodes::refuse_next(const std::string& code, std::size_t times) {
    const std::scoped_lock lock{mutex_};
    refusal_ = code;
    refusals_left_ = times;
}

bool FakeNodes::is_silent(std::size_t node) const {
    const std::scoped_lock lock{mutex_};
    return moods_[node] == Mood::silent;
}

Result<HttpReply, NoReply> FakeNodes::answer(std::size_t node, const HttpCall& call) {
    const std::scoped_lock lock{mutex_};
    ++calls_[node];
    if (moods_[node] == Mood::refuses_connections) return fail(NoReply{.reason = "connection refused", .sent = false});
    for (const auto& [name, value] : call.headers) {
        if (name == "Authorization") authorization_ = value;
    }
    if (call.target == "/v1/genesis") {
        const Bytes other = to_bytes(as_bytes("another"));
        return HttpReply{
            .status = 200, .body = moods_[node] == Mood::other_chain ? other : genesis_, .retry_after = std::nullopt};
    }
    if (call.method == "POST") return submit(node, call);
    if (call.target == "/v1/node") {
        const Bytes status = to_bytes(as_bytes(statuses_[node]));
        return HttpReply{.status = 200, .body = status, .retry_after = std::nullopt};
    }
    if (call.target.starts_with("/v1/data/")) return get_data(call.target);
    if (call.target.starts_with("/v1/tx/")) {
        const auto found = final_.find(call.target.substr(7));
        if (found == final_.end() && moods_[node] == Mood::accepts_only) {
            return reply(200, json::Value::object({{"status", "pending"}}));
        }
        return found == final_.end() ? problem(404, "tx.not_found") : reply(200, place(found->first, found->second));
    }
    return problem(404, "http.no_route");
}

Result<HttpReply, NoReply> FakeNodes::submit(std::size_t node, const HttpCall& call) {
    Mood mood = moods_[node];
    if (!next_[node].empty()) {
        mood = next_[node].front();
        next_[node].erase(next_[node].begin());
    }
    switch (mood) {
        case Mood::refuses_connections:
            return fail(NoReply{.reason = "connection refused", .sent = false});
        case Mood::hangs_up_before_acting:
            return fail(NoReply{.reason = "connection reset", .sent = true});
        case Mood::hangs_up_after_acting:
            (void)apply(call.body);
            return fail(NoReply{.reason = "connection reset", .sent = true});
        case Mood::busy:
            return problem(429, "pool.full");
        case Mood::no_quorum:
            return problem(503, "node.no_quorum");
        case Mood::accepts_only:
            return reply(202, json::Value::object({{"tx", "x"}}));
        case Mood::forgets_ids:
            return apply(call.body, false);
        case Mood::well:
        case Mood::other_chain:
        case Mood::silent:
            break;
    }
    return apply(call.body);
}

HttpReply FakeNodes::apply(const Bytes& bytes, bool knows_ids) {
    const auto parsed = ledger::parse(ledger::chain_id(genesis_), bytes);
    if (!parsed) return problem(422, std::string{ledger::code(parsed.error())});
    const std::string tx = to_hex(parsed->id.value);
    if (const auto known = final_.find(tx); known != final_.end() && knows_ids)
        return reply(200, place(tx, known->second));
    if (refusals_left_ > 0) {
        --refusals_left_;
        return problem(409, refusal_);
    }
    for (const ledger::Operation& operation : parsed->content.operations) {
        const auto* const data = std::get_if<ledger::RegisterData>(&operation);
        if (data == nullptr) continue;
        if (data_.contains(data->data.value)) return problem(409, "data.exists");
        data_[data->data.value] = {.title = data->title, .registrant = "owner"};
        ++registrations_;
    }
    final_[tx] = final_.size() + 1;
    return reply(200, place(tx, final_[tx]));
}

HttpReply FakeNodes::get_data(const std::string& target) const {
    const auto parsed = http::parse_target(target);
    const auto found = parsed ? data_.find(parsed->path.at(2)) : data_.end();
    if (found == data_.end()) return problem(404, "data.not_found");
    json::Value data = json::Value::object({{"title", found->second.title}, {"registrant", found->second.registrant}});
    return reply(200, json::Value::object({{"data", std::move(data)}, {"height", 1}}));
}

std::unique_ptr<Session> make_session(FakeNodes& nodes) {
    return std::make_unique<Session>(nodes.profile(), crypto::SecretKey::generate(), nodes.factory());
}

}  // namespace datadeed::client
