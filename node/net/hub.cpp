#include "node/net/hub.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/assert.h"

namespace datadeed::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t refusals_logged_max = 10;  // a second

std::string in_words(Error error, const std::string& detail) {
    return detail.empty() ? std::string{describe(error)} : detail + "; " + std::string{describe(error)};
}

}  // namespace

Hub::Hub(asio::io_context& io, Config config, Result<asio::ssl::context, Failure> tls, const crypto::PublicKey& own_key,
         Callbacks callbacks)
    : strand_{asio::make_strand(io)},
      config_{std::move(config)},
      tls_{std::move(tls)},
      own_key_{own_key},
      callbacks_{std::move(callbacks)},
      acceptor_{strand_},
      resolver_{strand_},
      accept_pause_{strand_} {}

void Hub::send(const std::string& peer, const std::shared_ptr<const Bytes>& message, Class urgency) {
    asio::post(strand_, [self = shared_from_this(), peer, message, urgency] {
        const auto found = self->nodes_.find(peer);
        if (!self->stopped_ && found != self->nodes_.end()) self->push(peer, found->second, message, urgency);
    });
}

void Hub::push(const std::string& name, Node& node, const std::shared_ptr<const Bytes>& message, Class urgency) {
    if (!node.link) return;
    const std::size_t dropped = node.outbox.push(message, urgency);
    node.link->write_from(node.outbox);
    if (dropped > 0 && callbacks_.on_dropped) callbacks_.on_dropped(name, dropped);
}

void Hub::shun(const std::string& peer) {
    asio::post(strand_, [self = shared_from_this(), peer] {
        const auto found = self->nodes_.find(peer);
        if (!self->stopped_ && found != self->nodes_.end()) {
            self->shun(peer, found->second, "its messages broke rules");
        }
    });
}

void Hub::shun(const std::string& name, Node& node, const std::string& why) {
    const std::chrono::milliseconds time = node.shun.next(config_.random());
    node.shunned_until = Clock::now() + time;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
    log({.warning = true,
         .error = Error::peer_must_keep_the_rules,
         .peer = name,
         .address = node.link ? node.link->address() : "",
         .key = node.link ? node.link->key() : std::nullopt,
         .text = in_words(Error::peer_must_keep_the_rules,
                          why + "; there is no link with it for " + std::to_string(seconds) + " s")});
    if (node.link) {
        put_down(name, node);
        dial_later(name, node);
    }
}

void Hub::welcome(Welcome who) {
    asio::post(strand_, [self = shared_from_this(), who = std::move(who)]() mutable {
        if (self->stopped_) return;
        self->config_.welcome = std::move(who);
        for (auto& [name, node] : self->nodes_) {
            node.dial.reset();
            if (!node.link || self->config_.welcome.key_check(*node.link->key()) == name) continue;
            self->log({.warning = true,
                       .error = Error::key_must_be_of_a_member,
                       .peer = name,
                       .address = node.link->address(),
                       .key = node.link->key(),
                       .text = in_words(Error::key_must_be_of_a_member, "the chain doesn't name this key any more")});
            self->put_down(name, node);
        }
        self->dial_all();
    });
}

void Hub::stop(const std::function<void()>& done) {
    asio::post(strand_, [self = shared_from_this(), done] {
        self->close_all();
        if (done) done();
    });
}

void Hub::abandon() {
    callbacks_ = {};
    close_all();
}

void Hub::close_all() {
    if (stopped_) return;
    stopped_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.cancel();
    resolver_.cancel();
    for (const std::shared_ptr<StrandSocket>& socket : connecting_) socket->close(ignored);
    for (const Greeting& greeting : greeting_) greeting.link->close();
    for (auto& [name, node] : nodes_) {
        node.timer.cancel();
        if (node.dialled) node.dialled->close();
        if (node.link) put_down(name, node);
    }
    connecting_.clear();
    greeting_.clear();
    nodes_.clear();
}

Hello Hub::own_hello() const {
    return {.protocol = protocol_version,
            .chain = config_.chain,
            .name = config_.name,
            .wire_version = config_.wire_version,
            .instance = instance_};
}

Result<std::string, Error> Hub::name_of(const crypto::PublicKey& key) const {
    if (key == own_key_) return fail(Error::peer_must_be_another_node);
    std::optional<std::string> name = config_.welcome.key_check(key);
    if (!name) return fail(Error::key_must_be_of_a_member);
    const auto node = nodes_.find(*name);
    if (node != nodes_.end() && Clock::now() < node->second.shunned_until) return fail(Error::peer_must_keep_the_rules);
    return *std::move(name);
}

Hub::Node& Hub::node_of(const std::string& name) {
    return nodes_.try_emplace(name, strand_, config_.limits).first->second;
}

// Two nodes may dial each other at the same moment. Both must then keep the same link: the one that the node with the
// lower key dialled.
bool Hub::is_preferred(const Link& link) const {
    const bool own_is_lower = own_key_ < *link.key();
    return link.is_inbound() != own_is_lower;
}

// Counted once the key is proved: anybody can claim it.
bool Hub::link_authentic(const std::shared_ptr<Link>& link) {
    Node& node = node_of(link->peer());
    if (!node.visits.is_one_too_many(Clock::now(), config_.limits.links_per_peer, config_.limits.links_time))
        return true;
    forget(link);
    link->close();
    shun(link->peer(), node, "it began link after link, the last from " + link->address());
    return false;
}

void Hub::link_ready(const std::shared_ptr<Link>& link) {
    forget(link);
    Node& node = node_of(link->peer());
    if (node.dialled == link) {
        node.dialled.reset();
        node.dialling = false;
    }
    const std::shared_ptr<Link> old = node.link;
    // A link in the same direction, or from a restarted peer, means that the peer has lost the old one.
    const bool takes_over =
        !old || old->instance() != link->instance() || old->is_inbound() == link->is_inbound() || is_preferred(*link);
    if (!takes_over) return link->close();
    // Its handshake may have begun before others were welcome, or before it was shunned.
    if (config_.welcome.key_check(*link->key()) != link->peer()) {
        turn_away(link, Error::key_must_be_of_a_member);
        return dial_later(link->peer(), node);
    }
    if (Clock::now() < node.shunned_until) {
        turn_away(link, Error::peer_must_keep_the_rules);
        return dial_later(link->peer(), node);
    }
    if (!old && is_one_too_many(*link)) return turn_away(link, Error::inbound_links_must_be_few);
    if (old) put_down(link->peer(), node);
    take_up(node, link);
}

void Hub::turn_away(const std::shared_ptr<Link>& link, Error error) {
    log_refusal({.warning = true,
                 .error = error,
                 .peer = link->peer(),
                 .address = link->address(),
                 .key = link->key(),
                 .text = in_words(error, "")});
    link->close();
}

void Hub::take_up(Node& node, const std::shared_ptr<Link>& link) {
    node.link = link;
    node.up_since = Clock::now();
    node.timer.cancel();
    node.last_failure.reset();
    log({.warning = false,
         .error = std::nullopt,
         .peer = link->peer(),
         .address = link->address(),
         .key = link->key(),
         .text = link->is_inbound() ? "link is up; the peer dialled" : "link is up; this node dialled"});
    if (callbacks_.on_up) callbacks_.on_up(link->peer(), *link->key());
}

void Hub::put_down(const std::string& name, Node& node) {
    node.link->close();
    node.link.reset();
    node.outbox.clear();
    // A peer whose links break as soon as they are up is dialled ever more slowly.
    if (Clock::now() - node.up_since > config_.limits.retry_max) node.backoff.reset();
    if (callbacks_.on_down) callbacks_.on_down(name);
}

void Hub::forget(const std::shared_ptr<Link>& link) {
    std::erase_if(greeting_, [&link](const Greeting& greeting) { return greeting.link == link; });
}

// Observers may be many; that they fill the node must not keep out a validator that restarts.
bool Hub::is_one_too_many(const Link& link) const {
    const auto counts = [this](const std::string& name, const Link& one) {
        return one.is_inbound() && !config_.welcome.always_welcome.contains(name);
    };
    if (!counts(link.peer(), link)) return false;
    const auto open = std::ranges::count_if(
        nodes_, [&](const auto& entry) { return entry.second.link && counts(entry.first, *entry.second.link); });
    return static_cast<std::size_t>(open) >= config_.limits.inbound_links;
}

bool Hub::link_received(Link& link, Bytes message) {
    return !callbacks_.on_message || callbacks_.on_message(link.peer(), std::move(message));
}

void Hub::link_failed(const std::shared_ptr<Link>& link, const Failure& why) {
    forget(link);
    if (!link->is_ready() && link->dialled()) return dial_failed(link->dialled()->name, why, link->key());
    const LinkEvent event{.warning = true,
                          .error = why.error,
                          .peer = link->peer(),
                          .address = link->address(),
                          .key = link->key(),
                          .text = in_words(why.error, why.detail)};
    if (!link->is_ready()) return log_refusal(event);
    log(event);
    Node& node = node_of(link->peer());
    if (node.link != link) return;
    // No node sends such a frame by mistake, and to begin anew costs more than to send it.
    if (why.error == Error::frame_must_be_within_its_limit)
        return shun(link->peer(), node, "it sent what can't be a frame");
    put_down(link->peer(), node);
    dial_later(link->peer(), node);
}

void Hub::log(LinkEvent event) {
    if (callbacks_.on_log) callbacks_.on_log(event);
}

void Hub::log_refusal(LinkEvent event) {
    const Clock::time_point now = Clock::now();
    if (now - refusals_since_ > std::chrono::seconds{1}) {
        if (refusals_left_out_ > 0) event.text += " (" + std::to_string(refusals_left_out_) + " more were not logged)";
        refusals_since_ = now;
        refusals_logged_ = 0;
        refusals_left_out_ = 0;
    }
    if (refusals_logged_ == refusals_logged_max) {
        ++refusals_left_out_;
        return;
    }
    ++refusals_logged_;
    log(std::move(event));
}

}  // namespace datadeed::net
