#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "consensus/pbft.h"
#include "tests/consensus/builders.h"

namespace datadeed::consensus::testing {

// One core, fed by hand.
struct Bench {
    explicit Bench(std::uint32_t self, std::size_t n = 4, Recovered recovered = {}, std::uint64_t now_ms = 0)
        : verifier{test_chain(), quick_set(n), quick},
          signer{quick_key(self)},
          core{{.chain = test_chain(), .validators = quick_set(n), .self = ValidatorIndex{self}, .timing = {}},
               signer,
               {.height = {}, .hash = {}, .certificate = {}, .last_record = 0, .now_ms = now_ms},
               std::move(recovered)} {}

    template <class M>
    Actions hear(const Signed<M>& message) {
        return core.step(MessageIn{.via = message.signer, .message = *verifier.verify(Message{message})});
    }
    Actions propose(const std::string& text, std::uint64_t view = 0, std::uint64_t height = 1) {
        const Proposal block = make_proposal(Height{height}, core.tip(), text);
        return hear(
            by(static_cast<std::uint32_t>(view % 4),
               PrePrepare{.view = View{view}, .height = Height{height}, .hash = block.hash, .payload = block.payload}));
    }
    Actions validated(const std::string& text, bool ok = true, bool subjective = false) {
        return core.step(
            Validated{.view = core.view(), .hash = digest_of(text), .ok = ok, .reason = "", .subjective = subjective});
    }

    // Whose votes for `hash` in the current view, at the height being decided.
    template <class M>
    Actions votes(std::initializer_list<std::uint32_t> signers, const Digest& hash) {
        Actions all;
        for (const std::uint32_t who : signers) {
            const M vote{.view = core.view(), .height = core.height().next(), .hash = hash};
            for (Action& action : hear(by(who, vote))) all.push_back(std::move(action));
        }
        return all;
    }
    Actions work(std::uint64_t oldest_ms = 0, std::uint64_t oldest_blocks = 0) {
        return core.step(WorkPending{.pending = true, .oldest_ms = oldest_ms, .oldest_blocks = oldest_blocks});
    }

    QuickVerifier quick;
    Verifier verifier;
    QuickSigner signer;
    Pbft core;
};

template <class A>
[[nodiscard]] std::vector<A> all(const Actions& actions) {
    std::vector<A> found;
    for (const Action& action : actions) {
        if (const auto* known = std::get_if<A>(&action)) found.push_back(*known);
    }
    return found;
}

// The first such message sent, or null.
template <class M>
[[nodiscard]] const M* sent(const Actions& actions) {
    for (const Action& action : actions) {
        const auto* send = std::get_if<Send>(&action);
        const auto* message = send == nullptr ? nullptr : std::get_if<Signed<M>>(&send->message);
        if (message != nullptr) return &message->message;
    }
    return nullptr;
}

}  // namespace datadeed::consensus::testing
