#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "consensus/signing.h"
#include "crypto/sign.h"
#include "ledger/genesis.h"
#include "node/replica/actions.h"
#include "node/replica/events.h"
#include "node/replica/status.h"
#include "node/replica/stores.h"

namespace datadeed::replica {

// A key for votes, and what signs with it.
struct VoteKey {
    crypto::PublicKey key{};
    std::shared_ptr<const consensus::VoteSigner> signer{};
};
[[nodiscard]] VoteKey make_vote_key(crypto::SecretKey key);  // Ed25519

// Who this node is. Of its keys those are used that the chain names for `self` at the time; others are for later. An
// observer that never votes has none.
struct Identity {
    ledger::MemberId self{};
    std::vector<VoteKey> vote_keys{};
    std::vector<std::shared_ptr<const crypto::SecretKey>> cosign_keys{};
    // Whether it may follow a chain that names neither it nor its keys (yet).
    bool joins{false};
    // In place of Ed25519, where votes have a scheme of their own (simulated clusters).
    const consensus::VoteVerifier* vote_verifier{nullptr};
    const ledger::EvidenceJudge* judge{nullptr};
};

// Why a replica could not start. `code` is stable and dotted; what happened and what to do are for people.
struct StartError {
    std::string code{};
    std::string reason{};
    std::string hint{};
};

// One node of the chain, whole: consensus, ledger, stores, mempool, catching up and cosigning, joined. A deterministic
// state machine without socket, clock or thread: the same stores and events give the same actions. What it writes, it
// writes inside step() through the stores; every record that a message depends on is durable before the message is
// among the actions. Not safe for concurrent use; it owns all writes to the stores.
//
//     Result<std::unique_ptr<Replica>, StartError> replica = Replica::start(genesis, std::move(identity), stores);
//     for (;;) perform((*replica)->step(next_event()));       // actions in order; stop at Halt
class Replica {
public:
    // Recovers from what the stores hold: replays blocks that the state lacks, and the votes. A vote file that is
    // missing where it should be, damaged or from another node makes a replica that follows but never votes (status
    // says why). `stores` must outlive it. Errors: a chain of another genesis, or one that doesn't name this node; no
    // key is the one that it names; a store that fails or contradicts itself.
    [[nodiscard]] static Result<std::unique_ptr<Replica>, StartError> start(const ledger::Genesis& genesis,
                                                                            Identity identity, const Stores& stores);
    ~Replica();
    Replica(const Replica&) = delete;
    Replica& operator=(const Replica&) = delete;

    // Takes in what happened and says what is to be done. Total: no event is an error, and none blocks but for the
    // disk. After a Halt every further step returns nothing.
    [[nodiscard]] std::vector<Action> step(Event event);

    // The same for several events at once, with one sync of the votes and one gossip message for all of them: what a
    // host under load should call with all that has queued up (in order; a few hundred at most).
    [[nodiscard]] std::vector<Action> step(std::vector<Event> events);

    [[nodiscard]] Status status() const;
    // Who serves; EpochBegan tells when that changes.
    [[nodiscard]] const Epochs& epochs() const;

private:
    class Parts;
    explicit Replica(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace datadeed::replica
