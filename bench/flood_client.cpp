#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "bench/flood.h"
#include "bench/load.h"
#include "client/session.h"
#include "http/client.h"

// Members who submit far more than there is room for, and don't wait.

namespace datadeed::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t connections_a_node = 32;
constexpr std::size_t under_way_max = 16;  // on one connection
constexpr std::chrono::milliseconds beat{5};

class Spammer {
public:
    Spammer(const FloodPlan& plan, const client::Profile& profile, const std::vector<LoadMember>& members)
        : plan_{&plan}, members_{&members}, transactions_{profile.chain} {
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
            http::AsyncConnection& connection = *connections_[next_++ % connections_.size()];
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
        const LoadMember& member = (*members_)[sent_ % members_->size()];
        connection.call(transactions_.next(member, false), [this](const Result<http::Response, http::Failure>& answer) {
            ++report_[answer ? "status_" + std::to_string(answer->status) : "no_answer"];
        });
    }

    const FloodPlan* plan_;
    const std::vector<LoadMember>* members_;
    LoadTransactions transactions_;
    boost::asio::io_context io_;
    boost::asio::steady_timer timer_{io_};
    std::vector<std::unique_ptr<http::AsyncConnection>> connections_;
    Clock::time_point begin_{};
    std::size_t next_{0};
    std::uint64_t sent_{0};
    FloodReport report_{};
};

}  // namespace

client::Outcome<FloodReport> flood_as_client(const FloodPlan& plan) {
    auto profile = client::read_profile(plan.dir + "/profiles/operator.toml");
    if (!profile) return fail(profile.error());
    const auto passphrase = client::read_passphrase_file(profile->passphrase_file);
    if (!passphrase) return fail(passphrase.error());
    auto session = client::Session::open(*profile, *passphrase);
    if (!session) return fail(session.error());
    const auto members = admit_members(**session, plan.attack == "identities" ? 1'000 : 1);
    if (!members) return fail(members.error());
    return Spammer{plan, *profile, *members}.run();
}

}  // namespace datadeed::bench
