#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/assert.h"
#include "chain/keys.h"
#include "tests/chain/support.h"
#include "tests/fuzz/tape.h"

// A chain database of blocks, to which anything is done behind its back: bits turned, values cut, swapped, copied,
// lost, made up. Whatever is then read of it is what was written, or is told to be damaged or not there. Its next start
// and its next block end the same ways: a block that was taken is read back, with the root that its header has.

namespace datadeed::chain {
namespace {

using fuzz::Tape;

const ChainStart start{.chain = test::sample_chain, .time = TimeMs{1'000}};
constexpr std::uint64_t blocks = 5;

// The chain as it was written, and all that can be asked about it.
struct Written {
    MemoryDisk disk{};
    std::vector<StoredBlock> stored{};
    std::vector<Bytes> leaves{};
    std::vector<Digest> leaf_hashes{};
    std::optional<test::BlockMaker> next{};  // makes what follows on the tip

    Written() {
        const std::unique_ptr<KvStore> kv = open_memory_store(disk);
        ChainStore store = ChainStore::open(*kv, start).value();
        test::BlockMaker maker{store.tip()};
        for (const std::size_t count : {3U, 0U, 1U, 270U, 5U}) DATADEED_ASSERT(maker.append_to(store, count));
        DATADEED_ASSERT(store.put_checkpoint(3, "a checkpoint of three leaves"));
        DATADEED_ASSERT(store.put_checkpoint(279, "a checkpoint of all leaves"));
        const ChainView view = store.view();
        for (std::uint64_t height = 1; height <= blocks; ++height) {
            stored.push_back(view.block(Height{height}).value().value());
            for (const auto& transaction : stored.back().block.transactions) leaves.push_back(transaction.bytes);
        }
        leaf_hashes = maker.leaves();
        next = maker;
        kept_checkpoints = {{3, "a checkpoint of three leaves"}, {279, "a checkpoint of all leaves"}};
    }

    std::map<std::uint64_t, std::string> kept_checkpoints{};
};

Written& written() {
    static Written made;
    return made;
}

Bytes& value_at(MemoryDisk::Map& map, Tape& tape) {
    const std::size_t choice = std::size_t{tape.next()} << 8U | tape.next();
    return std::next(map.begin(), static_cast<std::ptrdiff_t>(choice % map.size()))->second;
}

void damage(MemoryDisk::Map& map, Tape& tape) {
    if (map.empty()) return;
    Bytes& value = value_at(map, tape);
    const std::size_t at = value.empty() ? 0 : (std::size_t{tape.next()} << 8U | tape.next()) % value.size();
    switch (tape.below(7)) {
        case 0:
            if (!value.empty()) value[at] ^= static_cast<std::uint8_t>(1U << tape.below(8));
            break;
        case 1:
            value.resize(at);
            break;
        case 2:
            std::swap(value, value_at(map, tape));
            break;
        case 3:
            value = value_at(map, tape);
            break;
        case 4:
            value.push_back(tape.next());
            break;
        case 5: {
            const std::size_t choice = std::size_t{tape.next()} << 8U | tape.next();
            map.erase(std::next(map.begin(), static_cast<std::ptrdiff_t>(choice % map.size())));
            break;
        }
        default: {
            constexpr std::array kinds{keys::log_start, keys::checkpoint, keys::gap};
            Bytes key{kinds[tape.below(kinds.size())]};
            for (std::size_t count = tape.below(12); count > 0; --count) key.push_back(tape.next());
            map[key] = value;
            break;
        }
    }
}

// True for the errors that a reader may meet; what else it says must be right.
bool is_told(const Error& error) {
    return error.fault == Fault::chain_damaged || error.fault == Fault::chain_not_found;
}

template <class T>
void check_known(const Result<std::optional<T>, Error>& read, const T& truth) {
    if (!read) {
        DATADEED_ASSERT(is_told(read.error()));
    } else if (*read) {
        DATADEED_ASSERT(**read == truth);
    }
}

void read_blocks(const ChainView& view) {
    const Written& truth = written();
    for (std::uint64_t height = 0; height <= blocks + 1; ++height) {
        const auto block = view.block(Height{height});
        if (!block) {
            DATADEED_ASSERT(is_told(block.error()));
            continue;
        }
        if (!*block) continue;
        DATADEED_ASSERT(height >= 1 && height <= blocks);
        const StoredBlock& expected = truth.stored[height - 1];
        DATADEED_ASSERT((*block)->hash == expected.hash && (*block)->block == expected.block &&
                        (*block)->certificate == expected.certificate);
    }
}

void read_log(const ChainView& view, Tape& tape) {
    const Written& truth = written();
    const std::uint64_t size = truth.leaves.size();
    for (int i = 0; i < 4; ++i) {
        const std::uint64_t index = (std::uint64_t{tape.next()} << 8U | tape.next()) % size;
        check_known(view.leaf(index), truth.leaves[index]);
        const Digest id = crypto::sha256(truth.leaves[index]);
        const auto place = view.find(ledger::TxId{id});
        if (!place) {
            DATADEED_ASSERT(is_told(place.error()));
        } else if (*place) {
            DATADEED_ASSERT((*place)->log_index == index);
        }
        const auto proof = view.inclusion({.index = index, .size = size});
        if (!proof) {
            DATADEED_ASSERT(is_told(proof.error()));
        } else {
            DATADEED_ASSERT(*proof == crypto::inclusion_path(truth.leaf_hashes, index));
        }
    }
    const auto leaves = view.leaves(0, static_cast<std::size_t>(size) + 1);
    if (!leaves) {
        DATADEED_ASSERT(is_told(leaves.error()));
    } else {
        DATADEED_ASSERT(leaves->size() <= size && std::equal(leaves->begin(), leaves->end(), truth.leaves.begin()));
    }
    const auto root = view.root(size);
    if (!root) {
        DATADEED_ASSERT(is_told(root.error()));
    } else {
        DATADEED_ASSERT(*root == crypto::root_of(truth.leaf_hashes));
    }
}

void read_checkpoints(const ChainView& view, Tape& tape) {
    const auto check = [](const Result<std::optional<StoredCheckpoint>, Error>& found) {
        if (!found) {
            DATADEED_ASSERT(is_told(found.error()));
        } else if (*found) {
            const auto& kept = written().kept_checkpoints;
            const auto expected = kept.find((*found)->size);
            DATADEED_ASSERT(expected != kept.end() && expected->second == (*found)->note);
        }
    };
    check(view.latest_checkpoint());
    check(view.checkpoint_of_at_least(tape.next()));
    check(view.checkpoint_of_at_least(tape.number()));
}

// A block on the tip: taken, then it and the log with it are read back or told to be damaged, or not taken for damage.
void append_next(ChainStore& store, test::BlockMaker maker, std::size_t count) {
    const Height next = store.tip().height.next();
    const Result<void, Error> appended = maker.append_to(store, count);
    if (!appended) {
        DATADEED_ASSERT(is_told(appended.error()));
        DATADEED_ASSERT(store.tip().height.next() == next);
        return;
    }
    DATADEED_ASSERT(store.tip().height == next);
    const auto block = store.view().block(next);
    DATADEED_ASSERT(block && *block && (*block)->hash == store.tip().hash);
    DATADEED_ASSERT((*block)->block.transactions.size() == count);
    const auto root = store.view().root(maker.leaves().size());
    if (root) {
        DATADEED_ASSERT(*root == crypto::root_of(maker.leaves()));
    } else {
        DATADEED_ASSERT(is_told(root.error()));
    }
}

// Opens it as a node does, and appends what fits on what it says is the tip.
void start_again(MemoryDisk& disk, std::size_t count) {
    const std::unique_ptr<KvStore> kv = open_memory_store(disk);
    Result<ChainStore, Error> store = ChainStore::open(*kv, start);
    if (!store) {
        DATADEED_ASSERT(is_told(store.error()) || store.error().fault == Fault::folder_other_chain);
        return;
    }
    // The tip is sealed: it's the one that was written, or the database was emptied of it and begins anew.
    const ledger::Tip& tip = store->tip();
    DATADEED_ASSERT(tip.height.value == 0 || (tip.height.value == blocks && tip.hash == written().stored.back().hash));
    append_next(*store, tip.height.value == 0 ? test::BlockMaker{tip} : *written().next, count);
}

}  // namespace

int fuzz_one(ByteView bytes) {
    if (bytes.size() > 512) return 0;
    Tape tape{bytes};
    MemoryDisk disk = written().disk;
    const std::unique_ptr<KvStore> kv = open_memory_store(disk);
    for (std::size_t count = tape.below(8); count > 0; --count) damage(disk.content(), tape);
    const ChainView view{*kv};
    if (const auto tip = view.tip()) {
        DATADEED_ASSERT(tip->height.value == blocks && tip->hash == written().stored.back().hash);
    }
    read_blocks(view);
    read_log(view, tape);
    read_checkpoints(view, tape);
    start_again(disk, tape.below(300));
    return 0;
}

}  // namespace datadeed::chain

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return datadeed::chain::fuzz_one({data, size});
}
