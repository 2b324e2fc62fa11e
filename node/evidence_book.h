#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "chain/file.h"
#include "ledger/evidence.h"
#include "ledger/state.h"
#include "node/api/backend.h"

namespace datadeed::node {

// The evidence that this node has seen, until it's on the chain: one file an offence in a folder of the node's, named
// by the evidence's id, with the bytes as `datadeed audit evidence` reads them. Nothing that the node promises rests on
// it: a file that can't be written or doesn't hold is said and passed over. One thread; what is borrowed must outlive
// it.
class EvidenceBook {
public:
    EvidenceBook(chain::FileSystem& files, std::string folder, const ChainId& chain)
        : files_{&files}, folder_{std::move(folder)}, chain_{chain} {}

    // A file that is passed over.
    struct Damaged {
        std::string file{};
        std::string why{};
    };
    // Reads what is there and checks it against the epochs of this state. No folder is an empty one. A file of an epoch
    // that the state doesn't know is no damage: the chain may have to be fetched again. It waits.
    [[nodiscard]] std::vector<Damaged> open(const ledger::StateView& state);
    // The files that wait, when another epoch is known.
    [[nodiscard]] std::vector<Damaged> look_again(const ledger::StateView& state);
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

    enum class Kept : std::uint8_t {
        written,
        known,        // here or on the chain, or the chain has enough of its kind
        full,         // there is no room for it, as limits.h says
        no_evidence,  // by its words it accuses nobody of this chain
    };
    // Evidence that this node's consensus has judged. What the chain won't take any more makes room. An error says why
    // it isn't on the disk; it's in memory all the same.
    [[nodiscard]] Result<Kept, chain::Error> keep(const Bytes& evidence, const ledger::StateView& state);

    // By id; some may be on the chain by now.
    [[nodiscard]] const api::HeldEvidences& held() const { return held_; }

private:
    [[nodiscard]] std::vector<Damaged> read_all(const std::vector<std::string>& names, const ledger::StateView& state);
    [[nodiscard]] Result<void, std::string> read(const std::string& name, const ledger::StateView& state);
    [[nodiscard]] bool has_room_for(const ledger::Accusation& accusation, std::size_t size) const;
    void make_room(const ledger::StateView& state);
    [[nodiscard]] std::string path_of(const ledger::EvidenceId& id) const;

    chain::FileSystem* files_;
    std::string folder_;
    ChainId chain_;
    api::HeldEvidences held_;
    std::vector<std::string> waiting_;  // names of files
};

}  // namespace datadeed::node
