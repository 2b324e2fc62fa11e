#include "node/replica/wire_codec.h"

#include "base/fields.h"
#include "node/replica/proposal.h"
#include "node/replica/verify.h"
#include "tests/consensus/quick_signatures.h"
#include "tests/sim/world.h"
#include "tests/support/catch.h"

namespace datadeed::replica {

namespace {

const sim::World& world() {
    static const sim::World made = sim::make_world(4, 1, 2);
    return made;
}

Bytes hex(const std::string& digits) {
    return *from_hex(digits);
}

std::string zeros(std::size_t bytes) {
    return std::string(2 * bytes, '0');
}

Result<PeerEvent, WireError> take(ByteView bytes) {
    return decode_and_verify(bytes, *world().context);
}

TransactionPtr transaction(std::uint64_t nonce) {
    const Bytes raw =
        sim::sign_order(world(), {.owner = 0,
                                  .nonce_us = nonce,
                                  .expires_ms = 5,
                                  .operations = {ledger::TransferAccept{.data = ledger::DatasetId{"d"}}}});
    return *check_transaction(raw, *world().context);
}

consensus::Message prepare_of(std::uint32_t signer) {
    const consensus::testing::QuickSigner key{consensus::testing::quick_key(signer)};
    return consensus::sign(world().chain(), consensus::Prepare{.view = {}, .height = Height{1}, .hash = {}},
                           consensus::ValidatorIndex{signer}, key);
}

// A block at this height with the certificate of three validators; its payload decodes, and that is all it must.
CertifiedBlock certified(std::uint64_t height) {
    ProposalPayload payload;
    payload.block.header.height = Height{height};
    payload.block.transactions.push_back({.bytes = transaction(height)->tx.raw()});
    const consensus::Commit vote{.view = {}, .height = Height{height}, .hash = ledger::hash(payload.block.header)};
    CertifiedBlock block{.payload = encode(payload),
                         .certificate = {.view = vote.view, .height = vote.height, .hash = vote.hash, .votes = {}}};
    for (std::uint32_t signer = 0; signer < 3; ++signer) {
        const consensus::testing::QuickSigner key{consensus::testing::quick_key(signer)};
        const consensus::ValidatorIndex index{signer};
        block.certificate.votes.push_back(
            {.signer = index, .signature = consensus::sign(world().chain(), vote, index, key).signature});
    }
    return block;
}

WireError refusal_of(const CertifiedBlock& block, std::uint64_t from = 1) {
    const Result<PeerEvent, WireError> taken =
        take(encode(WireMessage{Blocks{.request = 1, .from = Height{from}, .blocks = {block}}}));
    REQUIRE_FALSE(taken.has_value());
    return taken.error();
}

Result<PeerEvent, WireError> take_body(const Bytes& payload, std::uint64_t height, const Digest& hash) {
    return take(encode(WireMessage{Body{.height = Height{height}, .hash = hash, .payload = payload}}));
}

}  // namespace

TEST_CASE("messages between nodes have these bytes") {
    CHECK(to_hex(encode(WireMessage{FetchBlocks{.request = 7, .from = Height{300}, .max = 64}})) == "84030719012c1840");
    CHECK(to_hex(encode(WireMessage{Blocks{.request = 7, .from = Height{1}, .blocks = {}}})) == "8404070180");
    CHECK(to_hex(encode(WireMessage{FetchBody{.height = Height{2}, .hash = {}}})) ==
          "83050"
          "25820" +
              zeros(32));
    CHECK(to_hex(encode(WireMessage{Body{.height = Height{2}, .hash = {}, .payload = {0xAA}}})) ==
          "8406025820" + zeros(32) + "41aa");
    CHECK(to_hex(encode(WireMessage{Cosignature{.height = Height{3}, .time_s = 24, .signature = {}}})) ==
          "84070318185840" + zeros(64));
    CHECK(to_hex(encode(WireMessage{
              Tip{.height = Height{23}, .hash = {}, .votes = true, .first = Height{2}, .snapshot = Height{24}}})) ==
          "8608175820" + zeros(32) + "f5021818");
    CHECK(to_hex(encode(WireMessage{FetchSnapshot{.request = 7, .height = Height{300}}})) == "83090719012c");
    CHECK(to_hex(encode(WireMessage{Snapshot{.request = 7, .manifest = {0xAA}}})) == "830a0741aa");
    CHECK(to_hex(encode(WireMessage{FetchPart{.request = 7, .root = {}}})) == "830b075820" + zeros(32));
    CHECK(to_hex(encode(WireMessage{Part{.request = 7, .root = {}, .part = {0xAA}}})) ==
          "840c075820" + zeros(32) + "41aa");
    CHECK(to_hex(encode(WireMessage{Transactions{.transactions = {{.bytes = {1, 2}}}}})) ==
          "8202818142"
          "0102");
}

TEST_CASE("what is written without a copy is what the type says") {
    const std::vector<TransactionPtr> batch{transaction(1), transaction(2)};
    Transactions gossip;
    for (const TransactionPtr& each : batch) gossip.transactions.push_back({.bytes = each->tx.raw()});
    CHECK(encode_transactions(batch) == encode(WireMessage{gossip}));
    CHECK(encode_votes(prepare_of(1)) == encode(WireMessage{Votes{.message = prepare_of(1)}}));
}

TEST_CASE("messages of other kinds, of other forms or with something behind them are turned away") {
    CHECK(take({}).error() == WireError::message_must_be_of_a_known_kind);
    CHECK(take(hex("8200")).error() == WireError::message_must_be_of_a_known_kind);
    CHECK(take(hex("820d")).error() == WireError::message_must_be_of_a_known_kind);
    CHECK(take(hex("a20801")).error() == WireError::message_must_be_of_a_known_kind);
    const Bytes good = encode(WireMessage{Tip{.height = Height{23}, .hash = {}}});
    REQUIRE(take(good));
    for (std::size_t size = 2; size < good.size(); ++size) {
        CHECK(take(ByteView{good}.first(size)).error() == WireError::message_must_be_well_formed);
    }
    Bytes longer = good;
    longer.push_back(0);
    CHECK(take(longer).error() == WireError::message_must_be_well_formed);
    Bytes not_shortest = hex("830818175820" + zeros(32));
    CHECK(take(not_shortest).error() == WireError::message_must_be_well_formed);
}

TEST_CASE("each kind has a size that it may not pass, looked at before anything else") {
    for (const WireKind kind : {WireKind::fetch_blocks, WireKind::fetch_body, WireKind::cosignature, WireKind::tip}) {
        Bytes large(size_max_of(kind) + 1);
        large[0] = 0x83;
        large[1] = static_cast<std::uint8_t>(kind);
        CHECK(take(large).error() == WireError::message_must_be_within_its_size);
    }
    for (const WireKind kind : {WireKind::transactions, WireKind::blocks, WireKind::body, WireKind::votes}) {
        CHECK(size_max_of(kind) <= wire_size_max);
        Bytes large(size_max_of(kind) + 1);
        large[0] = 0x82;
        large[1] = static_cast<std::uint8_t>(kind);
        CHECK(take(large).error() == WireError::message_must_be_within_its_size);
    }
}

TEST_CASE("a vote enters only with its validator's signature") {
    CHECK(take(encode_votes(prepare_of(1))));
    auto forged = std::get<consensus::Signed<consensus::Prepare>>(prepare_of(1));
    forged.signer = consensus::ValidatorIndex{2};
    CHECK(take(encode_votes(forged)).error() == WireError::vote_must_verify);
    forged.signer = consensus::ValidatorIndex{4};
    CHECK(take(encode_votes(forged)).error() == WireError::vote_must_verify);
}

TEST_CASE("a transaction in gossip that isn't signed is left out and counted, the others enter") {
    Transactions gossip;
    gossip.transactions.push_back({.bytes = transaction(1)->tx.raw()});
    Bytes broken = transaction(2)->tx.raw();
    broken.back() ^= 1U;
    gossip.transactions.push_back({.bytes = broken});
    gossip.transactions.push_back({.bytes = {0x00}});
    const Result<PeerEvent, WireError> event = take(encode(WireMessage{gossip}));
    REQUIRE(event);
    CHECK(std::get<CheckedTransactions>(*event).transactions.size() == 1);
    CHECK(std::get<CheckedTransactions>(*event).bad == 2);
}

TEST_CASE("behind too many bad transactions the rest of gossip isn't looked at") {
    Transactions gossip;
    for (std::size_t i = 0; i < gossip_bad_max; ++i) gossip.transactions.push_back({.bytes = {0x00}});
    gossip.transactions.insert(gossip.transactions.begin() + 1, {.bytes = transaction(1)->tx.raw()});
    gossip.transactions.push_back({.bytes = transaction(2)->tx.raw()});
    const Result<PeerEvent, WireError> event = take(encode(WireMessage{gossip}));
    REQUIRE(event);
    CHECK(std::get<CheckedTransactions>(*event).transactions.size() == 1);
    CHECK(std::get<CheckedTransactions>(*event).bad == gossip_bad_max);
}

TEST_CASE("another signature over a transaction that is known is checked all the same") {
    const TransactionPtr known = transaction(3);
    REQUIRE(check_transaction(known->tx.raw(), *world().context));
    Bytes other = known->tx.raw();
    other[other.size() - 40] ^= 1U;
    CHECK(check_transaction(other, *world().context).error() == ledger::Refusal::tx_signature_wrong);
}

TEST_CASE("a proposal enters only with its hash and with every client's signature") {
    const consensus::testing::QuickSigner key{consensus::testing::quick_key(0)};
    const auto propose = [&key](const ProposalPayload& payload, const Digest& hash) {
        return encode_votes(consensus::sign(
            world().chain(),
            consensus::PrePrepare{.view = {}, .height = Height{1}, .hash = hash, .payload = encode(payload)},
            consensus::ValidatorIndex{0}, key));
    };
    ProposalPayload payload;
    payload.block.header.height = Height{1};
    payload.block.transactions.push_back({.bytes = transaction(4)->tx.raw()});
    const Digest hash = ledger::hash(payload.block.header);
    REQUIRE(take(propose(payload, hash)));
    CHECK(take(propose(payload, Digest{})).error() == WireError::block_must_have_its_hash);
    payload.block.transactions[0].bytes.back() ^= 1U;
    CHECK(take(propose(payload, hash)).error() == WireError::transaction_must_verify);
}

TEST_CASE("fetched blocks enter only with a quorum's certificate of that very block") {
    const CertifiedBlock good = certified(1);
    REQUIRE(take(encode(WireMessage{Blocks{.request = 1, .from = Height{1}, .blocks = {good, certified(2)}}})));

    CertifiedBlock few = good;
    few.certificate.votes.pop_back();
    CHECK(refusal_of(few) == WireError::certificate_must_verify);
    CertifiedBlock forged = good;
    forged.certificate.votes[1].signature = forged.certificate.votes[0].signature;
    CHECK(refusal_of(forged) == WireError::certificate_must_verify);
    CertifiedBlock other_hash = good;
    other_hash.certificate.hash[0] ^= 1U;
    CHECK(refusal_of(other_hash) == WireError::certificate_must_verify);

    CertifiedBlock garbage = good;
    garbage.payload.pop_back();
    CHECK(refusal_of(garbage) == WireError::block_must_be_well_formed);
    garbage.payload = {};
    CHECK(refusal_of(garbage) == WireError::block_must_be_well_formed);

    CertifiedBlock other = good;
    other.payload = certified(2).payload;
    CHECK(refusal_of(other) == WireError::block_must_have_its_hash);
    CHECK(refusal_of(good, 2) == WireError::block_must_have_its_hash);
}

TEST_CASE("a body enters only with its hash and height, and with a good certificate of the block below") {
    const CertifiedBlock good = certified(1);
    const Digest hash = good.certificate.hash;
    REQUIRE(take_body(good.payload, 1, hash));
    CHECK(take_body(good.payload, 1, Digest{}).error() == WireError::block_must_have_its_hash);
    CHECK(take_body(good.payload, 2, hash).error() == WireError::block_must_have_its_hash);
    CHECK(take_body(Bytes{0x80}, 1, hash).error() == WireError::block_must_be_well_formed);

    ProposalPayload next;
    next.block.header.height = Height{2};
    next.block.header.prev = hash;
    next.prev_certificate = good.certificate;
    const auto take_next = [&next] { return take_body(encode(next), 2, ledger::hash(next.block.header)); };
    REQUIRE(take_next());
    next.prev_certificate->votes[0].signature = next.prev_certificate->votes[1].signature;
    CHECK(take_next().error() == WireError::certificate_must_verify);
    next.prev_certificate = good.certificate;
    next.block.header.prev = Digest{};
    CHECK(take_next().error() == WireError::certificate_must_verify);
}

TEST_CASE("the cache of checked transactions is bounded by bytes") {
    const std::size_t size = transaction(100)->tx.raw().size();
    TransactionCache cache{3 * size};
    for (std::uint64_t nonce = 100; nonce < 110; ++nonce) cache.add(transaction(nonce));
    CHECK(cache.size() == 3);
    CHECK(cache.find(transaction(109)->leaf) != nullptr);
    CHECK(cache.find(transaction(100)->leaf) == nullptr);
}

}  // namespace datadeed::replica
