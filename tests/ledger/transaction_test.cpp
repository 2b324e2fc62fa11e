#include "ledger/transaction.h"
#include "chain/evidence_judge.h"

#include "crypto/cose.h"
#include "crypto/hash.h"
#include "tests/ledger/nodes.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

const ChainId chain{Digest{7}};

Transaction acceptance() {
    return {.nonce = Nonce{beginning.value * 1000},
            .expires = TimeMs{beginning.value + hour_ms},
            .operations = {TransferAccept{.data = DatasetId{"census"}}}};
}

Bytes message(std::string_view typ, const Bytes& payload) {
    return crypto::encode_sign1(
        crypto::make_sign1(key_of("ann"), typ, crypto::signing_context(transaction_context, chain), payload));
}

Bytes with_operations(std::size_t count) {
    Transaction transaction = acceptance();
    transaction.operations.resize(count, transaction.operations.front());
    return message(transaction_type, encode(transaction));
}

// Some acceptances, and then pieces that are too long.
Bytes with_reports(std::size_t others, std::size_t reports) {
    Transaction transaction = acceptance();
    transaction.operations.resize(others, transaction.operations.front());
    transaction.operations.resize(others + reports, ReportEvidence{.evidence = Bytes(evidence_size_max / reports + 1)});
    return message(transaction_type, encode(transaction));
}

// Members that bring so many keys.
Bytes with_keys(std::size_t count) {
    Transaction transaction = acceptance();
    transaction.operations.clear();
    for (std::size_t left = count; left > 0; left -= std::min(left, keys_max)) {
        AdmitMember admitted{
            .member = MemberId{"m" + std::to_string(left)}, .organisation = "O", .roles = {Role::owner}, .keys = {}};
        for (std::size_t i = 0; i < std::min(left, keys_max); ++i) {
            admitted.keys.push_back(key_of(std::to_string(left) + "/" + std::to_string(i)).public_key());
        }
        std::ranges::sort(admitted.keys);
        transaction.operations.emplace_back(std::move(admitted));
    }
    return message(transaction_type, encode(transaction));
}

std::optional<Refusal> refused(ByteView raw, const ChainId& on = chain) {
    auto parsed = parse(on, raw);
    if (!parsed) return parsed.error();
    const auto verified = verify(std::move(*parsed));
    return verified ? std::nullopt : std::optional{verified.error()};
}

std::optional<Refusal> refused_in_block(World& world, const Transaction& transaction, const std::string& key = "ann") {
    auto parsed = parse(world.chain(), sign_transaction(world.chain(), transaction, key_of(key)));
    return world.submit(*verify(std::move(*parsed)));
}

}  // namespace

Ladder ladder_of_transactions() {
    Ladder ladder;
    const auto expect = [&](Refusal refusal, const Bytes& raw) { ladder.push_back({refusal, refused(raw)}); };
    expect(Refusal::tx_too_large, Bytes(65'536, 0));
    expect(Refusal::tx_malformed, Bytes(65'535, 0));
    expect(Refusal::tx_type_wrong, message("datadeed/token", {}));
    expect(Refusal::tx_malformed, message(transaction_type, {}));
    expect(Refusal::tx_no_operations, with_operations(0));
    expect(Refusal::tx_too_many_operations, with_operations(65));
    expect(Refusal::tx_too_many_keys, with_keys(new_keys_max + 1));
    expect(Refusal::evidence_not_alone, with_reports(1, 1));
    expect(Refusal::evidence_not_alone, with_reports(0, 2));
    expect(Refusal::evidence_too_large, with_reports(0, 1));
    Bytes forged = with_operations(64);
    forged.back() ^= 1;
    expect(Refusal::tx_signature_wrong, forged);

    World world = world_with_census();
    Transaction transaction = acceptance();
    std::string key = "nobody";
    const auto expect_in_block = [&](Refusal refusal) {
        ladder.push_back({refusal, refused_in_block(world, transaction, key)});
    };
    world.wait(2 * day_ms);
    transaction.expires = TimeMs{world.now().value - 1};
    transaction.nonce = Nonce{(world.now().value - day_ms - 1) * 1000 + 999};
    expect_in_block(Refusal::tx_expired);
    transaction.expires = world.now();
    expect_in_block(Refusal::key_not_found);
    key = "ann";
    expect_in_block(Refusal::tx_nonce_too_old);
    transaction.nonce = Nonce{(world.now().value + 10 * 60 * 1000 + 1) * 1000};
    expect_in_block(Refusal::tx_nonce_too_far_ahead);
    transaction.nonce = Nonce{world.now().value * 1000};
    world.must("ann", AddKey{.key = public_key_of("ann's next")});
    transaction.operations = {RetireKey{.key = public_key_of("ann's next")}};
    transaction.expires = TimeMs{world.now().value + hour_ms};
    ladder.push_back({Refusal::tx_nonce_used, [&] {
                          CHECK(!refused_in_block(world, transaction));
                          return refused_in_block(world, transaction);
                      }()});
    for (int i = 0; i < 256; ++i) {
        world.must("ann", TransferOffer{.data = DatasetId{"census"}, .to = MemberId{"ben"}, .share = ShareBp{1}});
        world.must("ann", TransferWithdraw{.data = DatasetId{"census"}, .to = MemberId{"ben"}});
    }
    expect_in_block(Refusal::tx_nonce_below_window);
    key = "ann's next";
    expect_in_block(Refusal::key_retired);

    World other;
    const VerifiedTransaction early = other.signed_by("zoe", {TransferAccept{.data = DatasetId{"census"}}});
    BlockExecution block{other.state(), {.height = Height{1}, .time = other.now()}, chain::evidence_judge()};
    const AdmitMember admit{
        .member = MemberId{"zoe"}, .organisation = "Zoe", .roles = {Role::user}, .keys = {public_key_of("zoe")}};
    CHECK(block.apply(other.signed_by("op", {admit})));
    ladder.push_back({Refusal::key_not_yet_valid, block.apply(early).error()});
    return ladder;
}

TEST_CASE("a transaction as a whole is asked its rules in this order") {
    check_ladder(ladder_of_transactions());
}

TEST_CASE("keys are counted over all operations, before any is looked at") {
    CHECK(refused(with_keys(new_keys_max)) == std::nullopt);
    Transaction transaction = acceptance();
    transaction.operations.assign(new_keys_max, AddKey{.key = {}});  // no point of the curve's, which costs to find out
    CHECK(refused(message(transaction_type, encode(transaction))) == std::nullopt);
    transaction.operations.front() =
        AdmitMember{.member = MemberId{"m"}, .organisation = "O", .roles = {Role::owner}, .keys = {{}, {}}};
    CHECK(refused(message(transaction_type, encode(transaction))) == Refusal::tx_too_many_keys);
    World world = world_with_census();
    transaction.operations.assign(new_keys_max / 3,
                                  proposing(world, joining(world, NodeChangeKind::add_validator, "zoe", "zoe")));
    CHECK(refused(message(transaction_type, encode(transaction))) == std::nullopt);
    transaction.operations.push_back(transaction.operations.front());
    CHECK(refused(message(transaction_type, encode(transaction))) == Refusal::tx_too_many_keys);
}

TEST_CASE("a signed transaction is read back as it was") {
    const Bytes raw = sign_transaction(chain, acceptance(), key_of("ann"));
    const auto parsed = parse(chain, raw);
    REQUIRE(parsed);
    CHECK(parsed->raw == raw);
    CHECK(parsed->content == acceptance());
    CHECK(parsed->signer == public_key_of("ann"));
    const auto verified = verify(*parsed);
    REQUIRE(verified);
    CHECK(verified->raw() == raw);
    CHECK(verified->id() == parsed->id);
    CHECK(verified->signer() == parsed->signer);
    CHECK(verified->content() == parsed->content);
}

TEST_CASE("the id of a transaction is the hash of what is signed, whatever the signature") {
    const Bytes raw = sign_transaction(chain, acceptance(), key_of("ann"));
    Bytes other = raw;
    other.back() ^= 0xFF;
    CHECK(parse(chain, raw)->id == parse(chain, other)->id);
    CHECK(parse(chain, raw)->id == TxId{crypto::sha256(parse(chain, raw)->signed_bytes)});
}

TEST_CASE("a transaction of another chain, and one with any bit changed, is refused") {
    const Bytes raw = sign_transaction(chain, acceptance(), key_of("ann"));
    CHECK(!refused(raw));
    CHECK(refused(raw, ChainId{Digest{8}}) == Refusal::tx_signature_wrong);
    for (std::size_t bit = 0; bit < raw.size() * 8; ++bit) {
        Bytes changed = raw;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        INFO("bit " << bit);
        CHECK(refused(changed));
    }
}

TEST_CASE("a transaction cut short or with something after it is refused") {
    const Bytes raw = sign_transaction(chain, acceptance(), key_of("ann"));
    for (std::size_t size = 0; size < raw.size(); ++size) {
        CHECK(refused(ByteView{raw}.first(size)) == Refusal::tx_malformed);
    }
    Bytes longer = raw;
    longer.push_back(0);
    CHECK(refused(longer) == Refusal::tx_malformed);
}

TEST_CASE("the form of every operation is asked, not only of the first") {
    Transaction transaction = acceptance();
    transaction.operations.push_back(RecordUses{.grant = {}, .count = 0});
    CHECK(refused(message(transaction_type, encode(transaction))) == Refusal::uses_count_out_of_range);
}

TEST_CASE("grants of one transaction differ by the operation's place") {
    CHECK(grant_id(TxId{Digest{1}}, 0) != grant_id(TxId{Digest{1}}, 1));
    CHECK(grant_id(TxId{Digest{1}}, 0) != grant_id(TxId{Digest{2}}, 0));
    // SHA-256 of 83 70 "datadeed/grant/1" 5820 00..00 01, computed apart.
    CHECK(to_hex(grant_id(TxId{}, 1).value) == "12ea7ab152f9754c56414869809926bfaaa1d048ec00a8eeb307506bf830e7b5");
}

TEST_CASE("nonces are unique within a window of the highest, by the clock of the block") {
    const Parameters parameters{};
    const TimeMs now = beginning;
    const auto at = [](std::uint64_t ms) { return Nonce{ms * 1000}; };
    NonceWindow window;
    CHECK(window.check(at(now.value - day_ms), now, parameters));
    CHECK(window.check(at(now.value - day_ms - 1), now, parameters).error() == Refusal::tx_nonce_too_old);
    CHECK(window.check(at(now.value + 600'000), now, parameters));
    CHECK(window.check(at(now.value + 600'001), now, parameters).error() == Refusal::tx_nonce_too_far_ahead);
    CHECK(window.check(Nonce{UINT64_MAX}, now, parameters).error() == Refusal::tx_nonce_too_far_ahead);
    CHECK(window.check(Nonce{0}, now, parameters).error() == Refusal::tx_nonce_too_old);

    // Every second one, downwards: while there is room, an earlier nonce is as good as a later one.
    for (std::uint64_t i = 256; i > 0; --i) {
        const Nonce nonce{now.value * 1000 + 2 * i};
        REQUIRE(window.check(nonce, now, parameters));
        window.use(nonce, parameters);
    }
    CHECK(window.check(Nonce{now.value * 1000 + 1}, now, parameters).error() == Refusal::tx_nonce_below_window);
    CHECK(window.check(Nonce{now.value * 1000 + 2}, now, parameters).error() == Refusal::tx_nonce_used);
    CHECK(window.check(Nonce{now.value * 1000 + 3}, now, parameters));
    window.use(Nonce{now.value * 1000 + 3}, parameters);
    CHECK(window.used().size() == 256);
    CHECK(window.check(Nonce{now.value * 1000 + 2}, now, parameters).error() == Refusal::tx_nonce_below_window);
    CHECK(window.check(Nonce{now.value * 1000 + 3}, now, parameters).error() == Refusal::tx_nonce_used);
}

}  // namespace datadeed::ledger::test
