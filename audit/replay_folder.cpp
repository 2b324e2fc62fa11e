#include "audit/replay_folder.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "audit/working_copy.h"
#include "chain/chain_view.h"
#include "chain/data_folder.h"
#include "chain/file.h"
#include "chain/leveldb_store.h"
#include "ledger/error.h"
#include "ledger/genesis.h"

namespace datadeed::audit {
namespace {

namespace fs = std::filesystem;

// Names the damaged file and, if what is left can be read, the first block that is missing.
ReplayReport replay_damaged(const ledger::Genesis& genesis, const ChainId& chain, chain::LeveldbOptions database,
                            const FirstBad& damage, const ReplayOptions& options) {
    ReplayReport report{.chain = chain, .first_bad = damage};
    database.salvage = true;
    const auto store = chain::open_leveldb(database);
    if (!store) return report;
    report = replay(genesis, chain, chain::ChainView{**store}, options);
    FirstBad bad = damage;
    bad.height = report.first_bad ? report.first_bad->height : report.height.next();
    report.first_bad = bad;
    return report;
}

// The report with places in the folder that the auditor knows, not in the working copies.
ReplayReport in_folder(const std::string& folder, std::initializer_list<std::string> copies, ReplayReport report) {
    if (!report.first_bad) return report;
    for (std::string* text : {&report.first_bad->place, &report.first_bad->detail}) {
        for (const std::string& copy : copies) {
            for (std::size_t at = text->find(copy); at != std::string::npos;
                 at = text->find(copy, at + folder.size())) {
                text->replace(at, copy.size(), folder);
            }
        }
    }
    return report;
}

Result<void, Error> check_there(const std::string& folder) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) return fail(Error::folder_not_found);
    const fs::path chain = fs::path{folder} / "chain";
    if (!fs::is_directory(chain, error) || fs::is_empty(chain, error)) return fail(Error::chain_not_in_folder);
    return {};
}

ReplayReport replay_data(const std::string& folder, const std::string& archive_folder, const ReplayOptions& given) {
    const auto data = chain::DataFolder::open_copy(chain::posix_files(), folder);
    if (!data) return {.first_bad = unreadable(data.error())};
    const ChainId chain = data->chain_id();
    const auto genesis = ledger::decode_genesis(data->genesis());
    if (!genesis) {
        return {.chain = chain,
                .first_bad = FirstBad{.code = std::string{ledger::code(genesis.error())},
                                      .detail = std::string{ledger::describe(genesis.error())},
                                      .height = Height{0},
                                      .place = "genesis.cbor"}};
    }
    ReplayOptions options = given;
    std::optional<chain::Archive> archive;
    if (!archive_folder.empty()) {
        auto open = chain::Archive::open(chain::posix_files(), archive_folder, chain);
        if (!open) return {.chain = chain, .first_bad = unreadable(open.error())};
        archive = std::move(*open);
        options.archive = &*archive;
    }
    // Before a copy is made: it may be of gigabytes.
    if (auto bad = check_chain(options.anchors, chain)) return {.chain = chain, .first_bad = std::move(bad)};
    const auto copy = WorkingCopy::make(data->chain_path());
    if (!copy) return {.chain = chain, .first_bad = copy.error()};
    const chain::LeveldbOptions database{.folder = copy->path(), .create = false};
    const auto store = chain::open_leveldb(database);
    if (!store) {
        // Opening may have rewritten files of the copy: look for the place in a fresh one.
        const auto fresh = WorkingCopy::make(data->chain_path());
        if (!fresh) return {.chain = chain, .first_bad = fresh.error()};
        return in_folder(data->chain_path(), {copy->path(), fresh->path()},
                         replay_damaged(*genesis, chain, {.folder = fresh->path(), .create = false},
                                        unreadable(store.error()), options));
    }
    return in_folder(data->chain_path(), {copy->path()}, replay(*genesis, chain, chain::ChainView{**store}, options));
}

}  // namespace

Result<ReplayReport, Error> replay_folder(const std::string& folder, const std::string& archive,
                                          const ReplayOptions& options) {
    if (const Result<void, Error> there = check_there(folder); !there) return fail(there.error());
    std::error_code error;
    if (!archive.empty() && !fs::is_directory(archive, error)) return fail(Error::archive_not_found);
    return replay_data(folder, archive, options);
}

}  // namespace datadeed::audit
