#include "tests/sim/node.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "chain/chain_view.h"
#include "chain/keys.h"
#include "chain/sealed.h"
#include "chain/snapshot_files.h"
#include "chain/snapshot_takeover.h"
#include "chain/snapshot_writer.h"
#include "chain/state_database.h"
#include "chain/vote_frame.h"
#include "ledger/state_keys.h"

namespace datadeed::sim {
namespace {

const std::string snapshots_folder = "node/snapshots";
const std::string archive_folder = "node/archive";
constexpr std::size_t archive_bytes = 4096;  // some files in a short run

}  // namespace

Node::Node(const World& world, ledger::MemberId name, Clock clock)
    : world_{&world}, name_{std::move(name)}, clock_{clock} {
    make_folder();
}

void Node::make_folder() {
    files_ = {};
    DATADEED_ASSERT(files_.create_folder("node").has_value());
    DATADEED_ASSERT(files_.sync_folder(".").has_value());
}

// The state's disks, and others that take their place.
class Node::NextState final : public chain::StatePlace {
public:
    explicit NextState(Node& node) : node_{&node} {}

    Result<std::unique_ptr<chain::KvStore>, chain::Error> begin() override {
        values_ = {};
        tree_ = {};
        return chain::split_tree_nodes(chain::open_memory_store(values_), chain::open_memory_store(tree_));
    }

    Result<void, chain::Error> adopt() override {
        node_->values_disk_ = std::move(values_);
        node_->tree_disk_ = std::move(tree_);
        return {};
    }

    Result<void, chain::Error> discard() override {
        values_ = {};
        tree_ = {};
        return {};
    }

private:
    Node* node_;
    chain::MemoryDisk values_{};
    chain::MemoryDisk tree_{};
};

Result<void, std::string> Node::take_over() {
    NextState state{*this};
    const std::string folder = chain::incoming_path(snapshots_folder);
    const Result<chain::TakenOver, chain::Error> taken_over =
        chain::take_over_snapshot({.files = files_,
                                   .folder = folder,
                                   .chain = *chain_,
                                   .state = state,
                                   .genesis = world_->genesis,
                                   .signatures = *world_->context->signatures});
    if (!taken_over) return fail(name_.value + " can't take a snapshot over: " + chain::to_text(taken_over.error()));
    if (taken_over->discarded) {
        return fail(name_.value + " throws a snapshot away: " + chain::to_text(*taken_over->discarded));
    }
    taken_over_ = taken_over->height;
    if (taken_over_) has_skipped_ = true;
    return {};
}

replica::SnapshotWritten Node::write_snapshot(const replica::WriteSnapshot& what) {
    const auto state = chain::StateSnapshot::open(*state_, what.height);
    const bool whole =
        state && chain::write_snapshot(files_, what.folder, {.state = **state, .chain = chain::ChainView{*chain_}},
                                       {.sorting = {}, .part_bytes = world_->snapshots.part_bytes})
                     .has_value();
    return {.folder = what.folder, .whole = whole};
}

replica::BlocksArchived Node::archive(const replica::ArchiveBlocks& what) {
    if (!state_->flush() || !chain::make_archive(files_, archive_folder)) return {};
    const Result<Height, chain::Error> last = chain::archive_blocks(
        files_, archive_folder, {.chain = world_->chain(), .blocks = chain::ChainView{*chain_}, .span = what.span},
        archive_bytes);
    return {.last = last ? std::optional{*last} : std::nullopt};
}

std::optional<chain::StoredBlock> Node::archived(Height height) {
    Result<chain::Archive, chain::Error> archive = chain::Archive::open(files_, archive_folder, world_->chain());
    if (!archive) return std::nullopt;
    return archive->block(height).value_or(std::nullopt);
}

void Node::damage_snapshots() {
    for (const char* slot : {"/0", "/1"}) {
        const std::string folder = snapshots_folder + slot;
        const Result<std::vector<std::string>, chain::Error> names = files_.list(folder);
        if (!names) continue;
        for (const std::string& name : *names) {
            if (!name.starts_with("part-")) continue;
            Bytes content = files_.content(folder + "/" + name).value();
            content.back() ^= 1U;
            files_.set_content(folder + "/" + name, std::move(content));
        }
    }
}

Result<void, std::string> Node::start() {
    chain_ = chain::open_memory_store(chain_disk_);
    if (Result<void, std::string> taken_over = take_over(); !taken_over) return taken_over;
    state_ = chain::split_tree_nodes(chain::open_memory_store(values_disk_), chain::open_memory_store(tree_disk_));
    replica::Identity identity = identity_of(*world_, name_);
    identity.joins = joins;
    if (verifier != nullptr) identity.vote_verifier = verifier;
    if (has_new_keys_only) {
        identity.vote_keys.erase(identity.vote_keys.begin());
        identity.cosign_keys.erase(identity.cosign_keys.begin());
    }
    Result<std::unique_ptr<replica::Replica>, replica::StartError> started =
        replica::Replica::start(world_->genesis, std::move(identity),
                                {.chain = chain_.get(),
                                 .state = state_.get(),
                                 .files = &files_,
                                 .votes_path = "node/votes",
                                 .state_options = {},
                                 .snapshots = {.files = &files_,
                                               .folder = snapshots_folder,
                                               .every = world_->snapshots.every,
                                               .part_bytes = world_->snapshots.part_bytes,
                                               .keep_blocks = world_->snapshots.keep_blocks,
                                               .fetches = world_->snapshots.fetches}});
    if (!started) return fail(name_.value + " can't start: " + started.error().code + ": " + started.error().reason);
    replica_ = std::move(*started);
    begin_epoch(replica_->epochs());
    ++starts;
    return {};
}

void Node::crash(Rng& rng) {
    replica_.reset();
    chain_.reset();
    state_.reset();
    inbox.clear();
    armed_.reset();
    files_.heal();
    chain_disk_.heal();
    values_disk_.heal();
    tree_disk_.heal();
    files_.crash([&rng](std::uint64_t bound) { return rng.below(bound); });
    chain_disk_.crash(rng.below(chain_disk_.unsynced() + 1));
    values_disk_.crash(rng.below(values_disk_.unsynced() + 1));
    tree_disk_.crash(rng.below(tree_disk_.unsynced() + 1));
}

void Node::lose_votes() {
    if (files_.exists("node/votes").value_or(false)) DATADEED_ASSERT(files_.remove("node/votes").has_value());
    DATADEED_ASSERT(files_.sync_folder("node").has_value());
}

// In front of the last frame, which is whole: a bit of the last one can't be told from a torn write.
bool Node::rot_votes(Rng& rng) {
    const Bytes* durable = files_.durable_content("node/votes");
    if (durable == nullptr) return false;
    constexpr std::string_view magic = "vote";
    const auto last = std::ranges::find_end(*durable, magic);
    const auto room = static_cast<std::uint64_t>(last.begin() - durable->begin());
    if (last.empty() || room == 0 || !chain::read_frame(ByteView{*durable}.subspan(room))) return false;
    Bytes rotten = *durable;
    rotten[rng.below(room)] ^= static_cast<std::uint8_t>(1U << rng.below(8));
    files_.set_content("node/votes", std::move(rotten));
    return true;
}

namespace {

// Where frames begin in a file of votes, the last of which is whole.
std::vector<std::size_t> frames_of(ByteView file) {
    std::vector<std::size_t> offsets;
    for (std::optional<std::size_t> at = chain::find_frame(file, 0); at;) {
        offsets.push_back(*at);
        at = chain::find_frame(file, *at + chain::read_frame(file.subspan(*at))->size);
    }
    return offsets;
}

}  // namespace

bool Node::lose_writes(Rng& rng) {
    const Bytes* durable = files_.durable_content("node/votes");
    if (durable == nullptr) return false;
    const std::vector<std::size_t> frames = frames_of(*durable);
    if (frames.empty()) return false;
    const std::size_t lost = rng.between(1, std::min<std::size_t>(frames.size(), 4));
    Bytes kept = *durable;
    kept.resize(frames[frames.size() - lost]);
    files_.set_content("node/votes", std::move(kept));
    return true;
}

bool Node::misdirect_write(Rng& rng) {
    const Bytes* durable = files_.durable_content("node/votes");
    if (durable == nullptr) return false;
    const std::vector<std::size_t> frames = frames_of(*durable);
    if (frames.size() < 3) return false;
    const ByteView last = ByteView{*durable}.subspan(frames.back());
    const std::size_t before = frames[frames.size() - 2];  // this one stays whole
    if (last.size() > before) return false;
    // At the beginning of another frame, or anywhere.
    std::size_t place = rng.below(before - last.size() + 1);
    if (rng.chance(500)) place = frames[rng.below(frames.size() - 2)];
    if (place + last.size() > before) return false;
    Bytes spoiled = *durable;
    std::ranges::copy(last, spoiled.begin() + static_cast<std::ptrdiff_t>(place));
    spoiled.resize(frames.back());
    files_.set_content("node/votes", std::move(spoiled));
    return true;
}

// The nonces that some owner has used: every transaction of his writes them anew.
bool Node::change_state() {
    DATADEED_ASSERT(!up());
    for (std::size_t owner = 0; owner < owners_max; ++owner) {
        const Bytes key = chain::keys::of(chain::keys::value, ledger::state_keys::nonces(owner_name(owner)));
        const auto stored = values_disk_.content().find(key);
        if (stored == values_disk_.content().end()) continue;
        const std::optional<ByteView> value = chain::check_seal(key, stored->second);
        // Some have used none.
        if (!value || value->size() < 8 + 2 + sizeof(std::uint64_t)) continue;
        Bytes changed = to_bytes(*value);
        changed.back() ^= 1U;  // of the last nonce: a microsecond
        chain::Batch batch;
        chain::put_sealed(batch, key, changed);
        return chain::open_memory_store(values_disk_)->write(batch, chain::Durability::synced).has_value();
    }
    return false;
}

void Node::take_copy() {
    copied_ = replica_->status().height;
    chain_copy_ = chain_disk_;
    values_copy_ = values_disk_;
    tree_copy_ = tree_disk_;
    votes_copy_ = files_.content("node/votes");
}

void Node::roll_back() {
    DATADEED_ASSERT(copied_ && !up());
    chain_disk_ = chain_copy_;
    values_disk_ = values_copy_;
    tree_disk_ = tree_copy_;
    chain_disk_.crash(chain_disk_.unsynced());
    values_disk_.crash(values_disk_.unsynced());
    tree_disk_.crash(tree_disk_.unsynced());
    lose_votes();
    if (votes_copy_) files_.set_content("node/votes", *votes_copy_);
}

void Node::lose_chain() {
    lose_state();
    chain_disk_ = {};
}

void Node::lose_state() {
    DATADEED_ASSERT(!up());
    values_disk_ = {};
    tree_disk_ = {};
}

void Node::wipe() {
    lose_chain();
    make_folder();
    copied_ = Height{0};
}

void Node::fail_at_write(std::uint64_t after, Failure failure, Rng& rng) {
    armed_ = failure;
    const bool full = failure == Failure::full;
    const chain::Fault fault = full ? chain::Fault::store_disk_full : chain::Fault::store_io;
    switch (rng.below(4)) {
        case 0:
            return chain_disk_.fail_after(after, fault);
        case 1:
            return values_disk_.fail_after(after, fault);
        case 2:
            return tree_disk_.fail_after(after, fault);
        default:
            // Of a write what fits is done.
            if (full) return files_.fill_after(after * rng.below(512));
            return files_.fail_after(after, chain::Fault::file_io);
    }
}

bool Node::explains(std::string_view code) const {
    if (armed_ == Failure::full) return code == "store.disk_full" || code == "file.disk_full";
    return armed_ && (code == "store.io" || code == "file.io");
}

Height Node::durable_height() const {
    const auto tip_of = [](const chain::KvStore& store) { return chain::ChainView{store}.tip(); };
    chain::MemoryDisk after;
    std::unique_ptr<chain::KvStore> store;
    const bool all_durable = up() && chain_disk_.unsynced() == 0;
    if (!all_durable) {
        after = chain_disk_;
        after.crash();
        store = chain::open_memory_store(after);
    }
    const Result<ledger::Tip, chain::Error> tip = tip_of(all_durable ? *chain_ : *store);
    return tip ? tip->height : Height{};  // a disk without a chain has no tip
}

TimeMs Node::clock(std::uint64_t true_ms) const {
    const auto now = static_cast<std::int64_t>(true_ms);
    const std::int64_t drifted = (now - static_cast<std::int64_t>(epoch_ms)) * clock_.drift / 1'000'000;
    return TimeMs{static_cast<std::uint64_t>(now + clock_.off_ms + drifted + step_ms_)};
}

replica::MonotonicMs Node::monotonic(std::uint64_t true_us) const {
    const auto now = static_cast<std::int64_t>(true_us);
    return replica::MonotonicMs{static_cast<std::uint64_t>(now + now * clock_.drift / 1'000'000) / 1000};
}

std::string standing_of(const std::vector<std::unique_ptr<Node>>& nodes) {
    std::string text;
    for (const auto& node : nodes) {
        if (!node->up()) continue;
        const replica::Status status = node->replica().status();
        text += " " + status.self.value + " h=" + std::to_string(status.height.value) +
                " v=" + std::to_string(status.view) + (status.changing_view ? "*" : "") +
                " pool=" + std::to_string(status.pool_transactions);
    }
    return text;
}

}  // namespace datadeed::sim
