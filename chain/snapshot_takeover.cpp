#include "chain/snapshot_takeover.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/fields.h"
#include "chain/snapshot_files.h"
#include "chain/snapshot_install.h"
#include "chain/state_database.h"

namespace datadeed::chain {
namespace {

class StateFolder final : public StatePlace {
public:
    StateFolder(FileSystem& files, std::string path) : files_{&files}, path_{std::move(path)} {}

    Result<std::unique_ptr<KvStore>, Error> begin() override {
        if (Result<void, Error> removed = remove_all(next()); !removed) return fail(removed.error());
        return open_state_database(*files_, next());
    }

    Result<void, Error> adopt() override {
        if (Result<void, Error> removed = remove_all(path_); !removed) return removed;
        if (Result<void, Error> renamed = files_->rename(next(), path_); !renamed) return renamed;
        return files_->sync_folder(folder_of(path_));
    }

    Result<void, Error> discard() override { return remove_all(next()); }

private:
    [[nodiscard]] std::string next() const { return path_ + ".new"; }

    [[nodiscard]] static Result<void, Error> remove_all(const std::string& path) {
        std::error_code error;
        std::filesystem::remove_all(path, error);
        if (!error) return {};
        return fail(Error{.fault = Fault::file_io, .place = path, .detail = error.message()});
    }

    FileSystem* files_;
    std::string path_;
};

// The files aren't what was checked when they came.
bool is_of_no_use(const Error& error) {
    return error.fault == Fault::snapshot_malformed || error.fault == Fault::snapshot_not_certified ||
           error.fault == Fault::snapshot_differs_from_header || error.fault == Fault::snapshot_part_wrong ||
           error.fault == Fault::file_not_found;
}

Result<void, Error> install(const Takeover& takeover, const CheckedManifest& snapshot, const ChainId& chain) {
    const auto read = [&takeover](const Digest& root) { return read_part(takeover.files, takeover.folder, root); };
    Result<std::unique_ptr<KvStore>, Error> state = takeover.state.begin();
    if (!state) return fail(state.error());
    return install_state(**state, chain, snapshot, read);
}

Result<void, Error> advance(const Takeover& takeover, const CheckedManifest& snapshot, const ChainId& chain) {
    const ChainStart start{.chain = chain, .time = takeover.genesis.time};
    const Result<ChainStore, Error> open = ChainStore::open(takeover.chain, start);
    if (!open) return fail(open.error());
    // An earlier call came as far as here, or blocks were quicker than the last part.
    if (open->tip().height >= snapshot.height()) return {};
    return skip_to(takeover.chain, start, snapshot);
}

// The chain is advanced between the two: a node whose state was thrown away for nothing would have to replay it all.
Result<void, Error> take_over(const Takeover& takeover, const CheckedManifest& snapshot, const ChainId& chain) {
    if (Result<void, Error> installed = install(takeover, snapshot, chain); !installed) return installed;
    if (Result<void, Error> advanced = advance(takeover, snapshot, chain); !advanced) return advanced;
    return takeover.state.adopt();
}

Result<Height, Error> go_on_from_it(const Takeover& takeover) {
    Result<SnapshotManifest, Error> manifest = read_manifest(takeover.files, takeover.folder);
    if (!manifest) return fail(manifest.error());
    const ChainId chain = ledger::chain_id(encode(takeover.genesis));
    const Result<CheckedManifest, Error> snapshot =
        check_manifest(std::move(*manifest), {.genesis = takeover.genesis, .id = chain}, takeover.signatures);
    if (!snapshot) return fail(snapshot.error());
    if (Result<void, Error> taken = take_over(takeover, *snapshot, chain); !taken) return fail(taken.error());
    return snapshot->height();
}

}  // namespace

std::unique_ptr<StatePlace> make_state_place(FileSystem& files, std::string state_path) {
    return std::make_unique<StateFolder>(files, std::move(state_path));
}

Result<TakenOver, Error> take_over_snapshot(const Takeover& takeover) {
    const Result<bool, Error> is_whole = takeover.files.exists(manifest_path(takeover.folder));
    if (!is_whole) return fail(is_whole.error());
    if (!*is_whole) return TakenOver{};
    const Result<Height, Error> done = go_on_from_it(takeover);
    TakenOver outcome;
    if (done) {
        outcome.height = *done;
    } else {
        if (Result<void, Error> discarded = takeover.state.discard(); !discarded) return fail(discarded.error());
        outcome.discarded = done.error();
        // The node can go on as it was, and try it again when it has room.
        if (is_disk_full(done.error())) return outcome;
        if (!is_of_no_use(done.error())) return fail(done.error());
    }
    if (Result<void, Error> emptied = begin_folder(takeover.files, takeover.folder); !emptied) {
        return fail(emptied.error());
    }
    return outcome;
}

}  // namespace datadeed::chain
