#include "tests/torture/lying_links.h"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

#include "chain/voters.h"
#include "node/net/transport.h"
#include "node/startup.h"
#include "tests/sim/byzantine.h"

// The linker gives these two functions to whoever calls the link's (CMakeLists.txt, --wrap), and the shipped ones by
// their names with __real_ before them. So the node that lies is the shipped one, down to its TLS.

namespace datadeed::torture {
namespace {

namespace asio = boost::asio;
using Message = std::shared_ptr<const Bytes>;

struct Liar {
    explicit Liar(sim::Liar says) : liar{std::move(says)} {}

    std::mutex mutex{};  // the replica's thread says, that of the links hears
    sim::Liar liar;
    std::mutex links_mutex{};
    net::Transport* links{nullptr};
    std::atomic<std::uint64_t> told{0};
    asio::io_context later{};
    asio::executor_work_guard<asio::io_context::executor_type> work{later.get_executor()};
    std::jthread thread{};
};
std::unique_ptr<Liar> liar_of_this_process;

}  // namespace

void send_truly(net::Transport* links, const std::string& peer, Message message, net::Class urgency) asm(
    "__real__ZN8datadeed3net9Transport4sendERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEESt10shared_ptrIKSt6"
    "vectorIhSaIhEEENS0_5ClassE");
void send_as_liar(net::Transport* links, const std::string& peer, Message message, net::Class urgency) asm(
    "__wrap__ZN8datadeed3net9Transport4sendERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEESt10shared_ptrIKSt6"
    "vectorIhSaIhEEENS0_5ClassE");
void link_truly(net::Transport* links, asio::io_context& io, net::Config config, const crypto::SecretKey& key, net::Callbacks callbacks) asm(
    "__real__ZN8datadeed3net9TransportC1ERN5boost4asio10io_contextENS0_"
    "6ConfigERKNS_6crypto9SecretKeyENS0_9CallbacksE");
void link_as_liar(net::Transport* links, asio::io_context& io, net::Config config, const crypto::SecretKey& key, net::Callbacks callbacks) asm(
    "__wrap__ZN8datadeed3net9TransportC1ERN5boost4asio10io_contextENS0_"
    "6ConfigERKNS_6crypto9SecretKeyENS0_9CallbacksE");

namespace {

net::Class class_of(replica::Lane lane) {
    return lane == replica::Lane::votes ? net::Class::urgent : net::Class::bulk;
}

void utter(const sim::Said& said, net::Class urgency) {
    Liar& liar = *liar_of_this_process;
    const auto send = [said, urgency, &liar] {
        const std::scoped_lock guard{liar.links_mutex};
        if (liar.links == nullptr) return;
        for (const ledger::MemberId& peer : said.send.peers) {
            send_truly(liar.links, peer.value, said.send.bytes, urgency);
        }
    };
    if (said.delay_us == 0) return send();
    auto timer = std::make_shared<asio::steady_timer>(liar.later, std::chrono::microseconds{said.delay_us});
    timer->async_wait([timer, send](const boost::system::error_code& error) {
        if (!error) send();
    });
}

// To the one that it was for, too: some lies are to say nothing to somebody.
bool is_as_it_was(const std::vector<sim::Said>& said, const Message& message) {
    return said.size() == 1 && said[0].send.peers.size() == 1 && said[0].send.bytes == message && said[0].delay_us == 0;
}

// Whether the node is to see it.
bool hear(const std::string& peer, const Bytes& message) {
    Liar& liar = *liar_of_this_process;
    std::vector<sim::Said> answers;
    bool ignores = false;
    {
        const std::scoped_lock guard{liar.mutex};
        answers = liar.liar.hear(ledger::MemberId{peer}, message);
        ignores = liar.liar.ignores(message);
    }
    if (!answers.empty() || ignores) ++liar.told;
    for (const sim::Said& said : answers) utter(said, class_of(said.send.lane));
    return !ignores;
}

}  // namespace

void send_as_liar(net::Transport* links, const std::string& peer, Message message, net::Class urgency) {
    if (!liar_of_this_process) return send_truly(links, peer, std::move(message), urgency);
    Liar& liar = *liar_of_this_process;
    const replica::SendTo send{.peers = {ledger::MemberId{peer}}, .bytes = message, .lane = replica::Lane::votes};
    std::vector<sim::Said> all;
    {
        const std::scoped_lock guard{liar.mutex};
        all = liar.liar.say(send);
    }
    if (!is_as_it_was(all, message)) ++liar.told;
    for (const sim::Said& said : all) utter(said, urgency);
}

void link_as_liar(net::Transport* links, asio::io_context& io, net::Config config, const crypto::SecretKey& key,
                  net::Callbacks callbacks) {
    if (!liar_of_this_process) return link_truly(links, io, std::move(config), key, std::move(callbacks));
    callbacks.on_message = [next = std::move(callbacks.on_message)](const std::string& peer, Bytes message) {
        return !hear(peer, message) || next(peer, std::move(message));
    };
    link_truly(links, io, std::move(config), key, std::move(callbacks));
    const std::scoped_lock guard{liar_of_this_process->links_mutex};
    liar_of_this_process->links = links;
}

Result<void, std::string> begin_to_lie(const node::NodeConfig& config, std::vector<sim::Lie> lies, std::uint64_t seed) {
    const auto genesis = node::read_genesis(config.genesis);
    if (!genesis) return fail(node::to_text(genesis.error()));
    if (config.name.back() < '0' || config.name.back() > '9') return fail(config.name + " has no number at its end");
    const ledger::ValidatorSet& nodes = genesis->content.nodes;
    auto keys = node::open_keys(config, nodes);
    if (!keys) return fail(node::to_text(keys.error()));
    sim::Liar::Self self{.name = ledger::MemberId{config.name},
                         .number = static_cast<std::size_t>(config.name.back() - '0'),
                         .chain = genesis->chain,
                         .genesis = std::make_shared<const ledger::Genesis>(genesis->content),
                         .validators = chain::voters({.number = {}, .from = Height{1}, .nodes = nodes}),
                         .keys = {}};
    for (crypto::SecretKey& key : keys->votes) self.keys.push_back(replica::make_vote_key(std::move(key)));
    if (self.keys.empty()) return fail(std::string{"only a validator can lie about votes"});
    liar_of_this_process = std::make_unique<Liar>(sim::Liar{std::move(self), std::move(lies), sim::Rng{seed}});
    liar_of_this_process->thread = std::jthread{[] { liar_of_this_process->later.run(); }};
    return {};
}

void fall_silent() {
    const std::scoped_lock guard{liar_of_this_process->links_mutex};
    liar_of_this_process->links = nullptr;
}

std::uint64_t lies_told() {
    return liar_of_this_process ? liar_of_this_process->told.load() : 0;
}

}  // namespace datadeed::torture
