#include "chain/archive.h"

#include <functional>

#include "base/fields.h"
#include "crypto/hash.h"
#include "tests/chain/snapshot_world.h"
#include "tests/support/catch.h"

namespace datadeed::chain {
namespace {

struct Archived {
    Archived() { REQUIRE(make_archive(world.files(), "archive")); }

    test::SnapshotWorld world{8};

    Result<Height, Error> write(Height first, Height last, std::size_t bytes_max = archive_file_bytes) {
        return archive_blocks(world.files(), "archive",
                              {.chain = world.made().id(), .blocks = world.chain(), .span = {first, last}}, bytes_max);
    }
    Archive open() { return Archive::open(world.files(), "archive", world.made().id()).value(); }
    // The one file of blocks; the other is SHA256SUMS.
    std::string file() { return "archive/" + world.files().list("archive").value().back(); }
    Fault fault_after(const std::function<void(Bytes&)>& edit, Height height = Height{4}) {
        Bytes bytes = world.files().content(file()).value();
        edit(bytes);
        world.files().set_content(file(), bytes);
        Archive archive = open();
        const auto block = archive.block(height);
        return block ? Fault::file_io : block.error().fault;
    }
};

Bytes operator+(Bytes a, const Bytes& b) {
    append(a, b);
    return a;
}

Bytes opening(const std::string& format, const ChainId& chain, std::uint64_t first) {
    cbor::Writer writer;
    writer.array(3);
    writer.text(format);
    writer.bytes(chain.value);
    writer.unsigned_integer(first);
    return writer.take();
}

Bytes item(const StoredBlock& block) {
    return Bytes{0x82} + encode(block.block) + encode(block.certificate);
}

void check_same(const StoredBlock& a, const StoredBlock& b) {
    CHECK(a.hash == b.hash);
    CHECK(a.block == b.block);
    CHECK(a.certificate == b.certificate);
}

}  // namespace

TEST_CASE("what was archived is what the chain had, in any order of asking") {
    Archived given;
    REQUIRE(given.write(Height{1}, Height{3}).value() == Height{3});
    REQUIRE(given.write(Height{4}, Height{8}).value() == Height{8});
    Archive archive = given.open();
    for (const std::uint64_t height : {1U, 2U, 3U, 4U, 8U, 1U}) {
        check_same(archive.block(Height{height}).value().value(),
                   given.world.chain().block(Height{height}).value().value());
    }
    CHECK_FALSE(archive.block(Height{9}).value().has_value());
    CHECK_FALSE(archive.block(Height{0}).value().has_value());
}

TEST_CASE("a file of an archive ends with the block that fills it") {
    Archived given;
    std::vector<Height> lasts;
    for (Height next{1}; next <= Height{8}; next = lasts.back().next()) {
        lasts.push_back(given.write(next, Height{8}, 2'000).value());
    }
    CHECK(lasts.size() > 2);
    CHECK(lasts.size() < 8);
    Archive archive = given.open();
    for (Height height{1}; height <= Height{8}; height = height.next()) {
        CHECK(archive.block(height).value().has_value());
    }
}

TEST_CASE("an archive's sums are what sha256sum makes of its files") {
    Archived given;
    REQUIRE(given.write(Height{1}, Height{3}));
    REQUIRE(given.write(Height{4}, Height{8}));
    REQUIRE(given.write(Height{4}, Height{8}));  // again, after a crash: no second line
    std::string expected;
    for (const std::string name :
         {"blocks-000000000001-000000000003.cborseq", "blocks-000000000004-000000000008.cborseq"}) {
        const Bytes bytes = given.world.files().content("archive/" + name).value();
        expected += to_hex(crypto::sha256(bytes)) + "  " + name + "\n";
    }
    CHECK(as_text(given.world.files().content("archive/SHA256SUMS").value()) == expected);
}

TEST_CASE("a file of an archive is a CBOR sequence: what it is, then each block with its certificate") {
    Archived given;
    REQUIRE(given.write(Height{2}, Height{2}));
    const StoredBlock block = given.world.chain().block(Height{2}).value().value();
    const Bytes expected = opening("datadeed/archive/1", given.world.made().id(), 2) + item(block);
    CHECK(given.world.files().content(given.file()).value() == expected);
}

TEST_CASE("a file of an archive that was changed anywhere gives nothing away") {
    Archived given;
    REQUIRE(given.write(Height{4}, Height{5}));
    SECTION("a byte more") {
        CHECK(given.fault_after([](Bytes& bytes) { bytes.push_back(0); }) == Fault::archive_malformed);
    }
    SECTION("a byte less") {
        CHECK(given.fault_after([](Bytes& bytes) { bytes.pop_back(); }) == Fault::archive_malformed);
    }
    SECTION("empty") {
        CHECK(given.fault_after([](Bytes& bytes) { bytes.clear(); }) == Fault::archive_malformed);
    }
    SECTION("under another name") {
        const Bytes bytes = given.world.files().content(given.file()).value();
        REQUIRE(given.world.files().remove(given.file()));
        given.world.files().set_content("archive/blocks-000000000006-000000000007.cborseq", bytes);
        CHECK(given.open().block(Height{6}).error().fault == Fault::archive_malformed);
    }
}

TEST_CASE("a file of an archive holds what its name says, each block with its certificate and on the one before") {
    Archived given;
    REQUIRE(given.write(Height{4}, Height{5}));
    const StoredBlock fourth = given.world.chain().block(Height{4}).value().value();
    const StoredBlock fifth = given.world.chain().block(Height{5}).value().value();
    const ChainId chain = given.world.made().id();
    const auto is_taken = [&given](const Bytes& content) {
        given.world.files().set_content(given.file(), content);
        Archive archive = given.open();
        const auto block = archive.block(Height{5});
        if (!block) CHECK(block.error().fault == Fault::archive_malformed);
        return block.has_value();
    };
    const std::string name = "datadeed/archive/1";
    REQUIRE(is_taken(opening(name, chain, 4) + item(fourth) + item(fifth)));
    CHECK_FALSE(is_taken(opening("datadeed/archive/2", chain, 4) + item(fourth) + item(fifth)));
    CHECK_FALSE(is_taken(opening(name, ChainId{}, 4) + item(fourth) + item(fifth)));
    CHECK_FALSE(is_taken(opening(name, chain, 3) + item(fourth) + item(fifth)));
    CHECK_FALSE(is_taken(opening(name, chain, 4) + item(fifth) + item(fifth)));
    CHECK_FALSE(is_taken(opening(name, chain, 4) + item(fourth) + item(fourth)));
    StoredBlock certified_wrongly = fifth;
    certified_wrongly.certificate = fourth.certificate;
    CHECK_FALSE(is_taken(opening(name, chain, 4) + item(fourth) + item(certified_wrongly)));
    // A block of the right height that stands on another one.
    StoredBlock other = fifth;
    other.block.header.prev[0] ^= 1U;
    other.certificate.hash = ledger::hash(other.block.header);
    CHECK_FALSE(is_taken(opening(name, chain, 4) + item(fourth) + item(other)));
    // The other way round: a first block may stand on anything, for all that the file can tell.
    StoredBlock unknown = fourth;
    unknown.block.header.height = Height{9};
    unknown.certificate.hash = ledger::hash(unknown.block.header);
    CHECK_FALSE(is_taken(opening(name, chain, 4) + item(unknown) + item(fifth)));
}

TEST_CASE("what isn't named as a file of an archive is none") {
    Archived given;
    REQUIRE(given.write(Height{4}, Height{5}));
    const Bytes bytes = given.world.files().content(given.file()).value();
    for (const char* name : {"blocks-4-5.cborseq", "blocks-000000000005-000000000004.cborseq", "blocks-.cborseq",
                             "blocks-000000000001-x00000000002.cborseq", "blocks-000000000001000000000002.cborseq",
                             "notes.txt", "blocks-000000000001-000000000002.cborseq.new"}) {
        given.world.files().set_content(std::string{"archive/"} + name, bytes);
    }
    Archive archive = given.open();
    CHECK_FALSE(archive.block(Height{1}).value().has_value());
    CHECK(archive.block(Height{4}).value().has_value());
}

TEST_CASE("an archive of another chain gives nothing away") {
    Archived given;
    REQUIRE(given.write(Height{1}, Height{3}));
    Archive archive = Archive::open(given.world.files(), "archive", ChainId{}).value();
    CHECK(archive.block(Height{1}).error().fault == Fault::archive_malformed);
}

TEST_CASE("a file that is there is never changed") {
    Archived given;
    REQUIRE(given.write(Height{1}, Height{3}));
    const Bytes good = given.world.files().content(given.file()).value();
    REQUIRE(given.write(Height{1}, Height{3}));  // as after a crash
    CHECK(given.world.files().content(given.file()).value() == good);
    given.world.files().set_content(given.file(), Bytes{1, 2, 3});
    const auto written = given.write(Height{1}, Height{3});
    REQUIRE_FALSE(written);
    CHECK(written.error().fault == Fault::archive_malformed);
    CHECK(given.world.files().content(given.file()).value() == Bytes{1, 2, 3});
}

TEST_CASE("where files of an archive overlap, one that is damaged hides no good one") {
    Archived given;
    REQUIRE(given.write(Height{1}, Height{3}));
    given.world.files().set_content("archive/blocks-000000000001-000000000999.cborseq", Bytes{1, 2, 3});
    given.world.files().set_content("archive/blocks-000000000000-000000000002.cborseq", Bytes{1, 2, 3});
    Archive archive = given.open();
    CHECK(archive.block(Height{2}).value().has_value());
    CHECK(archive.block(Height{7}).error().fault == Fault::archive_malformed);
    CHECK(archive.block(Height{3}).value().has_value());
}

TEST_CASE("blocks that can't be archived are an error, and name what failed") {
    Archived given;
    CHECK(given.write(Height{8}, Height{9}).error().fault == Fault::chain_not_found);
    CHECK(Archive::open(given.world.files(), "nowhere", given.world.made().id()).error().fault ==
          Fault::file_not_found);
    for (std::uint64_t after = 0; after < 4; ++after) {
        given.world.files().fail_after(after, Fault::file_disk_full);
        const auto written = given.write(Height{1}, Height{8});
        given.world.files().heal();
        CAPTURE(after);
        REQUIRE_FALSE(written);
        CHECK(is_disk_full(written.error()));
    }
    REQUIRE(given.write(Height{1}, Height{8}));
}

}  // namespace datadeed::chain
