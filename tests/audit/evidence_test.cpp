#include "audit/evidence.h"

#include <algorithm>
#include <utility>

#include "audit/replay.h"
#include "base/fields.h"
#include "ledger/transaction.h"
#include "tests/audit/made_chain.h"
#include "tests/support/catch.h"
#include "tests/support/said.h"

namespace {

using datadeed::Bytes;
using datadeed::Digest;
using datadeed::encode;
using datadeed::Height;
using datadeed::test::two_commits;
using datadeed::test::view_in;
namespace audit = datadeed::audit;
namespace chain = datadeed::chain;
namespace consensus = datadeed::consensus;
namespace crypto = datadeed::crypto;
namespace ledger = datadeed::ledger;

// A validator of an epoch, with its key at hand.
struct Speaker {
    crypto::SecretKey key;
    datadeed::test::Voice voice;

    Speaker(const datadeed::ChainId& id, const ledger::Epoch& epoch, std::uint32_t number)
        : key{audit::made_secret(epoch.nodes.validators.at(number).vote)},
          voice{.chain = id, .number = number, .key = &key} {}
    Speaker(const Speaker&) = delete;
};

std::vector<audit::MadeChange> new_keys_of_node_2() {
    return {{.at = Height{2}, .kind = ledger::NodeChangeKind::replace_keys, .node = 2}};
}

audit::ReplayReport replay_of(audit::MadeChain& made) {
    const auto store = made.store();
    return audit::replay(made.genesis(), made.id(), chain::ChainView{*store}, {.threads = 1});
}

// A chain of five blocks of which the fourth has this report.
audit::MadeChain with_report(const datadeed::ChainId& id, const Bytes& evidence) {
    const auto add = [&](std::vector<ledger::RawTransaction>& transactions) {
        const ledger::Transaction report{.nonce = ledger::Nonce{audit::made_start_ms * 1000 + 99},
                                         .expires = datadeed::TimeMs{audit::made_start_ms + 86'400'000},
                                         .operations = {ledger::ReportEvidence{.evidence = evidence}}};
        transactions.push_back({ledger::sign_transaction(id, report, audit::made_key(2))});
    };
    audit::Spoil spoil;
    spoil.at = Height{4};
    spoil.transactions = add;
    return audit::MadeChain{5, spoil, new_keys_of_node_2()};
}

}  // namespace

TEST_CASE("a replay checks the evidence on the chain, and names whom it convicts") {
    audit::MadeChain plain{5, {}, new_keys_of_node_2()};
    CHECK(replay_of(plain).convicted.empty());
    const Speaker before{plain.id(), plain.epochs().at(0), 2};
    audit::MadeChain made = with_report(plain.id(), encode(two_commits(before.voice, view_in(0, 7), Height{9})));
    REQUIRE(made.id() == plain.id());
    const audit::ReplayReport report = replay_of(made);
    REQUIRE(report.verified());
    REQUIRE(report.convicted.size() == 1);
    CHECK(report.convicted[0].accused == ledger::MemberId{"node-2"});
    CHECK(report.convicted[0].offence == ledger::Offence::two_votes);
    CHECK(report.convicted[0].reporter == ledger::MemberId{"owner"});
    CHECK(report.convicted[0].reported == Height{4});
}

TEST_CASE("a chain with evidence that proves nothing is no chain") {
    audit::MadeChain plain{5, {}, new_keys_of_node_2()};
    Speaker before{plain.id(), plain.epochs().at(0), 2};
    before.voice.number = 1;
    audit::MadeChain made = with_report(plain.id(), encode(two_commits(before.voice, view_in(0, 7), Height{9})));
    const audit::ReplayReport report = replay_of(made);
    REQUIRE_FALSE(report.verified());
    CHECK(report.first_bad->code == "evidence.not_proven");
    CHECK(report.first_bad->height == Height{4});
    CHECK(report.convicted.empty());
}

TEST_CASE("evidence of any epoch is checked offline by the keys of that epoch, and told in words") {
    audit::MadeChain made{5, {}, new_keys_of_node_2()};
    const auto epochs = audit::follow(replay_of(made).epoch_proof, made.id());
    REQUIRE(epochs);
    const Speaker before{made.id(), made.epochs().at(0), 2};
    const Speaker after{made.id(), made.epochs().at(1), 2};
    REQUIRE(before.key.public_key() != after.key.public_key());

    const auto old = audit::check_evidence(encode(two_commits(before.voice, view_in(0, 7), Height{1})), *epochs);
    REQUIRE(old);
    CHECK(old->accused == ledger::MemberId{"node-2"});
    CHECK(old->vote_key == before.key.public_key());
    REQUIRE(old->statements.size() == 2);
    CHECK(old->statements[0] == "COMMIT for block 1 with the hash a0" + std::string(62, '0') + " in view 7 of epoch 0");

    const auto late = audit::check_evidence(encode(two_commits(after.voice, view_in(1, 7), Height{9})), *epochs);
    REQUIRE(late);
    CHECK(late->charge.epoch == ledger::EpochNumber{1});
    const auto refusal = [&](const Bytes& evidence) { return audit::check_evidence(evidence, *epochs).error(); };
    CHECK(refusal(encode(two_commits(before.voice, view_in(1, 7), Height{9}))) == ledger::Refusal::evidence_not_proven);
    CHECK(refusal(encode(two_commits(after.voice, view_in(2, 7), Height{9}))) ==
          ledger::Refusal::evidence_epoch_unknown);
    CHECK(refusal(Bytes{1, 2}) == ledger::Refusal::evidence_malformed);
    datadeed::test::Voice nobody = after.voice;
    nobody.number = 4;
    CHECK(refusal(encode(two_commits(nobody, view_in(1, 7), Height{9}))) == ledger::Refusal::evidence_signer_unknown);
}

TEST_CASE("statements of each kind have words") {
    audit::MadeChain made{1};
    const Speaker node{made.id(), made.epochs().at(0), 1};
    const auto asked = node.voice.says(datadeed::test::asking_for(view_in(0, 5)));
    consensus::NewView opened{
        .new_view = view_in(0, 5), .view_changes = {asked}, .base = Height{2}, .carried = std::nullopt};
    const auto said =
        audit::statements_of(encode(consensus::Evidence{.first = node.voice.says(opened), .second = std::nullopt}));
    REQUIRE(said.size() == 1);
    CHECK(said[0] ==
          "NEW-VIEW for view 5 of epoch 0 by the VIEW-CHANGEs of validators 1: it begins above block 2 with any block");
    const auto hidden = audit::statements_of(encode(two_commits(node.voice, view_in(0, 1), Height{9})));
    CHECK(hidden.size() == 2);
    const auto change = audit::statements_of(encode(consensus::Evidence{.first = asked, .second = std::nullopt}));
    REQUIRE(change.size() == 1);
    CHECK(change[0] == "VIEW-CHANGE to view 5 of epoch 0: final up to block 0, above it nothing prepared");
    CHECK(audit::statements_of(Bytes{}).empty());
}
