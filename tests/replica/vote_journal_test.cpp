#include "node/replica/vote_journal.h"

#include "base/assert.h"
#include "base/fields.h"
#include "chain/memory_file.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
namespace {

constexpr std::size_t payload_size = std::size_t{1} << 20U;

// A vote file, and a journal in it whose process may begin again.
class Desk {
public:
    [[nodiscard]] Result<VoteJournal::Opened, chain::Error> open(bool create = true) {
        return VoteJournal::open(files_, options(create));
    }
    // Written and synced, each under the next number.
    static void keep(VoteJournal& journal, const std::vector<consensus::VoteRecord>& records) {
        for (const consensus::VoteRecord& record : records) {
            DATADEED_ASSERT(journal.append({.number = journal.appended_count() + 1, .record = record}).has_value());
        }
        DATADEED_ASSERT(journal.sync().has_value());
    }
    [[nodiscard]] chain::VoteFile::Opened file() { return chain::VoteFile::open(files_, options(true)).value(); }
    [[nodiscard]] std::size_t size() const { return files_.content("votes")->size(); }

private:
    static chain::VoteFileOptions options(bool create) {
        return {.path = "votes", .chain = {}, .node = "n", .create = create, .count_min = 0};
    }
    chain::MemoryFileSystem files_;
};

consensus::VoteRecord proposal(std::uint64_t height, std::size_t bytes) {
    const consensus::PrePrepare made{.view = {}, .height = Height{height}, .hash = {}, .payload = Bytes(bytes)};
    return consensus::ProposalMade{.proposal = {.message = made, .signer = {}, .signature = {}}};
}

consensus::VoteRecord checkpoint(std::uint64_t height) {
    return consensus::Checkpoint{.committed = Height{height}, .view = {}, .view_change = {}, .new_view = {}};
}

}  // namespace

TEST_CASE("a journal that is opened again says what was voted, and its numbers go on") {
    Desk desk;
    {
        VoteJournal journal = std::move(desk.open().value().journal);
        Desk::keep(journal, {checkpoint(5), proposal(6, 10)});
        CHECK(journal.appended_count() == 2);
        CHECK(journal.durable_count() == 2);
    }
    VoteJournal::Opened again = desk.open(false).value();
    CHECK(again.recovered.closed == Height{5});
    REQUIRE(again.recovered.made.size() == 1);
    CHECK(again.recovered.made[0].proposal.message.height == Height{6});
    Desk::keep(again.journal, {proposal(7, 10)});
    CHECK(again.journal.durable_count() == 3);
}

TEST_CASE("a journal can't be opened where the file can't, nor on a record that is no vote") {
    Desk desk;
    const Result<VoteJournal::Opened, chain::Error> missing = desk.open(false);
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().fault == chain::Fault::votes_missing);

    chain::VoteFile file = std::move(desk.file().file);
    file.append(encode(checkpoint(5)));
    file.append(Bytes{0x00});
    REQUIRE(file.sync());
    const Result<VoteJournal::Opened, chain::Error> garbage = desk.open();
    REQUIRE_FALSE(garbage.has_value());
    CHECK(garbage.error().fault == chain::Fault::votes_corrupt);
    CHECK(garbage.error().place == "votes");
    CHECK(garbage.error().detail == "record 1 is not a vote");
}

TEST_CASE("a checkpoint takes the place of all that comes before it, but only in a file that has grown long") {
    Desk desk;
    VoteJournal journal = std::move(desk.open().value().journal);
    Desk::keep(journal, {proposal(1, 10), checkpoint(1)});
    CHECK(desk.file().records.size() == 2);
    std::size_t records = 2;
    while (desk.size() <= chain::VoteFile::compact_size_min) Desk::keep(journal, {proposal(++records, payload_size)});
    Desk::keep(journal, {proposal(++records, 10)});
    CHECK(desk.file().records.size() == records);
    Desk::keep(journal, {checkpoint(records)});
    const std::vector<Bytes> kept = desk.file().records;
    REQUIRE(kept.size() == 1);
    CHECK(kept[0] == encode(checkpoint(records)));
    CHECK(desk.size() < payload_size);
    CHECK(journal.durable_count() == records + 1);
    CHECK(desk.open(false).value().recovered.closed == Height{records});
}

}  // namespace datadeed::replica
