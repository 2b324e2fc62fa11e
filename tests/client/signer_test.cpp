#include "client/signer.h"

#include <set>
#include <thread>

#include "client/time_text.h"
#include "crypto/cose.h"
#include "crypto/keyfile.h"
#include "tests/support/catch.h"
#include "tests/support/folder.h"

namespace datadeed::client {
namespace {

const ChainId this_chain{Digest{7}};

Signer make_signer() {
    return {this_chain, ledger::MemberId{"owner"}, crypto::SecretKey::generate()};
}

ledger::Operation registration(const std::string& title) {
    return ledger::RegisterData{
        .data = ledger::DatasetId{"a"}, .title = title, .type = "table", .commitment = std::nullopt};
}

}  // namespace

TEST_CASE("what is signed is a transaction of this chain that verifies") {
    Signer signer = make_signer();
    const Outcome<SignedTransaction> tx = signer.sign({registration("数据")});
    REQUIRE(tx);
    auto parsed = ledger::parse(this_chain, tx->bytes);
    REQUIRE(parsed);
    CHECK(parsed->id == tx->id);
    CHECK(parsed->signer == signer.public_key());
    CHECK(parsed->content.expires == tx->expires);
    CHECK(parsed->content.expires.value <= now_ms().value + Signer::expiry_default_ms);
    CHECK(ledger::verify(*parsed));
    const auto elsewhere = ledger::parse(ChainId{Digest{8}}, tx->bytes);
    REQUIRE(elsewhere);
    CHECK_FALSE(ledger::verify(*elsewhere));
}

TEST_CASE("what could never apply is refused before it is signed, with the ledger's code") {
    Signer signer = make_signer();
    const Outcome<SignedTransaction> tx = signer.sign({registration("")});
    REQUIRE_FALSE(tx);
    CHECK(tx.error().code == "data.title_empty");
    CHECK_FALSE(tx.error().hint.at(0).empty());
    CHECK(signer.sign({}).error().code == "tx.no_operations");
}

TEST_CASE("nonces are the clock in microseconds and never repeat, whatever the threads") {
    Signer signer = make_signer();
    std::vector<std::vector<std::uint64_t>> nonces(4);
    std::vector<std::thread> threads;
    for (auto& mine : nonces) {
        threads.emplace_back([&signer, &mine] {
            for (int i = 0; i < 200; ++i) {
                const Outcome<SignedTransaction> tx = signer.sign({registration("t")});
                mine.push_back(ledger::parse(this_chain, tx->bytes)->content.nonce.value);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::set<std::uint64_t> all;
    for (const auto& mine : nonces) {
        CHECK(std::ranges::is_sorted(mine));
        all.insert(mine.begin(), mine.end());
    }
    CHECK(all.size() == 800);
    CHECK(*all.rbegin() / 1000 <= now_ms().value + 1);
    CHECK(*all.begin() / 1000 + 60'000 > now_ms().value);
}

TEST_CASE("a read token is signed for its chain, member and node") {
    const Signer signer = make_signer();
    const auto bytes = from_base64(signer.read_token("node-0", TimeMs{1234}));
    REQUIRE(bytes);
    const auto message = crypto::decode_sign1(*bytes);
    REQUIRE(message);
    CHECK(message->header.typ == "datadeed/token");
    CHECK(message->header.kid == signer.public_key());
    CHECK(crypto::verify_sign1(*message, crypto::signing_context("datadeed/token/1", this_chain)));
    CHECK_FALSE(crypto::verify_sign1(*message, crypto::signing_context("datadeed/tx/1", this_chain)));
    cbor::Reader reader{message->payload};
    CHECK(reader.array(3) == 3);
    CHECK(reader.text(63) == "owner");
    CHECK(reader.text(63) == "node-0");
    CHECK(reader.unsigned_integer() == 1234);
    CHECK(reader.finish());
}

TEST_CASE("a key file opens with its passphrase alone") {
    const support::Folder folder;
    const crypto::SecretKey key = crypto::SecretKey::generate();
    const auto sealed = crypto::seal_key(key, crypto::SecretText{"right"}, crypto::KdfCost::least());
    const std::string file = folder.write("owner.key", std::string{as_text(*sealed)});
    const Outcome<crypto::SecretKey> opened = open_key_file(file, crypto::SecretText{"right"});
    REQUIRE(opened);
    CHECK(opened->public_key() == key.public_key());
    CHECK(open_key_file(file, crypto::SecretText{"wrong"}).error().code == "key.passphrase_wrong");
    CHECK(open_key_file(folder.write("broken", "x"), crypto::SecretText{"right"}).error().code == "key.broken");
    CHECK(open_key_file(folder / "missing", crypto::SecretText{"right"}).error().code == "file.unreadable");
}

TEST_CASE("a passphrase is the first line of its file") {
    const support::Folder folder;
    CHECK(read_passphrase_file(folder.write("a", "secret words\nignored\n"))->view() == "secret words");
    CHECK(read_passphrase_file(folder.write("b", "secret\r\n"))->view() == "secret");
    CHECK(read_passphrase_file(folder.write("c", "secret"))->view() == "secret");
    CHECK(read_passphrase_file(folder.write("d", "\nsecret")).error().code == "key.passphrase_needed");
    CHECK(read_passphrase_file(folder.write("e", "")).error().code == "key.passphrase_needed");
    CHECK(read_passphrase_file(folder.write("f", std::string(1025, 'x'))).error().code == "key.passphrase_needed");
    CHECK(read_passphrase_file(folder / "missing").error().status == 404);
}

}  // namespace datadeed::client
