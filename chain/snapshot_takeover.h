#pragma once

#include <memory>
#include <optional>
#include <string>

#include "chain/file.h"
#include "chain/kv_store.h"
#include "consensus/signing.h"
#include "ledger/genesis.h"

// A node goes on from a snapshot that has come whole (snapshot_download.h): before anything else has its databases
// open.

namespace datadeed::chain {

// Where a node's state lies, and how another one takes its place.
class StatePlace {
public:
    virtual ~StatePlace() = default;
    // An empty database beside the present one. What an earlier call left behind is thrown away.
    [[nodiscard]] virtual Result<std::unique_ptr<KvStore>, Error> begin() = 0;
    // What begin() gave, closed by now, becomes the state; when this returns, that is durable. A crash in between may
    // leave no state at all.
    [[nodiscard]] virtual Result<void, Error> adopt() = 0;
    // What begin() gave, closed by now, is thrown away.
    [[nodiscard]] virtual Result<void, Error> discard() = 0;
};

// The state of a node's folder (data_folder.h): the new one is made in state.new/. Borrows the file system.
[[nodiscard]] std::unique_ptr<StatePlace> make_state_place(FileSystem& files, std::string state_path);

struct Takeover {
    FileSystem& files;
    const std::string& folder;  // of the snapshot
    KvStore& chain;
    StatePlace& state;
    const ledger::Genesis& genesis;
    const consensus::VoteVerifier& signatures;
};

struct TakenOver {
    std::optional<Height> height{};    // from which the node goes on; nothing when no snapshot was there
    std::optional<Error> discarded{};  // why the one that was there was of no use
};

// Installs the snapshot in the folder, if there's a whole one, and empties the folder. Whenever it is interrupted, the
// next call begins again and ends at the same place. A snapshot whose files aren't what was checked when they came is
// thrown away; one for which the disk has no room waits; nothing rests on either. Errors: those of skip_to,
// snapshot_other_history among them; store_*, file_*.
[[nodiscard]] Result<TakenOver, Error> take_over_snapshot(const Takeover& takeover);

}  // namespace datadeed::chain
