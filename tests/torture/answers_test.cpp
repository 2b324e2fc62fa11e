#include "tests/torture/answers.h"

#include <algorithm>

#include "audit/epochs.h"
#include "ledger/readiness.h"
#include "tests/api/world.h"
#include "tests/support/catch.h"
#include "tests/support/said.h"
#include "tests/torture/verdict.h"

// The judge of answers before a real API over a real chain: what it tells is recorded, then changed on its way.

namespace datadeed::torture {
namespace {

using api::test::World;
using ledger::MemberId;

constexpr const char* table_kind = "chain/*.ldb";

void anchor(World& world, const std::string& from, const std::string& with) {
    world.commit(from,
                 {ledger::LogAnchor{.with = MemberId{with}, .epoch = ledger::LogEpoch{1}, .root = {}, .count = 3}});
}

// A tip that no block follows on is cosigned after a while.
void let_cosign(World& world) {
    for (int i = 0; i < 10; ++i) world.advance(100);
}

// Each call adds blocks to a chain that is the same in every run.
void begin(World& world) {
    world.commit("ann", {api::test::register_data("first")});
    world.commit("ann", {api::test::grant("first", "bob")});
    let_cosign(world);
}

void go_on(World& world) {
    anchor(world, "bob", "lab");
    anchor(world, "lab", "bob");
    world.commit(
        "boss",
        {ledger::AdmitMember{
            .member = MemberId{"eye"}, .organisation = "Press", .roles = {ledger::Role::observer}, .keys = {}}});
    const crypto::SecretKey link = api::test::key_of(20);
    const ledger::NodeSecrets secrets{.vote = nullptr, .link = &link, .cosign = nullptr};
    const ledger::NodeChange joins{
        .kind = ledger::NodeChangeKind::add_observer,
        .member = MemberId{"eye"},
        .keys = ledger::public_keys_of(secrets),
        .ready = ledger::sign_readiness(world.facts().chain, MemberId{"eye"}, secrets, world.height())};
    world.commit("boss", {ledger::ProposeChange{.change = joins, .until = TimeMs{world.now().value + 3'600'000}}});
    // The only validator contradicts itself, and somebody proves it.
    const crypto::SecretKey vote_key = api::test::key_of(1);
    const test::Voice voice{.chain = world.facts().chain, .number = 0, .key = &vote_key};
    world.commit(
        "ann", {ledger::ReportEvidence{.evidence = encode(test::two_commits(voice, test::view_in(0, 3), Height{50}))}});
    let_cosign(world);
}

Ask ask_of(World& world) {
    return [&world](const std::string& target) -> std::optional<Answer> {
        const http::Response response = world.get(target);
        return Answer{.status = response.status, .body = response.body};
    };
}

// A chain with something of everything, and all that it tells.
class Recorded {
public:
    Recorded() {
        begin(world_);
        go_on(world_);
        auto all = read_all(ask_of(world_));
        INFO((all ? "" : all.error()));
        REQUIRE(all);
        reference_ = std::move(*all);
        const auto genesis = ledger::decode_genesis(world_.facts().genesis);
        REQUIRE(genesis);
        policy_ = audit::policy_of(*genesis, world_.facts().chain);
    }

    [[nodiscard]] World& world() { return world_; }
    [[nodiscard]] const Reference& reference() const { return reference_; }

    [[nodiscard]] Fate judge(const Ask& asks) const { return verdict(asks).fate; }
    [[nodiscard]] Verdict verdict(const Ask& asks) const {
        const auto made = judge_answers(table_kind, reference_, policy_, asks);
        REQUIRE(made);
        return *made;
    }

    // What becomes of one answer when it's told in another way than the rest.
    [[nodiscard]] Verdict verdict_with(const std::string& target, const Answer& told) {
        return verdict([&, honest = ask_of(world_)](const std::string& asked) {
            return asked == target ? std::optional{told} : honest(asked);
        });
    }
    [[nodiscard]] Fate fate_with(const std::string& target, const Answer& told) {
        return verdict_with(target, told).fate;
    }

private:
    World world_{};
    Reference reference_{};
    crypto::Policy policy_{};
};

Answer problem(unsigned status, const std::string& code, const std::string& hint = "Do something.") {
    return {.status = status, .body = R"({"code":")" + code + R"(","hint":")" + hint + "\"}"};
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("what a node tells as it did is harmless") {
    Recorded recorded;
    CHECK(recorded.judge(ask_of(recorded.world())) == Fate::harmless);
}

TEST_CASE("a transaction that is lost isn't passed over") {
    Recorded recorded;
    const auto& questions = recorded.reference().questions;
    for (const Question& question : questions) {
        if (!question.target.starts_with("/v1/tx/") || question.rests_on_checkpoint) continue;
        CHECK(recorded.fate_with(question.target, problem(404, "tx.not_found")) == Fate::silent);
    }
    const std::string block = "/v1/blocks/2";
    const std::string body = recorded.reference().answers.at(block).body;
    const std::size_t open = body.find('[');
    const std::string emptied = body.substr(0, open + 1) + body.substr(body.find(']', open));
    CHECK(recorded.fate_with(block, {.status = 200, .body = emptied}) == Fate::silent);
    CHECK(recorded.fate_with(block, problem(404, "block.not_found")) == Fate::silent);
}

TEST_CASE("a transaction that stands in a block twice isn't passed over") {
    Recorded recorded;
    const std::string block = "/v1/blocks/2";
    const std::string body = recorded.reference().answers.at(block).body;
    const std::size_t open = body.find('[') + 1;
    const std::string id = body.substr(open, body.find(']', open) - open);
    CHECK(recorded.fate_with(block, {.status = 200, .body = replaced(body, id, id + "," + id)}) == Fate::silent);
}

TEST_CASE("one changed character of any answer isn't passed over") {
    Recorded recorded;
    const Reference& reference = recorded.reference();
    const std::string tip = "/v1/blocks/" + std::to_string(reference.height);
    REQUIRE(reference.questions.size() > 100);
    for (const Question& question : reference.questions) {
        Answer told = reference.answers.at(question.target);
        // Where it ends a block at the tip may differ: its certificate is the node's own.
        const std::size_t at = question.target == tip ? told.body.find(R"("hash":")") + 10 : told.body.size() / 2;
        told.body.at(at) = told.body.at(at) == '1' ? '2' : '1';
        INFO(question.target);
        CHECK(recorded.fate_with(question.target, told) == Fate::silent);
    }
}

TEST_CASE("the certificate of a block may be the node's own at the tip alone") {
    Recorded recorded;
    const auto with_other_view = [&](std::uint64_t height) {
        const std::string block = "/v1/blocks/" + std::to_string(height);
        const std::string body = replaced(recorded.reference().answers.at(block).body, R"("view":0)", R"("view":1)");
        return recorded.fate_with(block, {.status = 200, .body = body});
    };
    CHECK(with_other_view(recorded.reference().height) == Fate::harmless);
    CHECK(with_other_view(recorded.reference().height - 1) == Fate::silent);
}

TEST_CASE("a node that is behind tells what the chain was, and says no to the rest") {
    Recorded recorded;
    World shorter;
    begin(shorter);
    REQUIRE(shorter.height().value < recorded.reference().height);
    CHECK(recorded.judge(ask_of(shorter)) == Fate::behind);

    const auto with = [&](const std::string& target, const Answer& told) {
        return recorded.judge([&, honest = ask_of(shorter)](const std::string& asked) {
            return asked == target ? std::optional{told} : honest(asked);
        });
    };
    const std::string above = "/v1/blocks/" + std::to_string(recorded.reference().height);
    CHECK(with(above, problem(404, "block.not_found")) == Fate::behind);
    CHECK(with(above, problem(404, "auth.token_expired")) == Fate::silent);
    CHECK(with(above, problem(500, "block.not_found")) == Fate::silent);
    CHECK(with("/v1/blocks/1", problem(404, "block.not_found")) == Fate::silent);
    CHECK(with("/v1/blocks/1", recorded.reference().answers.at("/v1/blocks/2")) == Fate::silent);
    CHECK(with("/checkpoint", problem(404, "checkpoint.not_found")) == Fate::behind);
}

TEST_CASE("a chain that claims to be longer, or another one of the same length, isn't passed over") {
    Recorded recorded;
    Answer node = *ask_of(recorded.world())("/v1/node");
    const std::string height = R"("height":)" + std::to_string(recorded.reference().height);
    node.body = replaced(node.body, height, height + "0");
    CHECK(recorded.fate_with("/v1/node", node) == Fate::silent);

    recorded.world().commit("ann", {api::test::register_data("second")});
    CHECK(recorded.judge(ask_of(recorded.world())) == Fate::silent);

    World other;
    while (other.height().value < recorded.reference().height) {
        other.commit("ann", {api::test::register_data("another " + std::to_string(other.height().value))});
    }
    CHECK(recorded.judge(ask_of(other)) == Fate::silent);
}

TEST_CASE("a receipt may rest on another checkpoint of the same chain, and on no other") {
    Recorded recorded;
    const auto found = std::ranges::find_if(recorded.reference().questions, [](const Question& question) {
        return question.rests_on_checkpoint && question.target.starts_with("/v1/tx/");
    });
    REQUIRE(found != recorded.reference().questions.end());
    World shorter;
    begin(shorter);
    const Answer older = *ask_of(shorter)(found->target);
    REQUIRE(older.status == 200);
    REQUIRE(older != recorded.reference().answers.at(found->target));
    CHECK(recorded.fate_with(found->target, older) == Fate::behind);
    CHECK(recorded.fate_with(found->target, problem(503, "receipt.not_ready")) == Fate::behind);

    World other;
    other.commit("ann", {api::test::register_data("another")});
    CHECK(recorded.fate_with("/checkpoint", *ask_of(shorter)("/checkpoint")) == Fate::behind);
    CHECK(recorded.fate_with("/checkpoint", *ask_of(other)("/checkpoint")) == Fate::silent);
}

TEST_CASE("a node that says what is wrong with it must name what fits the file, and what to do") {
    Recorded recorded;
    const std::string block = "/v1/blocks/1";
    CHECK(recorded.verdict_with(block, problem(503, "chain.damaged")) ==
          Verdict{.fate = Fate::refused, .code = "chain.damaged", .detail = {}});
    CHECK(recorded.fate_with(block, problem(503, "chain.damaged", "")) == Fate::silent);
    CHECK(recorded.fate_with(block, problem(500, "chain.damaged")) == Fate::silent);
    CHECK(recorded.fate_with(block, problem(503, "votes.corrupt")) == Fate::silent);
}

TEST_CASE("a node that goes away while it's asked has no verdict of answers") {
    Recorded recorded;
    int left = 20;
    const auto made = judge_answers(table_kind, recorded.reference(), {}, [&](const std::string& asked) {
        return left-- > 0 ? ask_of(recorded.world())(asked) : std::nullopt;
    });
    CHECK_FALSE(made);
}

TEST_CASE("a walk that leaves out a route of the API says which") {
    World world;
    begin(world);
    const auto all = read_all(ask_of(world));
    REQUIRE_FALSE(all);
    CHECK(all.error() == "nothing was asked of /v1/changes/{id}");
}

}  // namespace datadeed::torture
