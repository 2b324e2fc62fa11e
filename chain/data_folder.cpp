#include "chain/data_folder.h"

#include <unistd.h>

#include "crypto/hash.h"

namespace datadeed::chain {

namespace {

constexpr std::string_view format_line = "datadeed data 3\n";

std::string format_path(const std::string& path) {
    return path + "/format";
}
std::string genesis_path(const std::string& path) {
    return path + "/genesis.cbor";
}

// What the system said about the folder itself, in the words of this room.
Error folder_error(Error error, const std::string& path) {
    if (error.fault == Fault::file_no_permission) {
        return {.fault = Fault::folder_not_writable, .place = path, .detail = error.place + ": " + error.detail};
    }
    if (error.fault == Fault::file_not_found) {
        return {.fault = Fault::folder_missing, .place = path, .detail = error.place + ": " + error.detail};
    }
    return error;
}

}  // namespace

Result<void, Error> DataFolder::create(FileSystem& files, const std::string& path, ByteView genesis) {
    if (const Result<void, Error> made = files.create_folder(path); !made)
        return fail(folder_error(made.error(), path));
    const Result<std::vector<std::string>, Error> names = files.list(path);
    if (!names) return fail(folder_error(names.error(), path));
    // A creation that was interrupted may be done again: `format` is what makes it a data folder, and comes last.
    for (const std::string& name : *names) {
        const bool ours = name == "genesis.cbor" || name == "genesis.cbor.new" || name == "format.new";
        if (!ours && name != "chain" && name != "state") {
            return fail(Error{.fault = Fault::folder_not_empty, .place = path, .detail = "it holds " + name});
        }
    }
    const auto done = [&path](Result<void, Error> result) -> Result<void, Error> {
        if (!result) return fail(folder_error(result.error(), path));
        return {};
    };
    if (Result<void, Error> step = done(replace_file(files, genesis_path(path), genesis)); !step) return step;
    if (Result<void, Error> step = done(files.create_folder(path + "/chain")); !step) return step;
    if (Result<void, Error> step = done(files.create_folder(path + "/state")); !step) return step;
    if (Result<void, Error> step = done(files.sync_folder(folder_of(path))); !step) return step;
    return done(replace_file(files, format_path(path), as_bytes(format_line)));
}

Result<DataFolder, Error> DataFolder::read(FileSystem& files, const std::string& path) {
    const Result<Bytes, Error> format = read_file(files, format_path(path), 256);
    if (!format) return fail(folder_error(format.error(), path));
    if (as_text(*format) != format_line) {
        std::string found{as_text(*format).substr(0, as_text(*format).find('\n'))};
        return fail(
            Error{.fault = Fault::folder_format_unknown, .place = format_path(path), .detail = "it says: " + found});
    }
    Result<Bytes, Error> genesis = read_file(files, genesis_path(path), genesis_size_max);
    if (!genesis) return fail(folder_error(genesis.error(), path));
    DataFolder folder;
    folder.path_ = path;
    folder.chain_id_ = ChainId{crypto::sha256(*genesis)};
    folder.genesis_ = std::move(*genesis);
    return folder;
}

Result<DataFolder, Error> DataFolder::open(FileSystem& files, const std::string& path) {
    const Result<bool, Error> exists = files.exists(format_path(path));
    if (!exists) return fail(folder_error(exists.error(), path));
    if (!*exists)
        return fail(Error{.fault = Fault::folder_missing, .place = path, .detail = "there is no file format in it"});
    Result<std::unique_ptr<FileLock>, Error> lock = files.lock(path + "/lock", "process " + std::to_string(::getpid()));
    if (!lock) return fail(folder_error(lock.error(), path));
    Result<DataFolder, Error> folder = read(files, path);
    if (!folder) return folder;
    folder->lock_ = std::move(*lock);
    return folder;
}

Result<DataFolder, Error> DataFolder::open_copy(FileSystem& files, const std::string& path) {
    return read(files, path);
}

Result<void, Error> DataFolder::expect_chain(const ChainId& chain) const {
    if (chain == chain_id_) return {};
    return fail(Error{.fault = Fault::folder_other_chain,
                      .place = path_,
                      .detail = "it holds " + to_hex(chain_id_.value) + ", expected " + to_hex(chain.value)});
}

}  // namespace datadeed::chain
