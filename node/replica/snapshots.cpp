#include "node/replica/snapshots.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "base/fields.h"
#include "base/overloaded.h"
#include "chain/snapshot_files.h"
#include "node/replica/limits.h"

namespace datadeed::replica {
namespace {

// Not this node's: somebody sent what nobody honest sends.
bool is_anothers_fault(const chain::Error& error) {
    return error.fault == chain::Fault::snapshot_part_wrong || error.fault == chain::Fault::snapshot_list_wrong;
}

}  // namespace

Result<OpenedSnapshots, chain::Error> open_snapshots(const SnapshotPlace& place, chain::KvStore& chain) {
    const Result<Height, chain::Error> first = chain::ChainView{chain}.first_block();
    if (!first) return fail(first.error());
    OpenedSnapshots opened{
        .place = place, .shelf = {}, .pruning = {.keep = place.keep_blocks, .first_block = *first, .chain = &chain}};
    if (place.folder.empty()) return opened;
    Result<chain::SnapshotShelf, chain::Error> shelf = chain::SnapshotShelf::open(*place.files, place.folder);
    if (!shelf) return fail(shelf.error());
    opened.shelf = std::move(*shelf);
    return opened;
}

void Snapshots::send(const ledger::MemberId& peer, WireMessage message, Lane lane) {
    Bytes bytes = encode(message);
    if (lane == Lane::blocks) serving_->spend(peer, serve_part_factor * bytes.size());
    outbox_->send(peer, std::move(bytes), lane);
}

// What a damaged disk has made of it is nobody's to have.
Bytes Snapshots::take(Result<std::optional<Bytes>, chain::Error> held) {
    if (held) return std::move(*held).value_or(Bytes{});
    shelf_->forget();
    tell_damage(held.error());
    return {};
}

void Snapshots::tell_damage(const chain::Error& error) {
    outbox_->log(LogEvent::Level::warning, "snapshot.damaged", {{"why", chain::to_text(error)}});
}

void Snapshots::answer(const ledger::MemberId& peer, const FetchSnapshot& question) {
    Bytes manifest = shelf_ ? take(shelf_->manifest(question.height)) : Bytes{};
    send(peer, Snapshot{.request = question.request, .manifest = std::move(manifest)}, Lane::blocks);
}

void Snapshots::answer(const ledger::MemberId& peer, const FetchPart& question) {
    Bytes part = shelf_ ? take(shelf_->part(question.root)) : Bytes{};
    send(peer, Part{.request = question.request, .root = question.root, .part = std::move(part)}, Lane::blocks);
}

void Snapshots::note_commit(const Growth& growth) {
    if (!shelf_ || writing_ || place_.every == 0) return;
    if (growth.log_before / place_.every == growth.log_after / place_.every) return;
    writing_ = true;
    outbox_->push(WriteSnapshot{.height = growth.height, .folder = shelf_->begin_next()});
}

void Snapshots::note_written(const SnapshotWritten& written) {
    writing_ = false;
    DATADEED_ASSERT(shelf_.has_value());  // or none was begun
    if (!written.whole) return;
    if (const Result<void, chain::Error> added = shelf_->add(written.folder); !added) tell_damage(added.error());
}

void Snapshots::prune(std::uint64_t now_ms, const Pruning::Lacking& lacking) {
    if (!shelf_) return;
    pruning_.consider({.newest_snapshot = shelf_->newest(), .older_snapshot = shelf_->older(), .now_ms = now_ms},
                      lacking);
}

// Not because all of them were slow just now.
bool Snapshots::lacks_blocks(const Moment& moment) const {
    return blocks_missing_since_ms_ && moment.now_ms >= *blocks_missing_since_ms_ + snapshot_lack_ms;
}

Snapshots::Worth Snapshots::worth_of(const chain::SnapshotManifest& manifest, const Moment& moment) const {
    if (manifest.header.height <= moment.ours) return Worth::too_low;
    if (lacks_blocks(moment)) return Worth::enough;
    const std::uint64_t every = place_.every == 0 ? snapshot_every_default : place_.every;
    const std::uint64_t cost =
        manifest.parts.size() * snapshot_part_transactions * place_.part_bytes / ledger::part_bytes;
    const auto spares = [&](std::uint64_t transactions) {
        return manifest.header.log_size >= moment.log_size + std::max<std::uint64_t>(transactions, 1);
    };
    if (!spares(every / 2)) return Worth::too_low;
    return spares(cost) ? Worth::enough : Worth::cut_too_finely;
}

void Snapshots::fetch(const Moment& moment) {
    if (!shelf_ || whole_ || !place_.fetches) return;
    if (!moment.blocks_missing) blocks_missing_since_ms_.reset();
    if (moment.blocks_missing && !blocks_missing_since_ms_) blocks_missing_since_ms_ = moment.now_ms;
    if (download_ && download_->manifest().height() <= moment.ours) give_up();
    if (download_ && costs_voice_at_.value_or(moment.ours) != moment.ours) give_up();
    begin_if_may(moment);
    if (offered_ || (!download_ && moment.now_ms < not_before_ms_)) return;
    if (lacks_blocks(moment)) sync_.forgive();
    const Height above = lacks_blocks(moment) ? moment.ours : std::max(moment.ours, refused_);
    const std::vector<SnapshotSync::Ask> asks = sync_.due(above, moment.now_ms);
    if (sync_.target() == nullptr) download_.reset();
    for (const SnapshotSync::Ask& ask : asks) {
        std::visit(Overloaded{[&](const ManifestQuestion& what) {
                                  send(ask.peer, FetchSnapshot{.request = ask.request, .height = what.height},
                                       Lane::votes);
                              },
                              [&](const PartQuestion& what) {
                                  const Digest& root = download_->manifest().content().parts[what.number].root;
                                  send(ask.peer, FetchPart{.request = ask.request, .root = root}, Lane::votes);
                              }},
                   ask.what);
    }
}

void Snapshots::give_up() {
    sync_.end();
    download_.reset();
}

void Snapshots::blame(const ledger::MemberId& peer, std::string why, const Moment& moment) {
    outbox_->blame(peer, "peer.snapshot_wrong", moment.now_ms, {{"why", std::move(why)}});
    sync_.reject(peer, moment.now_ms);
}

void Snapshots::give_up_for(const chain::Error& trouble, const Moment& moment) {
    outbox_->log(LogEvent::Level::warning, "snapshot.not_fetched", {{"why", chain::to_text(trouble)}});
    not_before_ms_ = moment.now_ms + fetch_reject_ms;
    give_up();
}

void Snapshots::receive(const ledger::MemberId& peer, const CheckedSnapshot& answer, const Moment& moment) {
    const std::optional<Height> asked = sync_.land_offer(peer, answer.request);
    if (!asked || download_ || offered_) return;
    if (!answer.manifest) return sync_.leave_alone(peer, moment.now_ms);
    // An answer to this node's last process may bear the number of one to this one. It's of no use, and no lie.
    if (answer.manifest->height() != *asked) return sync_.leave_alone(peer, moment.now_ms);
    switch (worth_of(answer.manifest->content(), moment)) {
        case Worth::too_low:
            refused_ = std::max(refused_, *asked);
            return;
        case Worth::cut_too_finely:
            return sync_.refuse(peer, *asked);
        case Worth::enough:
            break;
    }
    offered_ = Offered{.peer = peer, .manifest = answer.manifest, .since_ms = moment.now_ms};
    begin_if_may(moment);
}

// At the beginning others have yet to say how far they are.
void Snapshots::begin_if_may(const Moment& moment) {
    if (!offered_) return;
    const std::optional<MaySkip> may = rules_.may_skip(*offered_->manifest);
    if (!may) return;
    if (*may != MaySkip::no) {
        costs_voice_at_ = *may == MaySkip::without_voice ? std::optional{moment.ours} : std::nullopt;
        const Offered offered = *std::exchange(offered_, std::nullopt);
        begin(offered.peer, *offered.manifest, moment);
    } else if (moment.now_ms >= offered_->since_ms + snapshot_offer_ms) {
        offered_.reset();
        not_before_ms_ = moment.now_ms + fetch_shun_ms;
    }
}

void Snapshots::begin(const ledger::MemberId& peer, const chain::CheckedManifest& manifest, const Moment& moment) {
    Result<chain::SnapshotDownload, chain::Error> download =
        chain::SnapshotDownload::open(*place_.files, chain::incoming_path(place_.folder), manifest, place_.part_bytes);
    if (!download && is_anothers_fault(download.error())) {
        return blame(peer, chain::to_text(download.error()), moment);
    }
    if (!download) return give_up_for(download.error(), moment);
    download_ = std::move(*download);
    sync_.begin({.offered_by = peer, .height = manifest.height(), .missing = download_->missing()});
    outbox_->log(LogEvent::Level::info, "snapshot.begun",
                 {{"height", std::to_string(manifest.height().value)},
                  {"peer", peer.value},
                  {"parts", std::to_string(manifest.content().parts.size())},
                  {"missing", std::to_string(download_->missing().size())}});
    finish_if_whole(moment);
}

void Snapshots::receive(const ledger::MemberId& peer, const Part& answer, const Moment& moment) {
    const std::optional<std::size_t> number = sync_.land_part(peer, answer.request);
    if (!number) return;
    DATADEED_ASSERT(download_.has_value());  // parts are asked for while there's one
    if (answer.root != download_->manifest().content().parts[*number].root) {
        return sync_.leave_alone(peer, moment.now_ms);
    }
    if (answer.part.empty()) return sync_.note_lack(peer);
    const Result<void, chain::Error> kept = download_->put(*number, answer.part);
    if (kept) {
        sync_.note_part(peer, *number, moment.now_ms);
        return finish_if_whole(moment);
    }
    if (!is_anothers_fault(kept.error())) return give_up_for(kept.error(), moment);
    // A part that isn't what the list says is its sender's fault, a list that is cut wrongly the fault of who offered
    // it.
    const bool is_list = kept.error().fault == chain::Fault::snapshot_list_wrong;
    blame(is_list ? sync_.target()->offered_by : peer, chain::to_text(kept.error()), moment);
    if (is_list) give_up();
}

void Snapshots::finish_if_whole(const Moment& moment) {
    if (!download_->missing().empty()) return;
    const Height height = download_->manifest().height();
    if (height > moment.ours) {
        // Before the snapshot can be gone on from, whatever happens in between.
        if (costs_voice_at_ && !rules_.give_voice_up()) return;
        if (const Result<void, chain::Error> finished = download_->finish(); !finished) {
            return give_up_for(finished.error(), moment);
        }
        whole_ = height;
    }
    give_up();
}

}  // namespace datadeed::replica
