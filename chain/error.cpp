#include "chain/error.h"

namespace datadeed::chain {

namespace {

struct Words {
    std::string_view code;
    std::string_view what;
    std::string_view advice;
};

constexpr std::string_view rebuild =
    "Stop the node, move its state/ folder away and start again: it is made anew from chain/.";
constexpr std::string_view refetch =
    "Don't repair it. Move chain/ and state/ away, keep votes, and start again: the node fetches certified blocks from "
    "its peers.";
constexpr std::string_view never_votes_again =
    "The node follows the chain and never votes on it again. Never put a backup of this file in its place; "
    "docs/operations.md says what is left to do.";
constexpr std::string_view free_disk =
    "Free some space and start the node again: nothing that was acknowledged is lost.";
constexpr std::string_view look_at_disk =
    "Look at the system's log for disk errors. Nothing after the failure was acknowledged; start again once the disk "
    "is sound.";

Words words_of_file(Fault fault) {
    if (fault == Fault::file_not_found) return {"file.not_found", "there is no such file or folder", "Check the path."};
    if (fault == Fault::file_no_permission) {
        return {"file.no_permission", "the system doesn't allow it",
                "Let the user that runs the program own the file and its folder."};
    }
    if (fault == Fault::file_disk_full) return {"file.disk_full", "the disk is full", free_disk};
    if (fault == Fault::file_too_many_open) {
        return {"file.too_many_open", "too many files are open", "Raise the limit of open files (ulimit -n)."};
    }
    if (fault == Fault::file_sync_failed) {
        return {"file.sync_failed", "the disk didn't confirm what was written", look_at_disk};
    }
    if (fault == Fault::file_too_large) {
        return {"file.too_large", "the file is longer than such a file can be",
                "It isn't what its name says: check the path, or restore it from its backup."};
    }
    return {"file.io", "reading or writing failed", look_at_disk};
}

Words words_of_folder(Fault fault) {
    if (fault == Fault::folder_not_writable) {
        return {"folder.not_writable", "the folder can't be written",
                "Let the user that runs the node own it, with mode 0700."};
    }
    if (fault == Fault::folder_locked) {
        return {"folder.locked", "another node runs on this folder",
                "Stop the other one first. Two nodes with one key would contradict each other."};
    }
    if (fault == Fault::folder_missing) {
        return {"folder.missing", "this is not a node's folder", "Check the path; the folder above it must be there."};
    }
    if (fault == Fault::folder_is_a_file) {
        return {"folder.is_a_file", "a file stands where the folder should be",
                "Correct the path in the configuration, or move the file away."};
    }
    if (fault == Fault::folder_not_empty) {
        return {"folder.not_empty", "the folder has something in it",
                "Name an empty folder or a new one. If it is a node's, put back what it lacks, format or genesis.cbor, "
                "from a backup or another node of this chain and version, and remove nothing: a validator without its "
                "file votes never votes again."};
    }
    if (fault == Fault::folder_format_unknown) {
        return {
            "folder.format_unknown", "the folder was written by another version, or its file format is damaged",
            "Run the version that wrote it. If the file is damaged, put back that of another node of this version, and "
            "leave all else: a validator without its file votes never votes again."};
    }
    return {"folder.other_chain", "the folder holds another chain",
            "Compare the genesis document in the folder with the one in the configuration."};
}

Words words_of_store(Fault fault) {
    if (fault == Fault::store_locked) {
        return {"store.locked", "another process has this database open", "Stop the other process first."};
    }
    if (fault == Fault::store_damaged)
        return {"store.damaged", "the database has bytes that don't fit their checksums", refetch};
    if (fault == Fault::store_disk_full) return {"store.disk_full", "the disk is full", free_disk};
    return {"store.io", "the database couldn't read or write", look_at_disk};
}

Words words_of_votes(Fault fault) {
    if (fault == Fault::votes_missing)
        return {"votes.missing", "the record of this node's votes is gone", never_votes_again};
    if (fault == Fault::votes_corrupt)
        return {"votes.corrupt", "the record of this node's votes is damaged", never_votes_again};
    if (fault == Fault::votes_rolled_back) {
        return {"votes.rolled_back", "the record of this node's votes is older than the chain", never_votes_again};
    }
    return {"votes.other_node", "the record of votes belongs to another node or chain",
            "Put back the folder's own file; never copy this file between nodes."};
}

Words words_of_chain(Fault fault) {
    if (fault == Fault::chain_damaged)
        return {"chain.damaged", "a stored block or log entry isn't what was stored", refetch};
    if (fault == Fault::chain_block_not_next) {
        return {"chain.block_not_next", "the block doesn't follow on the last one", "This is a bug: please report it."};
    }
    if (fault == Fault::chain_not_found) {
        return {"chain.not_found", "the chain has no such entry", "Check the height or id; the node may be behind."};
    }
    if (fault == Fault::chain_pruned) {
        return {
            "chain.pruned", "this node doesn't keep blocks as old as that",
            "Ask a node that has them, or who runs this one for its archive. Where this node's own state/ is what's "
            "missing, move chain/ and state/ away, keep votes, and start again."};
    }
    if (fault == Fault::state_damaged) return {"state.damaged", "a stored value isn't what was stored", rebuild};
    if (fault == Fault::state_ahead_of_chain) {
        return {"state.ahead_of_chain", "the state has blocks that the chain doesn't have", rebuild};
    }
    if (fault == Fault::state_block_not_next) {
        return {"state.block_not_next", "the changes don't follow on the last ones",
                "This is a bug: please report it."};
    }
    if (fault == Fault::state_height_not_kept) {
        return {"state.height_not_kept", "the state at this height isn't kept any more, or not there yet",
                "Ask a node that keeps more history, or a later height."};
    }
    return {"state.differs_from_block", "executing a certified block gave another result than its header says",
            rebuild};
}

Words words_of_snapshot(Fault fault) {
    if (fault == Fault::snapshot_malformed) {
        return {"snapshot.malformed", "this isn't the manifest of a snapshot", "Take a snapshot from somebody else."};
    }
    if (fault == Fault::snapshot_not_certified) {
        return {"snapshot.not_certified", "no quorum of this chain's validators certified the snapshot's block",
                "It's of another chain, or somebody lies: take a snapshot from somebody else."};
    }
    if (fault == Fault::snapshot_differs_from_header) {
        return {"snapshot.differs_from_header", "the snapshot isn't what the header of its block commits to",
                "Take a snapshot from somebody else."};
    }
    if (fault == Fault::snapshot_list_wrong) {
        return {"snapshot.list_wrong", "the snapshot's state isn't cut into parts as the rule says",
                "Whoever made the list of parts is faulty, not who sent the part: take the list from somebody else."};
    }
    if (fault == Fault::snapshot_record_unknown) {
        return {"snapshot.record_unknown", "the snapshot has a record that this version doesn't know",
                "Nobody lies: a quorum certified it. Run the version that the chain's other nodes run."};
    }
    if (fault == Fault::snapshot_other_history) {
        return {"snapshot.other_history", "a quorum certified a snapshot that isn't of the history this node has",
                "Don't start the node again. Keep its folder and the snapshot: one of the two histories is false. "
                "Compare the blocks with those of other nodes."};
    }
    return {"snapshot.part_wrong", "a part of the snapshot isn't what its list of parts says",
            "Remove that part and take it again, from somebody else if it came from a peer."};
}

Words words_of_archive() {
    return {"archive.malformed", "a file of the archive isn't what its name says",
            "Take the file from another copy, or another node's archive; sha256sum -c SHA256SUMS finds such files."};
}

Words words(Fault fault) {
    switch (fault) {
        case Fault::file_not_found:
        case Fault::file_no_permission:
        case Fault::file_disk_full:
        case Fault::file_too_many_open:
        case Fault::file_sync_failed:
        case Fault::file_too_large:
        case Fault::file_io:
            return words_of_file(fault);
        case Fault::store_locked:
        case Fault::store_damaged:
        case Fault::store_io:
        case Fault::store_disk_full:
            return words_of_store(fault);
        case Fault::folder_not_writable:
        case Fault::folder_locked:
        case Fault::folder_missing:
        case Fault::folder_is_a_file:
        case Fault::folder_not_empty:
        case Fault::folder_format_unknown:
        case Fault::folder_other_chain:
            return words_of_folder(fault);
        case Fault::chain_damaged:
        case Fault::chain_block_not_next:
        case Fault::chain_not_found:
        case Fault::chain_pruned:
        case Fault::state_damaged:
        case Fault::state_ahead_of_chain:
        case Fault::state_block_not_next:
        case Fault::state_height_not_kept:
        case Fault::state_differs_from_block:
            return words_of_chain(fault);
        case Fault::snapshot_malformed:
        case Fault::snapshot_not_certified:
        case Fault::snapshot_differs_from_header:
        case Fault::snapshot_part_wrong:
        case Fault::snapshot_list_wrong:
        case Fault::snapshot_record_unknown:
        case Fault::snapshot_other_history:
            return words_of_snapshot(fault);
        case Fault::archive_malformed:
            return words_of_archive();
        case Fault::votes_missing:
        case Fault::votes_corrupt:
        case Fault::votes_rolled_back:
        case Fault::votes_other_node:
            return words_of_votes(fault);
    }
    return {"chain.unknown", "unknown", ""};
}

}  // namespace

std::string_view code(Fault fault) {
    return words(fault).code;
}

std::string_view describe(Fault fault) {
    return words(fault).what;
}

std::string_view advice(Fault fault) {
    return words(fault).advice;
}

std::string to_text(const Error& error) {
    const Words said = words(error.fault);
    std::string text{said.code};
    text.append(": ").append(said.what);
    if (!error.place.empty() || !error.detail.empty()) {
        text.append(" (").append(error.place);
        if (!error.place.empty() && !error.detail.empty()) text.append(": ");
        text.append(error.detail).append(")");
    }
    return text.append(". ").append(said.advice);
}

bool is_disk_full(const Error& error) {
    return error.fault == Fault::file_disk_full || error.fault == Fault::store_disk_full;
}

}  // namespace datadeed::chain
