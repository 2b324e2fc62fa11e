#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "bench/flood.h"
#include "bench/load.h"
#include "bench/load_members.h"
#include "client/session.h"
#include "client/signer.h"
#include "crypto/random.h"
#include "http/client.h"
#include "ledger/operation.h"
#include "ledger/readiness.h"
#include "ledger/terms.h"

// Members who submit far more than there is room for, and don't wait; or what costs much and is refused.

namespace datadeed::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t connections_a_node = 32;
constexpr std::size_t under_way_max = 16;  // on one connection
constexpr std::chrono::milliseconds beat{5};

class Spammer {
public:
    using Next = std::function<http::Call()>;

    Spammer(const FloodPlan& plan, const client::Profile& profile, Next next) : plan_{&plan}, next_{std::move(next)} {
        for (const client::NodeAddress& node : profile.nodes) {
            for (std::size_t i = 0; i < connections_a_node; ++i) connections_.push_back(connect(io_, node));
        }
    }

    FloodReport run() {
        begin_ = Clock::now();
        on_beat();
        io_.run_until(begin_ + plan_->duration + std::chrono::seconds{5});
        return report_;
    }

private:
    void on_beat() {
        const Clock::time_point now = Clock::now();
        if (now >= begin_ + plan_->duration) return io_.stop();
        // One loop over all: a node that is slow holds up only its own connections.
        for (std::size_t idle = 0; idle < connections_.size() && is_due(now); ++idle) {
            http::AsyncConnection& connection = *connections_[turn_++ % connections_.size()];
            if (connection.under_way() >= under_way_max) continue;
            idle = 0;
            send(connection);
        }
        timer_.expires_after(beat);
        timer_.async_wait([this](boost::system::error_code error) {
            if (!error) on_beat();
        });
    }

    [[nodiscard]] bool is_due(Clock::time_point now) const {
        // In one beat no more than ten beats' worth, whatever was missed.
        if (plan_->rate == 0) return Clock::now() - now < beat;
        const auto ms =
            static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now - begin_).count());
        return sent_ < plan_->rate * ms / 1000 && Clock::now() - now < 10 * beat;
    }

    void send(http::AsyncConnection& connection) {
        ++sent_;
        connection.call(next_(), [this](const Result<http::Response, http::Failure>& answer) {
            ++report_[answer ? "status_" + std::to_string(answer->status) : "no_answer"];
        });
    }

    const FloodPlan* plan_;
    Next next_;
    boost::asio::io_context io_;
    boost::asio::steady_timer timer_{io_};
    std::vector<std::unique_ptr<http::AsyncConnection>> connections_;
    Clock::time_point begin_{};
    std::size_t turn_{0};
    std::uint64_t sent_{0};
    FloodReport report_{};
};

// As many proposals as one transaction may bring keys for. One member may have so many open and no more: from the
// second transaction on, three signatures are checked for each until one is refused, and the transaction with it.
client::Outcome<std::vector<ledger::Operation>> make_proposals(client::Session& operator_session) {
    const ledger::MemberId member{"load-node-" + to_hex(crypto::random_array<4>())};
    const auto admission = operator_session.signer().sign({ledger::AdmitMember{
        .member = member, .organisation = "load generator", .roles = {ledger::Role::validator}, .keys = {}}});
    if (!admission) return fail(admission.error());
    const auto admitted = operator_session.nodes().submit_and_wait(*admission, client::after(std::chrono::seconds{30}));
    if (!admitted) return fail(admitted.error());
    const auto vote = crypto::SecretKey::generate();
    const auto link = crypto::SecretKey::generate();
    const auto cosign = crypto::SecretKey::generate();
    const ledger::NodeSecrets secrets{.vote = &vote, .link = &link, .cosign = &cosign};
    const ledger::ProposeChange proposal{
        .change = {.kind = ledger::NodeChangeKind::add_validator,
                   .member = member,
                   .keys = ledger::public_keys_of(secrets),
                   .ready = ledger::sign_readiness(operator_session.signer().chain(), member, secrets, Height{})},
        .until = TimeMs{admitted->time.value + 3'600'000}};
    return std::vector<ledger::Operation>(ledger::new_keys_max / 3, proposal);
}

client::Outcome<FloodReport> flood_with(const std::vector<ledger::Operation>& operations, client::Signer& signer,
                                        const FloodPlan& plan, const client::Profile& profile) {
    return Spammer{plan, profile,
                   [&] {
                       auto made = signer.sign(operations);
                       DATADEED_ASSERT(made.has_value());
                       return http::Call{.method = http::Method::post,
                                         .target = "/v1/transactions",
                                         .content_type = "application/cose",
                                         .body = std::move(made->bytes)};
                   }}
        .run();
}

client::Outcome<FloodReport> flood_with_proposals(const FloodPlan& plan, client::Session& session) {
    const auto operations = make_proposals(session);
    if (!operations) return fail(operations.error());
    return flood_with(*operations, session.signer(), plan, session.profile());
}

ledger::Terms widest_terms(std::uint32_t depth) {
    ledger::Terms terms{.operations = {ledger::QueryOperation::count},
                        .until = TimeMs{ledger::count_max},
                        .uses = ledger::count_max,
                        .depth = depth};
    for (std::size_t i = 0; i < ledger::purposes_max; ++i) {
        std::string purpose(ledger::purpose_max, 'p');
        purpose.back() = static_cast<char>('a' + i);
        terms.purposes.emplace_back(std::move(purpose));
    }
    return terms;
}

// A chain of grants as long and as wide as may be, between two members; the last of them.
client::Outcome<ledger::GrantId> make_deep_grant(client::Session& session, const ledger::DatasetId& data,
                                                 std::array<client::Signer*, 2> signers) {
    const auto submit = [&session](client::Signer& signer, ledger::Operation operation) {
        auto made = signer.sign({std::move(operation)});
        DATADEED_ASSERT(made.has_value());
        return session.nodes().submit_and_wait(*made, client::after(std::chrono::seconds{30}));
    };
    auto last = submit(*signers[0], ledger::RegisterData{.data = data, .title = "Used often", .type = "table"});
    std::optional<ledger::GrantId> grant;
    for (std::uint32_t depth = 0; last && depth <= ledger::depth_max; ++depth) {
        last = submit(*signers[depth % 2], ledger::CreateGrant{.data = data,
                                                               .grantee = signers[1 - depth % 2]->member(),
                                                               .parent = grant,
                                                               .terms = widest_terms(ledger::depth_max - depth)});
        if (last) grant = ledger::grant_id(last->tx, 0);
    }
    if (!last) return fail(last.error());
    return *grant;
}

// Uses of the lowest of many grants: a few bytes each, and all grants above are read and written.
client::Outcome<FloodReport> flood_with_uses(const FloodPlan& plan, client::Session& session) {
    auto members = admit_members(session, 2);
    if (!members) return fail(members.error());
    const ledger::DatasetId data{(*members)[0].id.value + "/data"};
    client::Signer owner{session.signer().chain(), (*members)[0].id, std::move((*members)[0].key)};
    client::Signer grantee{session.signer().chain(), (*members)[1].id, std::move((*members)[1].key)};
    const auto grant = make_deep_grant(session, data, {&owner, &grantee});
    if (!grant) return fail(grant.error());
    const std::vector<ledger::Operation> uses(ledger::operations_max, ledger::RecordUses{.grant = *grant, .count = 1});
    return flood_with(uses, owner, plan, session.profile());
}

}  // namespace

client::Outcome<FloodReport> flood_as_client(const FloodPlan& plan) {
    auto profile = client::read_profile(plan.dir + "/profiles/operator.toml");
    if (!profile) return fail(profile.error());
    const auto passphrase = client::read_passphrase_file(profile->passphrase_file);
    if (!passphrase) return fail(passphrase.error());
    auto session = client::Session::open(*profile, *passphrase);
    if (!session) return fail(session.error());
    if (plan.attack == "proposals") return flood_with_proposals(plan, **session);
    if (plan.attack == "uses") return flood_with_uses(plan, **session);
    const auto members = admit_members(**session, plan.attack == "identities" ? 1'000 : 1);
    if (!members) return fail(members.error());
    LoadTransactions transactions{profile->chain};
    std::size_t turn = 0;
    return Spammer{plan, *profile, [&] { return transactions.next((*members)[turn++ % members->size()], false); }}
        .run();
}

}  // namespace datadeed::bench
