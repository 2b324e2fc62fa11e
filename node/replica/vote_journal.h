#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "chain/vote_file.h"
#include "consensus/journal.h"
#include "consensus/pbft.h"
#include "consensus/step.h"
#include "node/replica/checked.h"

namespace datadeed::replica {

// Why a node whose journal lacks votes of its own is silent: in the form of chain::to_text, as all other reasons.
inline constexpr const char* votes_lost_text =
    "votes.lost: the record lacks votes that this node gave, or can't be shown to have them all: peers hold some, or "
    "nobody keeps the blocks that would tell (the folder is new, an older copy, or one that another process runs on). "
    "The node follows the chain and never votes on it again. Never put a backup of this file in its place; "
    "docs/operations.md says what is left to do.";

// Consensus' journal in the vote file. Records are appended as consensus asks for them and made durable together, once
// a step. One thread.
class VoteJournal {
public:
    struct Opened;

    // Errors: those of VoteFile::open; votes_corrupt also for a record that isn't one of consensus'.
    [[nodiscard]] static Result<Opened, chain::Error> open(chain::FileSystem& files,
                                                           const chain::VoteFileOptions& options);

    // Takes a record, whose number must follow on the last one (asserted). A checkpoint may replace the file by a short
    // one.
    [[nodiscard]] Result<void, chain::Error> append(const consensus::Persist& persist);
    // Makes all that was appended durable.
    [[nodiscard]] Result<void, chain::Error> sync() { return file_.sync(); }

    // Records that are durable, over the life of the node.
    [[nodiscard]] std::uint64_t durable_count() const { return file_.durable_count(); }
    // And those that will be with the next sync.
    [[nodiscard]] std::uint64_t appended_count() const { return appended_; }

private:
    explicit VoteJournal(chain::VoteFile file) : file_{std::move(file)}, appended_{file_.durable_count()} {}

    chain::VoteFile file_;
    std::uint64_t appended_{0};
};

struct VoteJournal::Opened {
    VoteJournal journal;
    consensus::Recovered recovered{};
};

// Where a node's votes are, or will be.
struct VotePlace {
    chain::FileSystem* files{};
    chain::VoteFileOptions file{};
};

// What start() found of a node's votes.
struct OpenedVotes {
    VotePlace place{};
    std::optional<VoteJournal::Opened> votes{};  // of a node that has voted, or may
    std::string silenced{};                      // why it may never, whatever the chain says
};

// Whether the certificate of the block below that a block brings holds a COMMIT of this node that its journal doesn't
// know. It needn't be the one by which that was decided here.
[[nodiscard]] bool shows_lost_votes(const CheckedBlock& block, const consensus::Pbft& voting);

}  // namespace datadeed::replica
