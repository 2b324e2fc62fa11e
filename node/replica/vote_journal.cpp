#include "node/replica/vote_journal.h"

#include <utility>

#include "base/assert.h"
#include "base/fields.h"

namespace datadeed::replica {

Result<VoteJournal::Opened, chain::Error> VoteJournal::open(chain::FileSystem& files,
                                                            const chain::VoteFileOptions& options) {
    Result<chain::VoteFile::Opened, chain::Error> opened = chain::VoteFile::open(files, options);
    if (!opened) return fail(opened.error());
    std::vector<consensus::VoteRecord> records;
    records.reserve(opened->records.size());
    for (const Bytes& bytes : opened->records) {
        Result<consensus::VoteRecord, cbor::DecodeError> record = decode<consensus::VoteRecord>(bytes);
        if (!record) {
            return fail(chain::Error{.fault = chain::Fault::votes_corrupt,
                                     .place = options.path,
                                     .detail = "record " + std::to_string(records.size()) + " is not a vote"});
        }
        records.push_back(std::move(*record));
    }
    return Opened{.journal = VoteJournal{std::move(opened->file)}, .recovered = consensus::recover(records)};
}

Result<void, chain::Error> VoteJournal::append(const consensus::Persist& persist) {
    DATADEED_ASSERT(persist.number == appended_ + 1);
    appended_ = persist.number;
    Bytes record = encode(persist.record);
    file_.append(record);
    const bool sums_up = std::holds_alternative<consensus::Checkpoint>(persist.record);
    // Everything before a checkpoint is needed no more once the checkpoint is durable.
    if (sums_up && file_.should_compact()) return file_.compact(std::span{&record, 1});
    return {};
}

bool shows_lost_votes(const CheckedBlock& block, const consensus::Pbft& voting) {
    const std::optional<consensus::CommitCertificate>& below = block.prev_certificate;
    const bool of_epoch = below && voting.config().validators.epoch().has(below->view);
    return of_epoch && !voting.may_have_committed(*below);
}

}  // namespace datadeed::replica
