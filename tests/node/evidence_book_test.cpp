#include "node/evidence_book.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fields.h"
#include "chain/memory_file.h"
#include "ledger/genesis.h"
#include "ledger/state_keys.h"
#include "node/limits.h"
#include "tests/support/catch.h"
#include "tests/support/said.h"

namespace datadeed::node {
namespace {

using datadeed::test::two_commits;
using datadeed::test::view_in;
using Kept = EvidenceBook::Kept;

crypto::SecretKey seed_key(std::uint8_t number) {
    ByteArray<32> seed{};
    seed.fill(number);
    return crypto::SecretKey::from_seed(seed);
}

// A node's folder, and a state in which v0 and so on validate.
struct Desk {
    ChainId chain{Digest{7}};
    chain::MemoryFileSystem files{};
    ledger::MapState state{};
    EvidenceBook book{files, "data/evidence", chain};

    explicit Desk(std::uint8_t validators = 4) {
        REQUIRE(files.create_folder("data"));
        put(ledger::state_keys::validators(), encode(epoch_of(validators)));
    }

    static ledger::Epoch epoch_of(std::uint8_t validators) {
        ledger::Epoch epoch{.number = {}, .from = Height{1}, .nodes = {}};
        for (std::uint8_t i = 0; i < validators; ++i) {
            epoch.nodes.validators.push_back({.member = name(i),
                                              .vote = seed_key(i).public_key(),
                                              .link = seed_key(static_cast<std::uint8_t>(100 + i)).public_key(),
                                              .cosign = seed_key(static_cast<std::uint8_t>(180 + i)).public_key()});
        }
        return epoch;
    }
    // The same validators in an epoch of their own, from height 50.
    void begin_epoch_1() {
        ledger::Epoch epoch = epoch_of(4);
        put(ledger::state_keys::past_epoch({}), encode(epoch));
        epoch.number = ledger::EpochNumber{1};
        epoch.from = Height{50};
        put(ledger::state_keys::validators(), encode(epoch));
    }
    static ledger::MemberId name(std::uint32_t number) { return ledger::MemberId{"v" + std::to_string(number)}; }
    void put(const Bytes& key, Bytes value) { state.apply({{key, std::move(value)}}); }

    [[nodiscard]] Bytes evidence(std::uint8_t number, std::uint64_t height) const {
        const crypto::SecretKey key = seed_key(number);
        const datadeed::test::Voice voice{.chain = chain, .number = number, .key = &key};
        return encode(two_commits(voice, view_in(0, 1), Height{height}));
    }
    [[nodiscard]] static ledger::EvidenceId id(std::uint32_t number, std::uint64_t height) {
        return evidence_id({.offence = ledger::Offence::two_votes,
                            .epoch = {},
                            .view = 1,
                            .height = Height{height},
                            .validator = number},
                           name(number));
    }
    [[nodiscard]] std::string path(std::uint32_t number, std::uint64_t height) const {
        return "data/evidence/" + to_hex(id(number, height).value);
    }
    void record(std::uint32_t number, std::uint64_t height) {
        put(ledger::state_keys::evidence(id(number, height)),
            encode(ledger::EvidenceRecord{.offence = ledger::Offence::two_votes, .accused = name(number)}));
    }
    // As many as the chain takes, whichever they were.
    void record_enough(std::uint32_t number, ledger::Offence offence = ledger::Offence::two_votes) {
        put(ledger::state_keys::convictions({}, offence, name(number)), encode(ledger::convictions_max));
    }
    auto keep(const Bytes& evidence) { return book.keep(evidence, state); }
    auto keep(std::uint8_t number, std::uint64_t height) { return keep(evidence(number, height)); }
    template <class M>
    [[nodiscard]] Bytes both(std::uint8_t number, M first, M second) const {
        const crypto::SecretKey key = seed_key(number);
        const datadeed::test::Voice voice{.chain = chain, .number = number, .key = &key};
        return encode(
            consensus::Evidence{.first = voice.says(std::move(first)), .second = voice.says(std::move(second))});
    }
    // Two VIEW-CHANGEs.
    [[nodiscard]] Bytes two_wishes(std::uint8_t number, std::uint32_t view) const {
        return both(number, datadeed::test::asking_for(view_in(0, view)),
                    datadeed::test::asking_for(view_in(0, view), Height{1}));
    }
    // Two NEW-VIEWs of so many VIEW-CHANGEs with certificates, of some 7,000 bytes each.
    [[nodiscard]] Bytes two_openings(std::uint8_t number, std::uint32_t view, std::size_t changes) const {
        consensus::ViewChange change = datadeed::test::asking_for(view_in(0, view));
        change.certificate = consensus::CommitCertificate{.view = {}, .height = Height{1}, .hash = {}, .votes = {}};
        change.certificate->votes.resize(50);
        consensus::NewView opened{.new_view = change.new_view, .view_changes = {}, .base = {}, .carried = {}};
        opened.view_changes.resize(changes, {.message = change, .signer = {}, .signature = {}});
        consensus::NewView other = opened;
        other.base = Height{1};
        return both(number, std::move(opened), std::move(other));
    }
    [[nodiscard]] std::size_t bytes_held() const {
        std::size_t sum = 0;
        for (const auto& [id, held] : book.held()) sum += held.bytes.size();
        return sum;
    }
    // The book of the next process.
    std::vector<EvidenceBook::Damaged> open_again() {
        book = EvidenceBook{files, "data/evidence", chain};
        return book.open(state);
    }
};

}  // namespace

TEST_CASE("evidence is kept once an offence, and is there after the power was lost") {
    Desk desk;
    CHECK(desk.book.open(desk.state).empty());
    CHECK(desk.keep(2, 9).value() == Kept::written);
    CHECK(desk.keep(2, 9).value() == Kept::known);
    CHECK(desk.keep(2, 10).value() == Kept::written);
    desk.files.crash();
    CHECK(desk.open_again().empty());
    REQUIRE(desk.book.held().size() == 2);
    const api::HeldEvidence& held = desk.book.held().at(Desk::id(2, 9));
    CHECK(held.accused == Desk::name(2));
    CHECK(held.charge.height == Height{9});
    CHECK(held.bytes == desk.evidence(2, 9));
    CHECK(desk.files.content(desk.path(2, 9)) == desk.evidence(2, 9));
}

TEST_CASE("what is on the chain isn't kept") {
    Desk desk;
    desk.record(2, 9);
    CHECK(desk.keep(2, 9).value() == Kept::known);
    CHECK(desk.book.held().empty());
}

TEST_CASE("a file that was changed, cut, misnamed or can't be read is said, and takes nothing from the others") {
    Desk desk;
    for (const std::uint64_t height : {1U, 2U, 3U, 4U}) REQUIRE(desk.keep(2, height));
    Bytes bytes = desk.evidence(2, 1);
    bytes[bytes.size() / 2] ^= 1U;
    desk.files.set_content(desk.path(2, 1), bytes);
    bytes = desk.evidence(2, 2);
    bytes.pop_back();
    desk.files.set_content(desk.path(2, 2), bytes);
    desk.files.set_content(desk.path(2, 3), desk.evidence(2, 4));
    desk.files.set_content("data/evidence/README", {});
    const auto damaged = desk.open_again();
    CHECK(damaged.size() == 4);
    for (const EvidenceBook::Damaged& each : damaged) CHECK(!each.why.empty());
    REQUIRE(desk.book.held().size() == 1);
    CHECK(desk.book.held().contains(Desk::id(2, 4)));
}

TEST_CASE("whatever operation on the disk fails, the piece is shown all the same, and whole or not there next time") {
    for (std::uint64_t after = 0; after < 12; ++after) {
        Desk desk;
        REQUIRE(desk.keep(1, 1));
        desk.files.fail_after(after, chain::Fault::file_disk_full);
        const auto kept = desk.keep(2, 9);
        INFO("operation " << after);
        if (!kept) CHECK(kept.error().fault == chain::Fault::file_disk_full);
        CHECK(desk.book.held().size() == 2);
        desk.files.heal();
        desk.files.crash();
        CHECK(desk.open_again().empty());
        CHECK(desk.book.held().contains(Desk::id(1, 1)));
        if (kept) CHECK(desk.book.held().contains(Desk::id(2, 9)));
    }
}

TEST_CASE("of one kind by one validator a few are kept, and what is on the chain makes room") {
    Desk desk;
    for (std::uint64_t height = 1; height <= evidence_kept_alike_max; ++height) {
        CHECK(desk.keep(2, height).value() == Kept::written);
    }
    CHECK(desk.keep(2, 99).value() == Kept::full);
    CHECK(desk.keep(3, 99).value() == Kept::written);
    CHECK(desk.keep(desk.two_wishes(2, 7)).value() == Kept::written);
    desk.record(2, 3);
    CHECK(desk.keep(2, 99).value() == Kept::written);
    CHECK(!desk.book.held().contains(Desk::id(2, 3)));
    CHECK(!desk.files.content(desk.path(2, 3)));
    CHECK(desk.keep(2, 100).value() == Kept::full);
}

TEST_CASE("what the chain has enough of isn't kept, and gives its room to others") {
    Desk desk;
    for (std::uint64_t height = 1; height <= evidence_kept_alike_max; ++height) REQUIRE(desk.keep(2, height));
    REQUIRE(desk.keep(desk.two_wishes(2, 7)));
    desk.record_enough(2, ledger::Offence::two_view_changes);
    CHECK(desk.keep(2, 99).value() == Kept::full);  // that looked for room, and found what nobody needs
    CHECK(desk.book.held().size() == evidence_kept_alike_max);
    desk.record_enough(2);
    CHECK(desk.keep(2, 99).value() == Kept::known);
    CHECK(desk.keep(desk.two_wishes(3, 7)).value() == Kept::written);
}

TEST_CASE("the book holds so many pieces, and no more after the next start") {
    Desk desk{70};
    std::size_t written = 0;
    for (std::uint8_t number = 0; number < 70; ++number) {
        for (std::uint64_t height = 1; height <= evidence_kept_alike_max; ++height) {
            const auto kept = desk.keep(number, height);
            REQUIRE(kept);
            CHECK(*kept == (written < evidence_kept_max ? Kept::written : Kept::full));
            written += *kept == Kept::written ? 1U : 0U;
        }
    }
    CHECK(desk.book.held().size() == evidence_kept_max);
    CHECK(desk.keep(desk.two_wishes(1, 7)).value() == Kept::full);
    desk.record(1, 1);
    CHECK(desk.keep(desk.two_wishes(1, 7)).value() == Kept::written);
    CHECK(desk.book.held().size() == evidence_kept_max);

    // Somebody has put one more there.
    desk.files.set_content(desk.path(69, 9), desk.evidence(69, 9));
    const auto damaged = desk.open_again();
    REQUIRE(damaged.size() == 1);
    CHECK(damaged[0].why == "there is no room for it");
    CHECK(desk.book.held().size() == evidence_kept_max);
}

TEST_CASE("the book holds so many bytes, and only a part of them in pieces that are too long for the chain") {
    Desk desk{70};
    std::size_t bytes = 0;
    const auto fill = [&](std::uint8_t first, std::size_t changes) {
        for (std::uint8_t number = first; number < 70; ++number) {
            for (std::uint32_t i = 1; i <= evidence_kept_alike_max; ++i) {
                const Bytes piece = desk.two_openings(number, i, changes);
                const auto kept = desk.keep(piece);
                REQUIRE(kept);
                if (*kept == Kept::full) return piece.size();
                bytes += piece.size();
            }
        }
        return std::size_t{0};
    };
    const std::size_t too_long = fill(0, 70);
    REQUIRE(too_long > ledger::evidence_size_max);
    CHECK(bytes <= evidence_kept_long_bytes_max);
    CHECK(bytes + too_long > evidence_kept_long_bytes_max);

    const std::size_t one_more = fill(10, 8);
    REQUIRE(one_more > 0);
    REQUIRE(one_more <= ledger::evidence_size_max);
    CHECK(bytes <= evidence_kept_bytes_max);
    CHECK(bytes + one_more > evidence_kept_bytes_max);
    CHECK(desk.bytes_held() == bytes);
    CHECK(desk.book.held().size() < evidence_kept_max);
}

TEST_CASE("evidence of an epoch that the chain here hasn't come to waits, and is read when it has") {
    Desk desk;
    desk.begin_epoch_1();
    REQUIRE(desk.keep(desk.evidence(2, 9)));
    const crypto::SecretKey key = seed_key(2);
    const datadeed::test::Voice voice{.chain = desk.chain, .number = 2, .key = &key};
    REQUIRE(desk.keep(encode(two_commits(voice, view_in(1, 3), Height{60}))).value() == Kept::written);
    // Its chain was moved away, and is fetched again.
    Desk anew;
    REQUIRE(anew.files.create_folder("data/evidence"));
    const std::vector<std::string> names = desk.files.list("data/evidence").value();
    for (const std::string& name : names) {
        anew.files.set_content("data/evidence/" + name, *desk.files.content("data/evidence/" + name));
    }
    CHECK(anew.open_again().empty());
    CHECK(anew.book.held().size() == 1);
    CHECK(anew.book.waiting() == 1);
    CHECK(anew.book.look_again(anew.state).empty());
    CHECK(anew.book.waiting() == 1);
    anew.begin_epoch_1();
    CHECK(anew.book.look_again(anew.state).empty());
    CHECK(anew.book.waiting() == 0);
    CHECK(anew.book.held().size() == 2);
}

TEST_CASE("a file that waited is damaged if it proves nothing by the keys of its epoch") {
    Desk desk;
    const crypto::SecretKey key = seed_key(3);
    const datadeed::test::Voice forger{.chain = desk.chain, .number = 2, .key = &key};
    REQUIRE(desk.files.create_folder("data/evidence"));
    desk.files.set_content("data/evidence/" + std::string(64, 'a'),
                           encode(two_commits(forger, view_in(1, 3), Height{60})));
    CHECK(desk.open_again().empty());
    desk.begin_epoch_1();
    CHECK(desk.book.look_again(desk.state).size() == 1);
    CHECK(desk.book.held().empty());
    CHECK(desk.book.waiting() == 0);
}

TEST_CASE("what accuses nobody of this chain isn't kept, and isn't called known") {
    Desk desk;
    CHECK(desk.keep(Bytes{1, 2, 3}).value() == Kept::no_evidence);
    CHECK(desk.keep(4, 9).value() == Kept::no_evidence);
    CHECK(desk.book.held().empty());
}

TEST_CASE("what its accused hasn't signed isn't kept, and keeps nothing out") {
    Desk desk;
    const crypto::SecretKey stranger = seed_key(99);
    const datadeed::test::Voice feigned{.chain = desk.chain, .number = 2, .key = &stranger};
    CHECK(desk.keep(encode(two_commits(feigned, view_in(0, 0), Height{9}))).value() == Kept::no_evidence);
    CHECK(desk.keep(2, 9).value() == Kept::written);
    CHECK(desk.book.held().size() == 1);
}

}  // namespace datadeed::node
