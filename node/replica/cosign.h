#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/types.h"
#include "crypto/note.h"
#include "ledger/genesis.h"
#include "node/replica/epochs.h"
#include "node/replica/limits.h"
#include "node/replica/wire.h"

namespace datadeed::replica {

// Gathers cosignatures of the log's checkpoints (C2SP tlog-checkpoint, tlog-cosignature) until a quorum of validators
// has signed one. Only checkpoints of final blocks come in here, so a node never cosigns two logs. Which heights: the
// first block of each cosign_window_ms of block time, the same everywhere; and the tip, when no block has followed for
// a while. One thread.
class Cosigner {
public:
    using Keys = std::vector<std::shared_ptr<const crypto::SecretKey>>;
    // `keys`: those that the chain names for this node, or may name one day.
    Cosigner(const ledger::Genesis& genesis, const ledger::MemberId& self, Keys keys);

    // Who cosigns what is opened from now on, by its height; before the first there's nobody. This node does, if it has
    // the key that the chain names.
    void begin_epoch(const Epochs& epochs);

    // What is cosigned: a final block's log.
    struct FinalLog {
        Height height{};
        std::uint64_t size{};
        Digest root{};
    };

    // Whether every validator cosigns this block as soon as it is final.
    [[nodiscard]] static bool is_due(TimeMs block, TimeMs before);

    // Opens the checkpoint, signs it if this node does, and counts what had come early. Gives this node's cosignature,
    // to be told to all.
    [[nodiscard]] std::optional<Cosignature> open(const FinalLog& log, std::uint64_t time_s);

    enum class Taken : std::uint8_t {
        counted,
        known,     // from this validator for this checkpoint already
        not_open,  // no such checkpoint is open; kept for a while if it is above all that is
        wrong,     // not that validator's signature: a reason to look at the peer, whose next ones for this
                   // checkpoint aren't looked at
        not_a_validator,
    };
    [[nodiscard]] Taken receive(const ledger::MemberId& peer, const Cosignature& cosignature);

    // Checkpoints with a quorum, as notes to be stored, each once; and those with more than that, again.
    struct Complete {
        Height height{};
        std::uint64_t size{};
        std::string note{};
    };
    [[nodiscard]] std::vector<Complete> take_complete();

    // This node's last cosignature if its checkpoint isn't complete, to be told again.
    [[nodiscard]] std::optional<Cosignature> unfinished() const;
    [[nodiscard]] bool is_open(Height height) const { return open_.contains(height); }
    [[nodiscard]] Height last_opened() const { return open_.empty() ? Height{} : open_.rbegin()->first; }
    [[nodiscard]] Height last_complete() const { return last_complete_; }

private:
    struct Cosigners {  // of one epoch
        Height from{};
        std::map<ledger::MemberId, crypto::VerifierKey> keys{};
        std::size_t quorum{};
        const crypto::SecretKey* own{};  // null when this node doesn't cosign
    };
    struct Open {
        FinalLog log{};
        std::shared_ptr<const Cosigners> cosigners{};
        std::string text{};
        std::map<std::string, crypto::NoteSignature> signatures{};  // by key name
        std::set<ledger::MemberId> wrong{};                         // who signed something else
        bool complete{};
        bool changed{};  // since it was given out
        std::optional<Cosignature> own{};
    };
    [[nodiscard]] std::shared_ptr<const Cosigners> cosigners_of(const ledger::Epoch& epoch) const;
    [[nodiscard]] std::shared_ptr<const Cosigners> cosigners_at(Height height) const;
    [[nodiscard]] Taken count(Open& open, const ledger::MemberId& peer, const Cosignature& cosignature);

    std::string chain_name_;
    std::string origin_;
    ledger::MemberId self_;
    Keys keys_;
    std::vector<std::shared_ptr<const Cosigners>> epochs_;  // as in Epochs
    std::map<Height, Open> open_;
    std::map<ledger::MemberId, Cosignature> early_;  // the latest of each, above all that is open
    Height last_complete_{};
};

}  // namespace datadeed::replica
