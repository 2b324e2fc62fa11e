#include "client/node_link.h"

#include <array>

#include "tests/client/fake_nodes.h"
#include "tests/support/catch.h"

namespace datadeed::client {
namespace {

using Mood = FakeNodes::Mood;
using std::chrono::milliseconds;

SignedTransaction registration(Session& session, const std::string& id) {
    return *session.signer().sign({ledger::RegisterData{
        .data = ledger::DatasetId{id}, .title = "t", .type = "table", .commitment = std::nullopt}});
}

}  // namespace

TEST_CASE("a transaction becomes final at the first node that answers") {
    FakeNodes nodes{4};
    nodes.set(0, Mood::refuses_connections);
    nodes.set(1, Mood::refuses_connections);
    const auto session = make_session(nodes);
    const SignedTransaction tx = registration(*session, "a");
    const Outcome<Final> final = session->nodes().submit_and_wait(tx, after(milliseconds{2000}));
    REQUIRE(final);
    CHECK(final->tx == tx.id);
    CHECK(nodes.calls(3) == 0);
    const std::size_t before = nodes.calls(0);
    REQUIRE(session->nodes().submit_and_wait(registration(*session, "b"), after(milliseconds{2000})));
    CHECK(nodes.calls(0) == before);  // it stays with the node that answered
}

TEST_CASE("a lost answer is asked for again, and the transaction counts once") {
    for (const Mood mood : {Mood::hangs_up_after_acting, Mood::hangs_up_before_acting}) {
        FakeNodes nodes{2};
        const auto session = make_session(nodes);
        nodes.set(0, mood);
        REQUIRE(session->nodes().submit_and_wait(registration(*session, "a"), after(milliseconds{2000})));
        CHECK(nodes.registrations() == 1);
    }
}

TEST_CASE("a refusal after a lost answer is checked against what became final") {
    FakeNodes nodes{2};
    const auto session = make_session(nodes);
    const SignedTransaction tx = registration(*session, "a");
    nodes.set_next(0, {Mood::hangs_up_after_acting});
    nodes.set(1, Mood::forgets_ids);
    const Outcome<Final> final = session->nodes().submit_and_wait(tx, after(milliseconds{2000}));
    REQUIRE(final);
    CHECK(final->height == Height{1});
    CHECK(nodes.registrations() == 1);

    FakeNodes others{1};
    const auto second = make_session(others);
    const SignedTransaction first = registration(*second, "a");
    REQUIRE(second->nodes().submit_and_wait(first, after(milliseconds{2000})));
    CHECK(second->nodes().submit_and_wait(registration(*second, "a"), after(milliseconds{2000})).error().code ==
          "data.exists");
}

TEST_CASE("no node in reach is told at once, with each node's reason") {
    FakeNodes nodes{2};
    nodes.set(0, Mood::refuses_connections);
    nodes.set(1, Mood::refuses_connections);
    const auto session = make_session(nodes);
    const auto begin = std::chrono::steady_clock::now();
    const Outcome<Final> final =
        session->nodes().submit_and_wait(registration(*session, "a"), after(milliseconds{20'000}));
    REQUIRE_FALSE(final);
    CHECK(final.error().code == "net.unreachable");
    CHECK(final.error().detail == "node-0: connection refused; node-1: connection refused");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{10});
}

TEST_CASE("busy nodes are asked again until the time is over") {
    FakeNodes nodes{1};
    const auto session = make_session(nodes);
    nodes.set_next(0, {Mood::busy, Mood::busy, Mood::no_quorum});
    REQUIRE(session->nodes().submit_and_wait(registration(*session, "a"), after(milliseconds{5000})));
    nodes.set(0, Mood::no_quorum);
    CHECK(session->nodes().submit_and_wait(registration(*session, "b"), after(milliseconds{400})).error().code ==
          "node.no_quorum");
    // Once one has accepted it, it may become final, whatever is answered later.
    nodes.set_next(0, {Mood::accepts_only});
    const Outcome<Final> later =
        session->nodes().submit_and_wait(registration(*session, "c"), after(milliseconds{400}));
    REQUIRE_FALSE(later);
    CHECK(later.error().code == "tx.pending");
    CHECK(later.error().tx.size() == 64);
}

TEST_CASE("what was accepted and isn't final in time is pending, with its id") {
    FakeNodes nodes{1};
    nodes.set(0, Mood::accepts_only);
    const auto session = make_session(nodes);
    const SignedTransaction tx = registration(*session, "a");
    const Outcome<Final> final = session->nodes().submit_and_wait(tx, after(milliseconds{200}));
    REQUIRE_FALSE(final);
    CHECK(final.error().code == "tx.pending");
    CHECK(final.error().title.find(to_hex(tx.id.value)) != std::string::npos);
    CHECK(session->nodes().submit(tx, after(milliseconds{200})));
}

TEST_CASE("a transaction that somebody submitted is waited for") {
    FakeNodes nodes{2};
    nodes.set(0, Mood::refuses_connections);
    const auto session = make_session(nodes);
    const SignedTransaction tx = registration(*session, "a");
    REQUIRE(session->nodes().submit_and_wait(tx, after(milliseconds{2000})));
    CHECK(session->nodes().wait_for(tx.id, after(milliseconds{2000}))->height == Height{1});
    CHECK(session->nodes().wait_for(ledger::TxId{}, after(milliseconds{200})).error().code == "tx.not_found");
}

TEST_CASE("what one node has accepted is pending, also when silent ones use up the time") {
    FakeNodes nodes{3};
    nodes.set(0, Mood::accepts_only);
    nodes.set(1, Mood::silent);
    nodes.set(2, Mood::silent);
    const auto session = make_session(nodes);
    const Outcome<Final> final = session->nodes().wait_for(ledger::TxId{}, after(milliseconds{100}));
    REQUIRE_FALSE(final);
    CHECK(final.error().code == "tx.pending");
    CHECK(final.error().tx == to_hex(Digest{}));
}

TEST_CASE("a node of another chain is not used, and named") {
    FakeNodes nodes{2};
    nodes.set(0, Mood::other_chain);
    const auto session = make_session(nodes);
    REQUIRE(session->nodes().submit_and_wait(registration(*session, "a"), after(milliseconds{2000})));
    CHECK(nodes.calls(0) == 1);  // asked for its genesis document, and for nothing more
    nodes.set(1, Mood::other_chain);
    const auto fresh = make_session(nodes);
    const Outcome<json::Value> read = fresh->nodes().get("/v1/data/a", after(milliseconds{500}));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "net.wrong_chain");
    CHECK(read.error().title.find("node-1") != std::string::npos);
}

TEST_CASE("a node that lacks blocks, or can't know yet whether it does, is passed over") {
    const auto ready = [](const std::string& own, const std::string& peer) {
        return R"({"state":"ready","height":)" + own + R"(,"peers":[{"connected":true,"validator":true,"height":)" +
               peer + "}]}";
    };
    const std::string at_tip = ready("9", "9");
    const std::string peer_ahead = ready("8", "9");
    const std::string peer_unknown = ready("8", "0");
    const std::string catching_up = R"({"state":"catching_up","height":3,"peers":[]})";
    const std::string alone = R"({"state":"no_quorum","height":9,"peers":[]})";
    struct Case {
        std::vector<std::string> statuses;
        std::size_t chosen;
    };
    const std::vector<Case> cases{
        {{at_tip, at_tip, at_tip}, 0},         {{peer_ahead, at_tip, at_tip}, 1},
        {{peer_unknown, at_tip, at_tip}, 1},   {{catching_up, alone, at_tip}, 2},
        {{catching_up, peer_ahead, alone}, 2}, {{alone, catching_up, peer_ahead}, 0},
        {{"", "{}", peer_ahead}, 2},           {{"", "", ""}, 0},
    };
    for (const Case& one : cases) {
        FakeNodes nodes{3};
        for (std::size_t i = 0; i < 3; ++i) nodes.set_status(i, one.statuses[i]);
        const auto session = make_session(nodes);
        session->nodes().prefer_current(after(milliseconds{1000}));
        const std::array<std::size_t, 3> before{nodes.calls(0), nodes.calls(1), nodes.calls(2)};
        CHECK_FALSE(session->nodes().get("/v1/data/a", after(milliseconds{1000})));
        for (std::size_t i = 0; i < 3; ++i) CHECK((nodes.calls(i) > before[i]) == (i == one.chosen));
    }
}

TEST_CASE("a fresh chain has no blocks, and its first node is good enough") {
    FakeNodes nodes{2};
    nodes.set_status(0, R"({"state":"ready","height":0,"peers":[{"connected":true,"validator":true,"height":0}]})");
    const auto session = make_session(nodes);
    session->nodes().prefer_current(after(milliseconds{1000}));
    CHECK(nodes.calls(1) == 0);
}

TEST_CASE("reads carry a token, and a refusal keeps the node's code") {
    FakeNodes nodes{1};
    const auto session = make_session(nodes);
    nodes.add("a/b c", "t", "owner");
    REQUIRE(session->nodes().get("/v1/data/a%2Fb%20c", after(milliseconds{500})));
    CHECK(nodes.last_authorization().starts_with("Datadeed "));
    CHECK(session->nodes().get("/v1/data/x", after(milliseconds{500})).error().code == "data.not_found");
}

}  // namespace datadeed::client
