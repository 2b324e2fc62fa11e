#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <deque>
#include <map>
#include <set>

#include "node/net/backoff.h"
#include "node/net/link.h"
#include "node/net/visits.h"

// All links of one node: who is dialled when, which of two links to one peer stays, what waits for whom. Only
// node/net/*.cpp include this. Everything but the posting of send, shun, welcome and stop happens on the strand.

namespace datadeed::net {

class Hub : public LinkOwner, public std::enable_shared_from_this<Hub> {
public:
    Hub(boost::asio::io_context& io, Config config, Result<boost::asio::ssl::context, Failure> tls,
        const crypto::PublicKey& own_key, Callbacks callbacks);

    [[nodiscard]] Result<std::uint16_t, Failure> start();
    void send(const std::string& peer, const std::shared_ptr<const Bytes>& message, Class urgency);
    void shun(const std::string& peer);
    void welcome(Welcome who);
    // Closes all, then calls `done`, which may be empty.
    void stop(const std::function<void()>& done);
    // Closes all without a word to anyone; only while no thread runs the strand, or after stop.
    void abandon();

    [[nodiscard]] const Limits& limits() const override { return config_.limits; }
    [[nodiscard]] Hello own_hello() const override;
    [[nodiscard]] Result<std::string, Error> name_of(const crypto::PublicKey& key) const override;
    [[nodiscard]] bool link_authentic(const std::shared_ptr<Link>& link) override;
    void link_ready(const std::shared_ptr<Link>& link) override;
    [[nodiscard]] bool link_received(Link& link, Bytes message) override;
    void link_failed(const std::shared_ptr<Link>& link, const Failure& why) override;

private:
    // One other node, by name: to be dialled, or one that dialled in.
    struct Node {
        Node(const Strand& strand, const Limits& limits)
            : outbox{limits.queue_bytes},
              backoff{limits.retry_min, limits.retry_max},
              shun{limits.shun_min, limits.shun_max},
              timer{strand} {}

        std::optional<Peer> dial{};       // none: it has to dial
        Outbox outbox;                    // empty unless a link is up
        std::shared_ptr<Link> link{};     // the one in use
        bool dialling{false};             // from the name's look-up to link_ready or link_failed
        std::shared_ptr<Link> dialled{};  // not ready yet
        Clock::time_point up_since{};
        Backoff backoff;
        Backoff shun;  // never reset: who begins again isn't given another chance as soon
        Clock::time_point shunned_until{};
        Visits visits;                        // links that it began
        StrandTimer timer;                    // until the next try
        std::optional<Error> last_failure{};  // logged once until it changes
    };

    // hub.cpp
    Node& node_of(const std::string& name);
    void push(const std::string& name, Node& node, const std::shared_ptr<const Bytes>& message, Class urgency);
    [[nodiscard]] bool is_preferred(const Link& link) const;
    void take_up(Node& node, const std::shared_ptr<Link>& link);
    void put_down(const std::string& name, Node& node);
    void shun(const std::string& name, Node& node, const std::string& why);
    void turn_away(const std::shared_ptr<Link>& link, Error error);
    [[nodiscard]] bool is_one_too_many(const Link& link) const;
    void forget(const std::shared_ptr<Link>& link);
    void close_all();
    void log(LinkEvent event);
    void log_refusal(LinkEvent event);

    // hub_dial.cpp
    void accept();
    void accept_later();
    void accepted(StrandSocket socket);
    void dial_all();
    // A connection of which it isn't known yet whose it is.
    struct Greeting {
        std::shared_ptr<Link> link{};
        std::string origin{};  // where it comes from, without the port
    };
    void make_room(const std::string& origin);
    [[nodiscard]] std::string most_frequent_origin() const;
    void dial_later(const std::string& name, Node& node);
    void dial(const std::string& name);
    void connect(const std::string& name, const boost::asio::ip::tcp::resolver::results_type& found);
    void dial_failed(const std::string& name, const Failure& why, const std::optional<crypto::PublicKey>& key);

    Strand strand_;
    Config config_;
    Result<boost::asio::ssl::context, Failure> tls_;
    const crypto::PublicKey own_key_;
    Callbacks callbacks_;
    std::uint64_t instance_{0};
    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Strand> acceptor_;
    boost::asio::ip::basic_resolver<boost::asio::ip::tcp, Strand> resolver_;
    StrandTimer accept_pause_;
    bool stopped_{false};
    std::map<std::string, Node> nodes_;
    std::deque<Greeting> greeting_;  // inbound, not ready yet; the oldest first
    std::set<std::shared_ptr<StrandSocket>> connecting_;

    // Refusals that strangers cause: a few a second are logged, the others counted.
    Clock::time_point refusals_since_{};
    std::size_t refusals_logged_{0};
    std::size_t refusals_left_out_{0};
};

}  // namespace datadeed::net
