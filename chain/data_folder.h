#pragma once

#include <memory>
#include <string>

#include "base/types.h"
#include "chain/file.h"

namespace datadeed::chain {

// A node's folder:
//
//     format         "datadeed data 3": what may read it
//     lock           held while a node runs; says by which process
//     genesis.cbor   the genesis document, verbatim; its SHA-256 is the chain id
//     chain/         LevelDB: blocks, certificates, log, index
//     state/         LevelDBs: values/, and tree/ for the state tree; can be made again from chain/
//     evidence/      proof that validators contradicted themselves, until it is on the chain; nothing rests on it
//     snapshots/     0/ and 1/: the last two that this node wrote; incoming/: one it fetches; nothing rests on them
//     votes          what this node has signed; never copy it to another node, never restore it from a backup
class DataFolder {
public:
    // Makes the folder's content in an empty or missing folder (the one above it must exist). Errors: folder_not_empty,
    // folder_is_a_file, folder_not_writable, file_*.
    [[nodiscard]] static Result<void, Error> create(FileSystem& files, const std::string& path, ByteView genesis);

    // Locks and checks it. Errors: folder_missing, folder_not_writable, folder_locked (with the other process),
    // folder_format_unknown.
    [[nodiscard]] static Result<DataFolder, Error> open(FileSystem& files, const std::string& path);

    // For an auditor's copy: no lock, no write of ours. Opening LevelDB still writes into chain/.
    [[nodiscard]] static Result<DataFolder, Error> open_copy(FileSystem& files, const std::string& path);

    // folder_other_chain unless the genesis document in here has this SHA-256.
    [[nodiscard]] Result<void, Error> expect_chain(const ChainId& chain) const;

    [[nodiscard]] const Bytes& genesis() const { return genesis_; }
    [[nodiscard]] const ChainId& chain_id() const { return chain_id_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string chain_path() const { return path_ + "/chain"; }
    [[nodiscard]] std::string state_path() const { return path_ + "/state"; }
    [[nodiscard]] std::string evidence_path() const { return path_ + "/evidence"; }
    [[nodiscard]] std::string snapshots_path() const { return path_ + "/snapshots"; }
    [[nodiscard]] std::string votes_path() const { return path_ + "/votes"; }

    static constexpr std::size_t genesis_size_max = 16U << 20U;

private:
    DataFolder() = default;
    [[nodiscard]] static Result<DataFolder, Error> read(FileSystem& files, const std::string& path);

    std::string path_{};
    Bytes genesis_{};
    ChainId chain_id_{};
    std::unique_ptr<FileLock> lock_{};
};

}  // namespace datadeed::chain
