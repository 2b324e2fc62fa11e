#include <map>
#include <utility>

#include "chain/evidence_judge.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "ledger/block.h"
#include "ledger/execution.h"
#include "ledger/readiness.h"
#include "ledger/state_tree.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"
#include "tests/support/page.h"

// The examples of docs/formats.md are what the code writes: a format that changes turns this red. They are one small
// chain: its genesis document, the transaction and the header of its first block, and the state after it.

namespace datadeed::ledger::test {
namespace {

void check_shown(std::string_view what, ByteView bytes) {
    datadeed::test::check_page_shows("formats.md", what, bytes);
}

// The key whose seed is this byte 32 times.
crypto::SecretKey sample_key(std::uint8_t seed_byte) {
    ByteArray<32> seed{};
    seed.fill(seed_byte);
    return crypto::SecretKey::from_seed(seed);
}

Genesis sample_genesis() {
    Genesis genesis{.version = 1, .chain_name = "c", .time = beginning, .parameters = {}, .members = {}, .nodes = {}};
    genesis.members = {
        {.id = MemberId{"a"}, .organisation = "A", .roles = {Role::owner}, .keys = {sample_key(1).public_key()}},
        {.id = MemberId{"n"}, .organisation = "N", .roles = {Role::validator}, .keys = {}},
        {.id = MemberId{"o"}, .organisation = "O", .roles = {Role::operator_}, .keys = {sample_key(2).public_key()}}};
    genesis.nodes.validators = {{.member = MemberId{"n"},
                                 .vote = sample_key(3).public_key(),
                                 .link = sample_key(4).public_key(),
                                 .cosign = sample_key(5).public_key()}};
    return genesis;
}

Terms sample_terms() {
    return {.purposes = {Purpose{"p"}},
            .operations = {QueryOperation::count},
            .from = std::nullopt,
            .until = TimeMs{beginning.value + day_ms},
            .uses = 9,
            .depth = 1};
}

// A data set, an appointment, an offer, a grant and an anchor: a record of each kind.
Transaction sample_transaction() {
    const DatasetId data{"d"};
    const ManagerScope scope{
        .purposes = std::nullopt, .operations = std::nullopt, .until = std::nullopt, .uses = std::nullopt, .depth = 2};
    return {.nonce = Nonce{beginning.value * 1000},
            .expires = TimeMs{beginning.value + hour_ms},
            .operations = {
                RegisterData{.data = data, .title = "T", .type = "t", .commitment = {}},
                TransferOffer{.data = data, .to = MemberId{"o"}, .share = ShareBp{2'500}},
                AppointManager{.data = data, .manager = MemberId{"o"}, .scope = scope},
                CreateGrant{.data = data, .grantee = MemberId{"o"}, .parent = std::nullopt, .terms = sample_terms()},
                LogAnchor{.with = MemberId{"o"}, .epoch = LogEpoch{1}, .root = Digest{}, .count = 2}}};
}

// Holds the state tree of one version after another.
class SampleTree final : public TreeStore {
public:
    std::optional<Bytes> node(const NodeKey& wanted) const override {
        const auto found = nodes_.find(wanted.bytes());
        return found == nodes_.end() ? std::nullopt : std::optional{found->second};
    }
    Digest add(std::optional<std::uint64_t> from, const StateChanges& changes, std::uint64_t version) {
        const TreeUpdate made = update(*this, from, changes, version).value();
        for (const TreeUpdate::Node& node : made.nodes) nodes_[node.key.bytes()] = node.bytes;
        return made.root;
    }

private:
    std::map<Bytes, Bytes> nodes_;
};

// The chain after its first block.
struct SampleChain {
    Bytes genesis{encode(sample_genesis())};
    ChainId chain{chain_id(genesis)};
    VerifiedTransaction transaction{
        verify(parse(chain, sign_transaction(chain, sample_transaction(), sample_key(1))).value()).value()};
    MapState state{};
    Block block{};

    SampleChain() {
        SampleTree tree;
        const StateChanges initial = genesis_state(sample_genesis());
        state.apply(initial);
        static_cast<void>(tree.add(std::nullopt, initial, 0));
        BlockExecution execution{
            state, {.height = Height{1}, .time = TimeMs{beginning.value + 1}}, chain::evidence_judge()};
        REQUIRE(execution.apply(transaction));
        const StateChanges changes = execution.finish();
        state.apply(changes);
        block.header = {.version = block_version,
                        .height = Height{1},
                        .prev = chain.value,
                        .time = TimeMs{beginning.value + 1},
                        .proposer = MemberId{"n"},
                        .log_size = 1,
                        .log_root = crypto::leaf_hash(transaction.raw()),
                        .state_root = tree.add(0, changes, 1),
                        .prev_cert_hash = {},
                        .validators_hash = hash(sample_genesis().nodes)};
        block.transactions = {{.bytes = transaction.raw()}};
    }
};

// The next block of that chain, in which a member is to become a validator: o gives it the role and proposes it, and n,
// the only validator, approves.
struct SampleChange {
    SampleChain sample{};
    NodeSecrets secrets{};
    crypto::SecretKey vote{sample_key(6)};
    crypto::SecretKey link{sample_key(7)};
    crypto::SecretKey cosign{sample_key(8)};
    ProposeChange operation{};
    ChangeId id{change_id(TxId{}, 1)};

    SampleChange() {
        secrets = {.vote = &vote, .link = &link, .cosign = &cosign};
        operation = {.change = {.kind = NodeChangeKind::add_validator,
                                .member = MemberId{"a"},
                                .keys = public_keys_of(secrets),
                                .ready = sign_readiness(sample.chain, MemberId{"a"}, secrets, Height{1})},
                     .until = TimeMs{beginning.value + hour_ms}};
        OperationContext context{.signer = MemberId{"o"}, .height = Height{2}, .time = TimeMs{beginning.value + 2}};
        Overlay changes = Overlay::on(sample.state);
        REQUIRE(apply(SetRoles{.member = MemberId{"a"}, .roles = {Role::owner, Role::validator}}, context, changes));
        ++context.index;
        REQUIRE(apply(operation, context, changes));
        context.signer = MemberId{"n"};
        REQUIRE(apply(VoteChange{.change = id, .approve = true}, context, changes));
        sample.state.apply(changes.take_changes());
    }
};

}  // namespace

TEST_CASE("the page on formats shows a genesis document and its chain id as they are") {
    const SampleChain sample;
    REQUIRE(decode_genesis(sample.genesis));
    check_shown("the genesis document", sample.genesis);
    check_shown("the chain id", sample.chain.value);
    check_shown("the validators' hash", hash(sample_genesis().nodes));
}

TEST_CASE("the page on formats shows a transaction as it is, and what its key signed") {
    const SampleChain sample;
    check_shown("the transaction", sample.transaction.raw());
    const Bytes signed_bytes = parse(sample.chain, sample.transaction.raw()).value().signed_bytes;
    check_shown("what is signed before the payload",
                ByteView{signed_bytes}.first(signed_bytes.size() - encode(sample_transaction()).size()));
    check_shown("the transaction's id", sample.transaction.id().value);
    check_shown("the grant's id", grant_id(sample.transaction.id(), 3).value);
}

TEST_CASE("the page on formats shows a block as it is") {
    const SampleChain sample;
    check_shown("the header", encode(sample.block.header));
    check_shown("the header's hash", hash(sample.block.header));
    const Bytes block = encode(sample.block);
    check_shown("the beginning of the block's transactions",
                ByteView{block}.subspan(1 + encode(sample.block.header).size()).first(6));
    CHECK(check_link(sample.block,
                     {.height = {}, .hash = sample.chain.value, .time = beginning, .log_size = 0, .cert_hash = {}},
                     {}));
}

TEST_CASE("the page on formats shows every key and record of a state as they are") {
    const SampleChain sample;
    const std::vector<StateReader::Entry> entries = sample.state.scan({}, {}, 100);
    CHECK(entries.size() == sample.state.size());
    std::string kinds;
    for (const StateReader::Entry& entry : entries) {
        if (kinds.empty() || kinds.back() != static_cast<char>(entry.key[0])) kinds += static_cast<char>(entry.key[0]);
        Bytes shown = entry.key;
        append(shown, entry.value);
        check_shown("key and record", shown);
    }
    CHECK(kinds == "abdfgiklmnoptvw");
}

TEST_CASE("the page on formats shows a change of nodes, the word of its node, and what an adopted one leaves behind") {
    const SampleChange change;
    check_shown("the statement",
                readiness_statement(change.sample.chain, MemberId{"a"}, public_keys_of(change.secrets), Height{1}));
    check_shown("the operation", encode(Operation{change.operation}));
    check_shown("the change's id", change.id.value);
    std::string kinds;
    for (const StateReader::Entry& entry : change.sample.state.scan({}, {}, 100)) {
        const char kind = static_cast<char>(entry.key[0]);
        if (std::string_view{"cevwx"}.find(kind) == std::string_view::npos) continue;
        kinds += kind;
        Bytes shown = entry.key;
        append(shown, entry.value);
        check_shown("key and record", shown);
    }
    CHECK(kinds == "cevwwwwwwx");
}

}  // namespace datadeed::ledger::test
