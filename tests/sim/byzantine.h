#pragma once

#include <map>
#include <memory>
#include <vector>

#include "consensus/messages.h"
#include "node/replica/actions.h"
#include "tests/sim/plan.h"
#include "tests/sim/world.h"

namespace datadeed::sim {

// What a lying validator sends in place of what its replica says: the replica itself is the shipped one and believes in
// what it does; this rewrites its messages and signs them with its key. Nobody else's key is at hand, so nothing is
// forged.
class Liar {
public:
    Liar(const World& world, std::size_t self, Lie lie);

    // One message to its receivers, as it goes out: other messages, other receivers, or none.
    [[nodiscard]] std::vector<replica::SendTo> rewrite(const replica::SendTo& send);

    // Blocks that it proposed with a time long before its clock's, and after that of the block before.
    [[nodiscard]] std::uint64_t blocks_backdated() const { return blocks_backdated_; }

private:
    [[nodiscard]] std::vector<replica::SendTo> two_stories(const replica::SendTo& send,
                                                           const consensus::Message& message);
    [[nodiscard]] std::vector<replica::SendTo> wrong_roots(const replica::SendTo& send,
                                                           const consensus::Message& message);
    [[nodiscard]] std::vector<replica::SendTo> backdated(const replica::SendTo& send,
                                                         const consensus::Message& message);
    template <class M>
    [[nodiscard]] Bytes sign_again(M message) const;
    [[nodiscard]] bool hears_truth(const ledger::MemberId& peer) const;

    const World* world_;
    std::size_t self_;
    Lie lie_;
    std::shared_ptr<const consensus::VoteSigner> signer_;
    std::map<Digest, Digest> other_story_;  // the hash that half of them hear in place of this one
    std::uint64_t told_{0};                 // messages told in two ways
    std::uint64_t blocks_backdated_{0};
};

}  // namespace datadeed::sim
