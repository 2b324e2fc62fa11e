#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "chain/snapshot_download.h"
#include "chain/snapshot_shelf.h"
#include "node/replica/events.h"
#include "node/replica/outbox.h"
#include "node/replica/pruning.h"
#include "node/replica/serving.h"
#include "node/replica/skipping.h"
#include "node/replica/snapshot_sync.h"
#include "node/replica/stores.h"

namespace datadeed::replica {

// What there is as a replica begins.
struct OpenedSnapshots {
    SnapshotPlace place{};
    std::optional<chain::SnapshotShelf> shelf{};  // nothing without a place
    Pruning::Options pruning{};
};
// Errors: those of chain::ChainView, file_*.
[[nodiscard]] Result<OpenedSnapshots, chain::Error> open_snapshots(const SnapshotPlace& place, chain::KvStore& chain);

// Snapshots, both ways: which this node has written, for those who catch up; and one for itself, when it is far behind
// or nobody has the blocks that it lacks any more. What comes is checked part by part before it is kept
// (chain::SnapshotDownload); once it is whole, the host must start the replica again on it. One thread.
class Snapshots {
public:
    struct Rules {
        // Whether this node may go on from such a snapshot; asked again while the answer is no, for a moment. Nothing
        // if that couldn't be found out: the node ends.
        std::function<std::optional<MaySkip>(const chain::CheckedManifest&)> may_skip{};
        // This node is to vote no more, before it goes on. False if that couldn't be made sure: the node ends.
        std::function<bool()> give_voice_up{};
    };
    Snapshots(OpenedSnapshots opened, Outbox& outbox, Serving& serving, Rules rules)
        : place_{std::move(opened.place)},
          outbox_{&outbox},
          pruning_{opened.pruning, outbox},
          serving_{&serving},
          rules_{std::move(rules)},
          shelf_{std::move(opened.shelf)} {
        if (!shelf_) return;
        for (const chain::Error& error : shelf_->damaged()) tell_damage(error);
    }

    // Blocks that snapshots make dispensable.
    [[nodiscard]] Pruning& pruning() { return pruning_; }
    [[nodiscard]] const Pruning& pruning() const { return pruning_; }
    // The height of the newest one that this node gives away; 0 for none.
    [[nodiscard]] Height newest() const { return shelf_ ? shelf_->newest() : Height{}; }
    void answer(const ledger::MemberId& peer, const FetchSnapshot& question);
    void answer(const ledger::MemberId& peer, const FetchPart& question);
    // A block that took the log from one size to another. All nodes write snapshots of the same heights, so that parts
    // come from all of them: where the log passes a multiple of what stands in SnapshotPlace::every.
    struct Growth {
        Height height{};
        std::uint64_t log_before{};
        std::uint64_t log_after{};
    };
    void note_commit(const Growth& growth);
    void note_written(const SnapshotWritten& written);
    // To be called at every tick.
    void prune(std::uint64_t now_ms, const Pruning::Lacking& lacking);

    struct Moment {
        Height ours{};
        std::uint64_t log_size{};
        bool blocks_missing{};  // nobody who can be asked has the next block
        std::uint64_t now_ms{};
    };
    void note_tip(const ledger::MemberId& peer, Height snapshot) { sync_.note(peer, snapshot); }
    void note_down(const ledger::MemberId& peer) { sync_.note_down(peer); }
    // Asks for what is missing; called again and again.
    void fetch(const Moment& moment);
    void receive(const ledger::MemberId& peer, const CheckedSnapshot& answer, const Moment& moment);
    void receive(const ledger::MemberId& peer, const Part& answer, const Moment& moment);
    // It sent what nobody honest sends: the operator is told, and it isn't asked for fetch_reject_ms.
    void blame(const ledger::MemberId& peer, std::string why, const Moment& moment);
    // Whether blocks aren't worth asking for now.
    [[nodiscard]] bool come_first(std::uint64_t now_ms) const {
        return !whole_ && (offered_ || sync_.comes_first(now_ms));
    }
    // The height of the snapshot that has come whole, from which the node is to go on.
    [[nodiscard]] const std::optional<Height>& whole() const { return whole_; }

private:
    [[nodiscard]] bool lacks_blocks(const Moment& moment) const;
    // Whether fetching it takes less than the blocks that it spares; if not, whether another cut of it might.
    enum class Worth : std::uint8_t { enough, too_low, cut_too_finely };
    [[nodiscard]] Worth worth_of(const chain::SnapshotManifest& manifest, const Moment& moment) const;
    void send(const ledger::MemberId& peer, WireMessage message, Lane lane);
    void give_up();
    void tell_damage(const chain::Error& error);
    [[nodiscard]] Bytes take(Result<std::optional<Bytes>, chain::Error> held);
    void begin_if_may(const Moment& moment);
    void begin(const ledger::MemberId& peer, const chain::CheckedManifest& manifest, const Moment& moment);
    void finish_if_whole(const Moment& moment);
    // What can't be kept isn't fetched: this node goes on without.
    void give_up_for(const chain::Error& trouble, const Moment& moment);

    SnapshotPlace place_;
    Outbox* outbox_;
    Pruning pruning_;
    Serving* serving_;
    Rules rules_;
    std::optional<chain::SnapshotShelf> shelf_;
    bool writing_{false};
    SnapshotSync sync_;
    // One that is worth it, until this node may go on from it.
    struct Offered {
        ledger::MemberId peer{};
        std::shared_ptr<const chain::CheckedManifest> manifest{};
        std::uint64_t since_ms{};
    };
    std::optional<Offered> offered_;
    std::optional<chain::SnapshotDownload> download_;
    // To go on from it costs this node's voice, as long as it stands at this height: else blocks come after all.
    std::optional<Height> costs_voice_at_;
    std::optional<std::uint64_t> blocks_missing_since_ms_{};
    Height refused_{};                // snapshots up to here spare too little
    std::uint64_t not_before_ms_{0};  // none is asked about
    std::optional<Height> whole_;
};

}  // namespace datadeed::replica
