#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "base/assert.h"
#include "node/replica/status.h"
#include "tests/replica/late.h"

namespace datadeed::replica::testing {

inline const ledger::MemberId node_0 = sim::validator_name(0);  // the primary of the first view
inline const ledger::MemberId node_1 = sim::validator_name(1);
inline const ledger::MemberId node_2 = sim::validator_name(2);

// A validator of four, the last unless another is named, whose links to the others and to the observer are open.
struct Voter : Late {
    explicit Voter(const ledger::MemberId& name = sim::validator_name(3), std::size_t owners = 2) : Late{name, owners} {
        connect();
    }
    void connect() {
        for (std::size_t i = 0; i < 4; ++i) {
            if (sim::validator_name(i) != node.name()) (void)step(PeerUp{.peer = sim::validator_name(i)});
        }
        (void)step(PeerUp{.peer = sim::observer_name(0)});
    }
    void begin_again() {
        sim::Rng rng{1};
        node.crash(rng);
        DATADEED_ASSERT(node.start().has_value());
        (void)tick(20);
        connect();
    }
    [[nodiscard]] Status status() { return node.replica().status(); }
    // So many validators say so of themselves.
    std::vector<Action> claim(std::size_t validators, Height height) {
        std::vector<Action> actions;
        for (std::size_t i = 0; i < validators; ++i) {
            const Tip said{.height = height, .hash = {}, .votes = true};
            for (Action& action : hear(sim::validator_name(i), said)) actions.push_back(std::move(action));
        }
        return actions;
    }
    // A validator signs it and sends it itself.
    template <class M>
    std::vector<Action> say(std::uint32_t signer, const M& message) {
        return hear(sim::validator_name(signer), Votes{.message = chain.sign(signer, message)});
    }
    std::vector<Action> propose(const CertifiedBlock& block, std::uint64_t view = 0) {
        return say(static_cast<std::uint32_t>(view), consensus::PrePrepare{.view = consensus::View{view},
                                                                           .height = block.certificate.height,
                                                                           .hash = block.certificate.hash,
                                                                           .payload = block.payload});
    }
    template <class M>
    std::vector<Action> all_say(std::initializer_list<std::uint32_t> signers, const M& message) {
        std::vector<Action> said;
        for (const std::uint32_t signer : signers) {
            for (Action& action : say(signer, message)) said.push_back(std::move(action));
        }
        return said;
    }
    // What the PREPAREs and COMMITs of these for it lead to.
    std::vector<Action> decide(Height height, const Digest& hash, std::initializer_list<std::uint32_t> signers) {
        (void)all_say(signers, consensus::Prepare{.view = {}, .height = height, .hash = hash});
        return all_say(signers, consensus::Commit{.view = {}, .height = height, .hash = hash});
    }
    // Fit to be proposed now, on top of `good`.
    CertifiedBlock fresh() { return chain.next({"fresh"}, TimeMs{sim::epoch_ms + now_ms}); }
};

// Of what is sent to this peer, or to anybody, the votes of one kind.
template <class M>
std::vector<M> votes_in(const std::vector<Action>& actions, const std::optional<ledger::MemberId>& peer = {}) {
    std::vector<M> found;
    for (const Votes& votes : messages_in<Votes>(actions, peer)) {
        if (const auto* known = std::get_if<consensus::Signed<M>>(&votes.message)) found.push_back(known->message);
    }
    return found;
}

}  // namespace datadeed::replica::testing
