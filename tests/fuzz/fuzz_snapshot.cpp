#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/assert.h"
#include "chain/chain_view.h"
#include "chain/committer.h"
#include "chain/log_edge.h"
#include "chain/memory_file.h"
#include "chain/memory_store.h"
#include "chain/snapshot_files.h"
#include "chain/snapshot_manifest.h"
#include "chain/snapshot_writer.h"
#include "chain/state_store.h"
#include "consensus/signing.h"
#include "tests/audit/made_chain.h"
#include "tests/fuzz/cut_state.h"
#include "tests/fuzz/tape.h"

// The manifest of a snapshot as a lying peer sends it: whatever is accepted leads to the block, the log, the state and
// the validators that are the chain's. Its state may be cut otherwise than the rule says; of those cuts none passes for
// the honest one.

namespace datadeed::chain {
namespace {

using fuzz::Tape;

constexpr std::size_t part_bytes = 600;

// A chain of six blocks whose validators change twice, and the honest manifest of its last one.
struct Given {
    audit::MadeChain made{6,
                          {},
                          {{.at = Height{2}, .kind = ledger::NodeChangeKind::replace_keys, .node = 0},
                           {.at = Height{4}, .kind = ledger::NodeChangeKind::replace_keys, .node = 1}}};
    MemoryFileSystem files{};
    SnapshotManifest manifest{write()};
    fuzz::CutState whole{records()};

    SnapshotManifest write() {
        MemoryDisk state_disk;
        const auto chain = made.store();
        const auto state = open_memory_store(state_disk);
        const auto committer = Committer::open({.chain = *chain, .state = *state}, made.genesis(), {}).value();
        const auto snapshot = StateSnapshot::open(*state).value();
        const SnapshotSource source{.state = *snapshot, .chain = ChainView{*chain}};
        return write_snapshot(files, "snapshot", source, {.sorting = {}, .part_bytes = part_bytes}).value();
    }
    std::vector<ledger::StateRecord> records() {
        std::vector<ledger::StateRecord> all;
        for (const ledger::StatePart& part : manifest.parts) {
            const auto content = decode<ledger::PartContent>(read_part(files, "snapshot", part.root).value()).value();
            all.insert(all.end(), content.records.begin(), content.records.end());
        }
        return all;
    }
};

void change_header(Tape& tape, ledger::BlockHeader& header) {
    switch (tape.below(4)) {
        case 0:
            header.state_root[tape.below(32)] ^= tape.next();
            break;
        case 1:
            header.log_size += tape.below(3);
            break;
        case 2:
            header.height = Height{header.height.value + tape.below(3)};
            break;
        default:
            header.validators_hash[tape.below(32)] ^= tape.next();
            break;
    }
}

void change_certificate(Tape& tape, consensus::CommitCertificate& certificate, const SnapshotManifest& manifest) {
    switch (tape.below(4)) {
        case 0:
            certificate.hash = ledger::hash(manifest.header);
            break;
        case 1:
            if (!certificate.votes.empty()) certificate.votes.pop_back();
            break;
        case 2:
            if (!certificate.votes.empty()) certificate.votes.push_back(certificate.votes.front());
            break;
        default:
            certificate.view = consensus::View{certificate.view.value + tape.below(3)};
            break;
    }
}

void change_lists(Tape& tape, const fuzz::CutState& state, SnapshotManifest& manifest) {
    const std::size_t at = tape.next();
    switch (tape.below(7)) {
        case 5:
            if (!manifest.parts.empty()) fuzz::merge(manifest.parts, at % manifest.parts.size());
            break;
        case 6:
            if (!manifest.parts.empty()) state.split(manifest.parts, at % manifest.parts.size());
            break;
        case 0:
            if (!manifest.epoch_ends.empty()) manifest.epoch_ends.pop_back();
            break;
        case 1:
            if (!manifest.epoch_ends.empty()) manifest.epoch_ends.push_back(manifest.epoch_ends.front());
            break;
        case 2:
            if (!manifest.log_edge.empty() && !manifest.log_edge[0].hashes.empty()) {
                manifest.log_edge[0].hashes[at % manifest.log_edge[0].hashes.size()] ^= tape.next();
            }
            break;
        case 3:
            if (!manifest.parts.empty()) manifest.parts[at % manifest.parts.size()].root[at % 32] ^= tape.next();
            break;
        default:
            if (!manifest.parts.empty()) manifest.parts[at % manifest.parts.size()].bits += tape.below(3);
            break;
    }
}

void run(Tape& tape, const Given& given) {
    SnapshotManifest manifest = given.manifest;
    for (std::size_t edits = tape.below(4); edits > 0; --edits) {
        switch (tape.below(4)) {
            case 0:
                change_header(tape, manifest.header);
                break;
            case 1:
                change_certificate(tape, manifest.certificate, manifest);
                break;
            case 2:
                if (!manifest.epoch_ends.empty()) {
                    EpochEnd& end = manifest.epoch_ends[tape.below(manifest.epoch_ends.size())];
                    change_header(tape, end.header);
                    change_certificate(tape, end.certificate, manifest);
                }
                break;
            default:
                change_lists(tape, given.whole, manifest);
                break;
        }
    }
    Bytes bytes = encode(manifest);
    for (std::size_t flips = tape.below(3); flips > 0; --flips) bytes[tape.number() % bytes.size()] ^= tape.next();
    Result<SnapshotManifest, Error> decoded = decode_manifest(bytes);
    if (!decoded) return;
    DATADEED_ASSERT(encode(*decoded) == bytes);
    const auto checked = check_manifest(std::move(*decoded), {.genesis = given.made.genesis(), .id = given.made.id()},
                                        consensus::Ed25519Verifier{});
    if (!checked) return;
    DATADEED_ASSERT(checked->content().header == given.manifest.header);
    DATADEED_ASSERT(checked->block_hash() == given.made.tip().hash);
    DATADEED_ASSERT(checked->epoch() == given.made.epochs().back());
    DATADEED_ASSERT(checked->log() == log_of(given.made.tip().log_size, given.manifest.log_edge));
    const std::vector<ledger::StatePart>& parts = checked->content().parts;
    DATADEED_ASSERT(checked->places().size() == parts.size());
    DATADEED_ASSERT(given.whole.has_all(parts));
    DATADEED_ASSERT(given.whole.is_cut_by_rule(parts, part_bytes) == (parts == given.manifest.parts));
}

}  // namespace
}  // namespace datadeed::chain

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 256) return 0;
    static const datadeed::chain::Given given;
    datadeed::fuzz::Tape tape{{data, size}};
    datadeed::chain::run(tape, given);
    return 0;
}
