#include "node/replica/wire_codec.h"

#include "base/fields.h"
#include "ledger/cost.h"
#include "node/replica/proposal.h"
#include "node/replica/verify.h"
#include "tests/chain/snapshot_world.h"
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

Result<PeerEvent, WireError> take(ByteView bytes, const VerifyContext& context = *world().context) {
    return decode_and_verify(bytes, context);
}

// The first epoch, and one that begins with block 2, whose validators have other keys: quick keys from 10 on.
Epochs two_epochs() {
    Epochs epochs = epochs_of(world().genesis);
    ledger::Epoch next{.number = ledger::EpochNumber{1}, .from = Height{2}, .nodes = epochs[0].nodes};
    for (std::size_t i = 0; i < next.nodes.validators.size(); ++i) {
        next.nodes.validators[i].vote = consensus::testing::quick_key(10 + i);
    }
    epochs.push_back(next);
    return epochs;
}
const consensus::View of_next_epoch = consensus::Epoch{.number = 1}.first_view();

TransactionPtr transaction(std::uint64_t nonce) {
    const Bytes raw =
        sim::sign_order(world(), {.owner = 0,
                                  .nonce_us = nonce,
                                  .expires_ms = 5,
                                  .operations = {ledger::TransferAccept{.data = ledger::DatasetId{"d"}}}});
    return sim::checked(world(), raw);
}

template <class M>
consensus::Signed<M> sign(std::uint32_t signer, const M& message, std::size_t first_key = 0) {
    const consensus::testing::QuickSigner key{consensus::testing::quick_key(first_key + signer)};
    return consensus::sign(world().chain(), message, consensus::ValidatorIndex{signer}, key);
}

consensus::Message prepare_of(std::uint32_t signer) {
    return sign(signer, consensus::Prepare{.view = {}, .height = Height{1}, .hash = {}});
}

// The block of this payload with the certificate of the first three validators.
CertifiedBlock certify(const ProposalPayload& payload, consensus::View view = {}, std::size_t first_key = 0) {
    const consensus::Commit vote{
        .view = view, .height = payload.block.header.height, .hash = ledger::hash(payload.block.header)};
    CertifiedBlock block{.payload = encode(payload),
                         .certificate = {.view = vote.view, .height = vote.height, .hash = vote.hash, .votes = {}}};
    for (std::uint32_t signer = 0; signer < 3; ++signer) {
        block.certificate.votes.push_back(
            {.signer = consensus::ValidatorIndex{signer}, .signature = sign(signer, vote, first_key).signature});
    }
    return block;
}

// A payload that decodes, and that is all it must.
ProposalPayload payload_at(std::uint64_t height) {
    ProposalPayload payload;
    payload.block.header.height = Height{height};
    payload.block.transactions.push_back({.bytes = transaction(height)->tx.raw()});
    return payload;
}

CertifiedBlock certified(std::uint64_t height) {
    return certify(payload_at(height));
}

// The first block of the second epoch, on a block of the first.
ProposalPayload payload_of_next_epoch() {
    ProposalPayload payload = payload_at(2);
    payload.prev_certificate = certified(1).certificate;
    payload.block.header.prev = payload.prev_certificate->hash;
    return payload;
}

// A transaction of exactly so many bytes.
TransactionPtr transaction_of(std::size_t bytes) {
    ledger::RegisterData filler{.data = ledger::DatasetId{"d"}, .title = {}, .type = "t", .commitment = {}};
    filler.title.resize(100, 'T');
    std::vector<ledger::Operation> operations;
    const auto made = [&](std::size_t title) {
        std::vector<ledger::Operation> all = operations;
        ledger::RegisterData last = filler;
        last.title.resize(title, 'T');
        all.emplace_back(last);
        const Bytes raw =
            sim::sign_order(world(), {.owner = 0, .nonce_us = 1, .expires_ms = 5, .operations = std::move(all)});
        return sim::checked(world(), raw);
    };
    constexpr std::size_t least = 24;  // from here on a byte of title is a byte more
    while (made(least)->tx.raw().size() + 200 < bytes) operations.emplace_back(filler);
    return made(least + bytes - made(least)->tx.raw().size());
}

bool is_of_other_epoch(const Result<PeerEvent, WireError>& taken) {
    return taken.has_value() && std::holds_alternative<OtherEpoch>(*taken);
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
    CHECK(take(encode(WireMessage{Part{.request = 7, .root = {}, .part = {0xAA}}})).has_value());
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
        large.pop_back();
        CHECK(take(large).error() == WireError::message_must_be_well_formed);
    }
    CHECK(size_max_of(static_cast<WireKind>(0)) == 0);
    for (auto kind = static_cast<std::uint8_t>(WireKind::votes); kind <= static_cast<std::uint8_t>(WireKind::part);
         ++kind) {
        const std::size_t size = size_max_of(static_cast<WireKind>(kind));
        CHECK(size > 0);
        CHECK(size <= wire_size_max);
        Bytes large(size + 1);
        large[0] = 0x82;
        large[1] = kind;
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
    CHECK(check_transaction(known->tx.raw(), *world().context).value() == known);  // it isn't checked again
    Bytes other = known->tx.raw();
    other[other.size() - 40] ^= 1U;
    CHECK(check_transaction(other, *world().context).error() == ledger::Refusal::tx_signature_wrong);
}

TEST_CASE("a proposal enters only with its hash and with every client's signature") {
    const auto propose = [](const ProposalPayload& payload, const Digest& hash, std::uint64_t height = 1) {
        return encode_votes(sign(
            0, consensus::PrePrepare{.view = {}, .height = Height{height}, .hash = hash, .payload = encode(payload)}));
    };
    ProposalPayload payload = payload_at(1);
    const Digest hash = ledger::hash(payload.block.header);
    REQUIRE(take(propose(payload, hash)));
    CHECK(take(propose(payload, Digest{})).error() == WireError::block_must_have_its_hash);
    CHECK(take(propose(payload, hash, 2)).error() == WireError::block_must_have_its_hash);
    ProposalPayload dear = payload;
    dear.block.transactions.resize(ledger::block_cost_max / 50, payload.block.transactions[0]);
    CHECK(take(propose(dear, hash)).error() == WireError::block_must_be_well_formed);
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

    // A quorum of liars.
    CertifiedBlock elsewhere = good;
    const consensus::Commit vote{.view = {}, .height = Height{2}, .hash = good.certificate.hash};
    elsewhere.certificate.height = vote.height;
    for (std::uint32_t signer = 0; signer < 3; ++signer) {
        elsewhere.certificate.votes[signer].signature = sign(signer, vote).signature;
    }
    CHECK(refusal_of(elsewhere, 1) == WireError::block_must_have_its_hash);
    CHECK(refusal_of(elsewhere, 2) == WireError::block_must_have_its_hash);
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
    next.block.header.prev = hash;
    next.block.header.height = Height{3};
    CHECK(take_body(encode(next), 3, ledger::hash(next.block.header)).error() == WireError::certificate_must_verify);
}

TEST_CASE("blocks of two epochs enter in one message, each with its epoch's certificate") {
    const VerifyContext context = world().context_of(two_epochs());
    const auto take_blocks = [&](std::size_t first_key) {
        return take(encode(WireMessage{
                        Blocks{.request = 1,
                               .from = Height{1},
                               .blocks = {certified(1), certify(payload_of_next_epoch(), of_next_epoch, first_key)}}}),
                    context);
    };
    const Result<PeerEvent, WireError> taken = take_blocks(10);
    REQUIRE(taken.has_value());
    CHECK(std::get<CheckedBlocks>(*taken).blocks.size() == 2);
    CHECK_FALSE(std::get<CheckedBlocks>(*taken).cut_short);
    CHECK(std::get<CheckedBlocks>(*taken).epoch == 1);
    CHECK(take_blocks(0).error() == WireError::certificate_must_verify);
}

TEST_CASE("blocks end before the one that only another epoch's validators could vouch for, and nobody is blamed") {
    const CertifiedBlock next = certify(payload_of_next_epoch(), of_next_epoch, 10);
    const auto take_from = [](std::uint64_t from, const std::vector<CertifiedBlock>& blocks,
                              const VerifyContext& context) {
        const Result<PeerEvent, WireError> taken =
            take(encode(WireMessage{Blocks{.request = 7, .from = Height{from}, .blocks = blocks}}), context);
        REQUIRE(taken.has_value());
        return std::get<CheckedBlocks>(*taken);
    };
    const CheckedBlocks early = take_from(1, {certified(1), next}, *world().context);
    CHECK(early.request == 7);
    CHECK(early.blocks.size() == 1);
    CHECK(early.cut_short);
    // Its own certificate holds; that of the block below is of validators who aren't known any more.
    const CheckedBlocks late = take_from(2, {next, next}, world().context_of({two_epochs()[1]}));
    CHECK(late.blocks.empty());
    CHECK(late.cut_short);
}

TEST_CASE("what is of another epoch is nobody's fault: a vote, a proposal or a body on a block of one") {
    const VerifyContext second = world().context_of({two_epochs()[1]});
    const consensus::Prepare vote{.view = of_next_epoch, .height = Height{2}, .hash = {}};
    CHECK(is_of_other_epoch(take(encode_votes(sign(1, vote, 10)))));
    CHECK(is_of_other_epoch(take(encode_votes(prepare_of(1)), second)));
    CHECK_FALSE(is_of_other_epoch(take(encode_votes(sign(1, vote, 10)), second)));

    const ProposalPayload payload = payload_of_next_epoch();
    const Digest hash = ledger::hash(payload.block.header);
    const Bytes proposal = encode_votes(sign(
        0, consensus::PrePrepare{.view = of_next_epoch, .height = Height{2}, .hash = hash, .payload = encode(payload)},
        10));
    CHECK(is_of_other_epoch(take(proposal, second)));
    CHECK_FALSE(is_of_other_epoch(take(proposal, world().context_of(two_epochs()))));

    const Bytes body = encode(WireMessage{Body{.height = Height{2}, .hash = hash, .payload = encode(payload)}});
    CHECK(is_of_other_epoch(take(body, second)));
    CHECK_FALSE(is_of_other_epoch(take(body)));
}

TEST_CASE("a proposal without its payload enters as what its signer has said, and has no block") {
    const Result<PeerEvent, WireError> taken = take(encode_votes(
        sign(0, consensus::PrePrepare{.view = {}, .height = Height{1}, .hash = Digest{7}, .payload = {}})));
    REQUIRE(taken.has_value());
    CHECK(std::get<CheckedVote>(*taken).block == nullptr);
}

TEST_CASE("a snapshot enters only with a manifest that leads from the genesis document to it, or with none at all") {
    chain::test::SnapshotWorld other{8};
    TransactionCache cache;
    const VerifyContext context = make_verify_context(other.made().genesis(), cache);
    const auto take_snapshot = [&](const Bytes& manifest) {
        return take(encode(WireMessage{Snapshot{.request = 7, .manifest = manifest}}), context);
    };
    chain::SnapshotManifest manifest = other.write().value();
    const Result<PeerEvent, WireError> taken = take_snapshot(encode(manifest));
    REQUIRE(taken.has_value());
    CHECK(std::get<CheckedSnapshot>(*taken).request == 7);
    REQUIRE(std::get<CheckedSnapshot>(*taken).manifest != nullptr);
    CHECK(std::get<CheckedSnapshot>(*taken).manifest->content() == manifest);
    const Result<PeerEvent, WireError> none = take_snapshot({});
    REQUIRE(none.has_value());
    CHECK(std::get<CheckedSnapshot>(*none).request == 7);
    CHECK(std::get<CheckedSnapshot>(*none).manifest == nullptr);
    CHECK(take_snapshot({0xAA}).error() == WireError::message_must_be_well_formed);
    manifest.certificate.votes.pop_back();
    CHECK(take_snapshot(encode(manifest)).error() == WireError::snapshot_must_verify);
}

TEST_CASE("each rule of the wire has its code, which operators look for") {
    const std::vector<std::pair<WireError, std::string>> codes{
        {WireError::message_must_be_within_its_size, "peer.message_too_large"},
        {WireError::message_must_be_of_a_known_kind, "peer.message_unknown"},
        {WireError::message_must_be_well_formed, "peer.message_malformed"},
        {WireError::vote_must_verify, "peer.vote_wrong"},
        {WireError::certificate_must_verify, "peer.certificate_wrong"},
        {WireError::block_must_be_well_formed, "peer.block_malformed"},
        {WireError::block_must_have_its_hash, "peer.block_hash_wrong"},
        {WireError::transaction_must_verify, "peer.transaction_wrong"},
        {WireError::snapshot_must_verify, "peer.snapshot_wrong"},
        {WireError::epoch_must_be_known, "peer.epoch_unknown"},
        {static_cast<WireError>(99), "peer.unknown"},
    };
    for (const auto& [error, name] : codes) CHECK(code(error) == name);
}

TEST_CASE("what a client is told of bytes that are no transaction says where they break, of others only the rule") {
    const Bytes broken{0x00};
    const Unusable malformed = explain(broken, ledger::Refusal::tx_malformed);
    CHECK(malformed.refusal == ledger::Refusal::tx_malformed);
    REQUIRE(malformed.broken.has_value());
    CHECK(malformed.broken == ledger::find_malformation(broken));
    CHECK(explain(broken, ledger::Refusal::tx_signature_wrong) ==
          Unusable{.refusal = ledger::Refusal::tx_signature_wrong, .broken = {}});
}

TEST_CASE(
    "a message of gossip ends at so many transactions, or with the one whose bytes and swelling fill half of it") {
    const std::vector<TransactionPtr> small(gossip_transactions_max + 2, transaction(1));
    CHECK(end_of_gossip(small, 0) == gossip_transactions_max);
    CHECK(end_of_gossip(small, 2) == small.size());
    CHECK(end_of_gossip(small, small.size()) == small.size());
    constexpr std::size_t size = 4096;
    constexpr std::size_t count = gossip_bytes_max / 2 / size;
    const TransactionPtr large = transaction_of(size);
    REQUIRE(large->tx.raw().size() == size);
    const std::vector<TransactionPtr> batch(count + 3, large);
    CHECK(end_of_gossip(batch, 0) == count);
    CHECK(end_of_gossip(batch, 2) == count + 2);
    CHECK(end_of_gossip(batch, count) == batch.size());
    // What takes far more memory than its bytes counts for that.
    const std::vector<ledger::Operation> operations(ledger::operations_max, ledger::TransferAccept{});
    const TransactionPtr swollen = sim::checked(
        world(), sim::sign_order(world(), {.owner = 0, .nonce_us = 1, .expires_ms = 1, .operations = operations}));
    const std::size_t counted = swollen->tx.raw().size() + swelling_of(*swollen);
    REQUIRE(counted > 4 * swollen->tx.raw().size());
    const std::vector<TransactionPtr> many(gossip_transactions_max, swollen);
    CHECK(end_of_gossip(many, 0) == (gossip_bytes_max / 2 + counted - 1) / counted);
}

}  // namespace datadeed::replica
