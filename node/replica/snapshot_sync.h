#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "base/types.h"
#include "ledger/types.h"
#include "node/replica/questions.h"

namespace datadeed::replica {

struct ManifestQuestion {
    Height height{};
};
struct PartQuestion {
    std::size_t number{};  // in the list of the snapshot that is fetched
};

// Which snapshot to fetch, and from whom. A manifest is asked for from one peer after another; of the one that was
// taken, parts come from all who say that they have a snapshot of its height, a few from each at once. A peer that
// doesn't answer is left alone for a while, one that hasn't got this snapshot isn't asked for it again, one that sent
// what was wrong isn't asked for long. What is in parts and manifests is checked elsewhere. One thread; no clock: the
// time is handed in, in ms.
class SnapshotSync {
public:
    // A peer says that this is the height of its newest snapshot; 0 for none.
    void note(const ledger::MemberId& peer, Height snapshot) { peers_[peer].snapshot = snapshot; }
    void note_down(const ledger::MemberId& peer);

    struct Ask {
        ledger::MemberId peer{};
        std::uint64_t request{};
        std::variant<ManifestQuestion, PartQuestion> what{};
    };
    // What to ask now; called again and again. Manifests only of snapshots above this height.
    [[nodiscard]] std::vector<Ask> due(Height above, std::uint64_t now_ms);

    // The height of which the manifest was asked for that this is the answer to.
    [[nodiscard]] std::optional<Height> land_offer(const ledger::MemberId& peer, std::uint64_t request);
    // The number of the part for which this is the answer; nothing when it wasn't asked for (any more).
    [[nodiscard]] std::optional<std::size_t> land_part(const ledger::MemberId& peer, std::uint64_t request);

    // What is fetched from now on, offered by this peer.
    struct Target {
        ledger::MemberId offered_by{};
        Height height{};
        std::set<std::size_t> missing{};  // parts, and at least one of them as long as it's fetched
    };
    // Its time begins with the second due() from now: finding out what is there already may have taken long.
    void begin(Target target);
    // A part of it that this peer sent is kept.
    void note_part(const ledger::MemberId& peer, std::size_t number, std::uint64_t now_ms);
    // It hasn't got a part of the snapshot that is fetched: it has another one.
    void note_lack(const ledger::MemberId& peer);
    // It sent what nobody honest sends, asked for or not: nothing that it was asked counts any more, and it isn't asked
    // for fetch_reject_ms.
    void reject(const ledger::MemberId& peer, std::uint64_t now_ms);
    // What it offered of this height is of no use, as it cuts it. Others may cut better; until forgive(), all the same.
    void refuse(const ledger::MemberId& peer, Height height) { peers_[peer].refused = height; }
    void forgive();
    // It has none after all, or was of no use.
    void leave_alone(const ledger::MemberId& peer, std::uint64_t now_ms);
    void end() { target_.reset(); }

    // Whether blocks aren't worth asking for now: what is asked about, or on its way, would spare them. They are held
    // back for snapshot_patience_ms in all, whoever offers what, longer while parts come quickly from others than who
    // offered it, and then not again for fetch_reject_ms.
    [[nodiscard]] bool comes_first(std::uint64_t now_ms) const;
    [[nodiscard]] const Target* target() const { return target_ ? &target_->what : nullptr; }

private:
    struct Peer {
        Height snapshot{};
        Height refused{};  // up to here
        std::uint64_t left_alone_until_ms{0};
        std::uint64_t asked{0};  // so that all get their turn
        std::uint64_t failures{0};
    };
    struct Flight {
        ledger::MemberId peer{};
        std::size_t number{};
        std::uint64_t sent_ms{};
    };
    struct Fetch {
        Target what{};
        std::set<ledger::MemberId> lacking{};
        Questions<Flight> flights{};
        bool is_new{true};                           // until the first due()
        std::optional<std::uint64_t> progress_ms{};  // when a part came last; nothing before the second due()
        std::uint64_t helped_ms{};                   // and from somebody else than who offered it
    };
    struct Offer {
        ledger::MemberId peer{};
        Height height{};
        std::uint64_t sent_ms{};
    };
    void give_up_late(std::uint64_t now_ms);
    void hold(std::uint64_t now_ms);
    [[nodiscard]] std::vector<Ask> ask_manifest(Height above, std::uint64_t now_ms);
    [[nodiscard]] std::vector<Ask> ask_parts(std::uint64_t now_ms);
    [[nodiscard]] std::optional<ledger::MemberId> choose_source(std::uint64_t now_ms) const;
    [[nodiscard]] bool has_source() const;
    [[nodiscard]] std::size_t flights_of(const ledger::MemberId& peer) const;

    std::map<ledger::MemberId, Peer> peers_;  // whoever has spoken; who is down has no snapshot
    Questions<Offer> offers_;                 // manifests, one at a time
    std::optional<Fetch> target_;
    std::optional<std::uint64_t> held_until_ms_;  // blocks
    std::uint64_t requests_{0};
};

}  // namespace datadeed::replica
