#include "cli/commands/evidence.h"

#include "base/fields.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "client/files.h"
#include "ledger/genesis.h"
#include "tests/sim/world.h"
#include "tests/support/catch.h"
#include "tests/support/folder.h"
#include "tests/support/said.h"

namespace datadeed::cli {
namespace {

using datadeed::test::two_commits;
using datadeed::test::view_in;
using json::Value;

Value held_piece(std::optional<bool> reportable) {
    Value piece = Value::object({{"id", std::string(64, 'a')},
                                 {"offence", "two_votes"},
                                 {"accused", "node-2"},
                                 {"epoch", std::uint64_t{1}},
                                 {"view", std::uint64_t{7}},
                                 {"height", std::uint64_t{9}},
                                 {"status", "held"}});
    if (reportable) piece.set("reportable", *reportable);
    return piece;
}

std::string text_of_held(std::optional<bool> reportable) {
    Value held = Value::array();
    held.push(held_piece(reportable));
    return evidence_text(Value::object({{"items", Value::array()}, {"held", held}, {"seen_by", "node-0"}}));
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

crypto::SecretKey vote_key(std::size_t validator) {
    ByteArray<32> seed{};
    seed.fill(static_cast<std::uint8_t>(200 + validator));
    return crypto::SecretKey::from_seed(seed);
}

// A genesis document of four validators, and what the third signed in an epoch.
struct Files {
    support::Folder folder;
    std::string genesis = folder / "genesis.cbor";
    std::string evidence = folder / "evidence";

    explicit Files(std::uint32_t epoch, std::size_t signer = 2) {
        ledger::Genesis founded = sim::make_world(4, 0, 1).genesis;
        for (std::size_t i = 0; i < 4; ++i) founded.nodes.validators[i].vote = vote_key(i).public_key();
        const Bytes document = encode(founded);
        const crypto::SecretKey key = vote_key(signer);
        const datadeed::test::Voice voice{.chain = ledger::chain_id(document), .number = 2, .key = &key};
        REQUIRE(client::create_file(genesis, document, client::Mode::shared));
        REQUIRE(client::create_file(evidence, encode(two_commits(voice, view_in(epoch, 3), Height{9})),
                                    client::Mode::shared));
    }
    [[nodiscard]] Outcome<Answer> judged_by_genesis() const {
        Context context{{}};
        Args args;
        args.set_text("FILE", evidence);
        args.set_text("genesis", genesis);
        return audit_evidence_command().run(context, args);
    }
};

}  // namespace

TEST_CASE("what the chain can't take isn't advised to be reported") {
    CHECK(contains(text_of_held(true), "datadeed net report aaaa"));
    CHECK(contains(text_of_held(std::nullopt), "datadeed net report aaaa"));
    const std::string text = text_of_held(false);
    CHECK_FALSE(contains(text, "net report"));
    CHECK(contains(text, "datadeed audit evidence FILE"));
    CHECK(contains(text, "0 on the chain, 1 more held by node-0"));
}

TEST_CASE("evidence of an epoch that the genesis document can't know isn't judged, but said to need the epochs") {
    const auto later = Files{1}.judged_by_genesis();
    REQUIRE_FALSE(later);
    CHECK(exit_of(later.error()) == exit_code::usage);
    INFO(later.error().title);
    CHECK(contains(later.error().title, "epoch 1"));
    REQUIRE_FALSE(later.error().hint.empty());
    CHECK(contains(later.error().hint.front(), "--epochs"));

    const auto proved = Files{0}.judged_by_genesis();
    REQUIRE(proved);
    CHECK(proved->exit == exit_code::done);
    const auto forged = Files{0, 1}.judged_by_genesis();
    REQUIRE(forged);
    CHECK(forged->exit == exit_code::verification_failed);
    CHECK(forged->value.text_at("code") == "evidence.not_proven");
}

}  // namespace datadeed::cli
