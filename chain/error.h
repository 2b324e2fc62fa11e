#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace datadeed::chain {

// What can go wrong with what is kept on disk. Everything here but votes_* and folder_* found at start ends the
// process: a store that failed once isn't trusted again before it was opened anew (docs/storage.md, LevelDB).
enum class Fault : std::uint8_t {
    // Files.
    file_not_found,
    file_no_permission,
    file_disk_full,
    file_too_many_open,
    file_sync_failed,
    file_too_large,
    file_io,
    // Stores.
    store_locked,
    store_damaged,
    store_io,
    store_disk_full,
    // A node's folder.
    folder_not_writable,
    folder_locked,
    folder_missing,
    folder_is_a_file,
    folder_not_empty,
    folder_format_unknown,
    folder_other_chain,
    // The chain and the state.
    chain_damaged,
    chain_block_not_next,
    chain_not_found,
    chain_pruned,
    state_damaged,
    state_ahead_of_chain,
    state_block_not_next,
    state_height_not_kept,
    state_differs_from_block,
    // Snapshots.
    snapshot_malformed,
    snapshot_not_certified,
    snapshot_differs_from_header,
    snapshot_part_wrong,
    snapshot_list_wrong,
    snapshot_record_unknown,
    snapshot_other_history,
    // Archives.
    archive_malformed,
    // The votes.
    votes_missing,
    votes_corrupt,
    votes_rolled_back,
    votes_other_node,
};

// The stable dotted code, such as `store.locked`.
[[nodiscard]] std::string_view code(Fault fault);
// What happened, as a sentence without a place.
[[nodiscard]] std::string_view describe(Fault fault);
// What a person can do about it, as a sentence.
[[nodiscard]] std::string_view advice(Fault fault);

// A fault, the file, key or height where it showed, and what the machine said (errno text, LevelDB's words).
struct Error {
    Fault fault{};
    std::string place{};
    std::string detail{};

    friend bool operator==(const Error&, const Error&) = default;
};

// "store.locked: another process has this database open (/srv/a/chain: ...). Stop it first ..."
[[nodiscard]] std::string to_text(const Error& error);

// Whether the disk is full, wherever that showed; the process ends with status 28 then.
[[nodiscard]] bool is_disk_full(const Error& error);

}  // namespace datadeed::chain
