#include "node/startup.h"

#include <algorithm>
#include <string_view>

#include <sys/stat.h>

#include "chain/leveldb_store.h"
#include "chain/snapshot_files.h"
#include "chain/state_database.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "ledger/state_keys.h"

namespace datadeed::node {
namespace {

constexpr std::size_t genesis_size_max = chain::DataFolder::genesis_size_max;

// The keys that the chain names for a node; none where it doesn't name the node.
struct NamedKeys {
    std::optional<crypto::PublicKey> link{};
    std::optional<crypto::PublicKey> vote{};
    std::optional<crypto::PublicKey> cosign{};
};

Fault key_fault(std::string code, std::string detail, std::string hint) {
    return {.exit = Exit::keys, .code = std::move(code), .detail = std::move(detail), .hint = std::move(hint)};
}

Result<NamedKeys, Fault> named_keys(const ledger::ValidatorSet& nodes, const NodeConfig& config) {
    // The chain as it is here may name keys of long ago for it; it's mute until the one that it names is one of these.
    if (config.joins) return NamedKeys{};
    for (const ledger::Validator& validator : nodes.validators) {
        if (validator.member.value == config.name) {
            return NamedKeys{.link = validator.link, .vote = validator.vote, .cosign = validator.cosign};
        }
    }
    for (const ledger::Observer& observer : nodes.observers) {
        if (observer.member.value == config.name) return NamedKeys{.link = observer.link, .vote = {}, .cosign = {}};
    }
    return fail(key_fault("keys.not_a_node", "the chain names no node '" + config.name + "'",
                          "check node.name and node.genesis; set node.joins for a node that is to join"));
}

// Group and others must have no right on a file that holds a secret.
Result<void, Fault> check_private(const std::filesystem::path& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) {
        return fail(Fault{.exit = Exit::missing,
                          .code = "file.not_found",
                          .detail = "there is no file " + file.string(),
                          .hint = "check the [keys] of the configuration"});
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(key_fault("keys.readable_by_others", "others may read or write " + file.string(),
                              "chmod 600 " + file.string()));
    }
    return {};
}

Result<crypto::SecretText, Fault> read_passphrase(const std::filesystem::path& file) {
    if (const auto own = check_private(file); !own) return fail(own.error());
    Result<Bytes, chain::Error> bytes =
        chain::read_file(chain::posix_files(), file.string(), crypto::SecretText::size_max + 1);
    if (!bytes) return fail(fault_of(bytes.error()));
    std::string_view text = as_text(*bytes);
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.empty() || text.size() > crypto::SecretText::size_max) {
        return fail(key_fault("keys.bad_passphrase_file", "the file " + file.string() + " holds no passphrase",
                              "put the passphrase of the key files into it, on one line"));
    }
    crypto::SecretText passphrase{text};
    crypto::wipe(std::span<std::uint8_t>{*bytes});
    return passphrase;
}

struct KeyFile {
    std::string_view what{};  // "link"
    const std::filesystem::path& path;
    const std::optional<crypto::PublicKey>& named;  // by the chain; any will do if it names none
};

Result<crypto::SecretKey, Fault> open_key_file(const KeyFile& file, const crypto::SecretText& passphrase) {
    const std::string path = file.path.string();
    if (const auto own = check_private(file.path); !own) return fail(own.error());
    const Result<Bytes, chain::Error> bytes = chain::read_file(chain::posix_files(), path, crypto::keyfile_size_max);
    if (!bytes) return fail(fault_of(bytes.error()));
    // Looked at before the passphrase is tried: a file in the wrong place is the likelier mistake, and this is cheap.
    const Result<crypto::PublicKey, crypto::Error> claimed = crypto::public_key_of(*bytes);
    if (claimed && file.named && *claimed != *file.named) {
        return fail(key_fault("keys.not_of_the_chain",
                              "the " + std::string{file.what} + " key in " + path + " is " + to_hex(claimed->value) +
                                  ", but the chain names " + to_hex(file.named->value),
                              "use the key file that was made for this node and chain; if its keys were replaced and "
                              "its folder lags behind that, set node.joins until it has caught up"));
    }
    Result<crypto::SecretKey, crypto::Error> key = crypto::open_key(*bytes, passphrase);
    if (key) return std::move(*key);
    const bool wrong = key.error() == crypto::Error::keyfile_must_open_with_the_passphrase;
    return fail(key_fault(wrong ? "keys.wrong_passphrase" : std::string{crypto::code(key.error())},
                          "the key file " + path + " doesn't open: " + std::string{crypto::describe(key.error())},
                          wrong ? "check keys.passphrase_file" : "restore the key file from its backup"));
}

// The files of one purpose: what the chain names, and what it is to name.
struct KeyFiles {
    std::string_view what{};
    const std::filesystem::path& present;
    const std::filesystem::path& next;
    const std::optional<crypto::PublicKey>& named;
};

// One of them must be of the key that the chain names, if it names one. Keys that it doesn't name, any more or yet, lie
// ready.
Result<std::vector<crypto::SecretKey>, Fault> open_key_files(const KeyFiles& files,
                                                             const crypto::SecretText& passphrase) {
    std::vector<crypto::SecretKey> keys;
    const std::optional<crypto::PublicKey> any;
    if (!files.next.empty()) {
        auto next = open_key_file({.what = files.what, .path = files.next, .named = any}, passphrase);
        if (!next) return fail(next.error());
        keys.push_back(std::move(*next));
    }
    // After the change, and before the configuration follows it, the next one is the one that the chain names.
    const bool changed = files.named && !keys.empty() && keys.front().public_key() == *files.named;
    if (!files.present.empty() && !changed) {
        auto present = open_key_file({.what = files.what, .path = files.present, .named = files.named}, passphrase);
        if (!present) return fail(present.error());
        keys.push_back(std::move(*present));
    }
    if (files.named && files.present.empty() && !changed) {
        const std::string what{files.what};
        return fail(key_fault("keys.missing",
                              "the chain knows this node as a validator, which needs a " + what + " key",
                              "add keys." + what + " to the configuration"));
    }
    return keys;
}

Result<chain::DataFolder, Fault> open_folder(const std::string& path, const GenesisDocument& genesis) {
    chain::FileSystem& files = chain::posix_files();
    Result<chain::DataFolder, chain::Error> folder = chain::DataFolder::open(files, path);
    if (!folder && folder.error().fault == chain::Fault::folder_missing) {
        if (const auto made = chain::DataFolder::create(files, path, genesis.bytes); !made) {
            return fail(fault_of(made.error()));
        }
        folder = chain::DataFolder::open(files, path);
    }
    if (!folder) return fail(fault_of(folder.error()));
    if (const auto same = folder->expect_chain(genesis.chain); !same) return fail(fault_of(same.error()));
    return std::move(*folder);
}

// A snapshot that came whole before the last end of this node.
Result<chain::TakenOver, Fault> take_over(const chain::DataFolder& folder, const GenesisDocument& genesis,
                                          chain::KvStore& chain) {
    chain::FileSystem& files = chain::posix_files();
    const auto state = chain::make_state_place(files, folder.state_path());
    const consensus::Ed25519Verifier signatures;
    const Result<chain::TakenOver, chain::Error> taken_over =
        chain::take_over_snapshot({.files = files,
                                   .folder = chain::incoming_path(folder.snapshots_path()),
                                   .chain = chain,
                                   .state = *state,
                                   .genesis = genesis.content,
                                   .signatures = signatures});
    if (!taken_over) return fail(fault_of(taken_over.error()));
    return *taken_over;
}

chain::StateOptions state_options(const NodeConfig& config, chain::OnStateError on_error) {
    const std::size_t half = static_cast<std::size_t>(config.cache_mib << 20U) / 2;
    return {.history = config.history_blocks,
            .value_cache_bytes = half,
            .node_cache_bytes = half,
            .on_error = std::move(on_error)};
}

}  // namespace

Fault fault_of(const chain::Error& error) {
    const std::string code{chain::code(error.fault)};
    std::string detail{chain::describe(error.fault)};
    if (!error.place.empty()) detail += ": " + error.place;
    if (!error.detail.empty()) detail += " (" + error.detail + ")";
    return {.exit = chain::is_disk_full(error) ? Exit::disk_full : exit_for(code),
            .code = code,
            .detail = std::move(detail),
            .hint = std::string{chain::advice(error.fault)}};
}

Fault fault_of(const replica::Halt& halt) {
    return {.exit = exit_for(halt.code), .code = halt.code, .detail = halt.reason, .hint = halt.hint};
}

Result<GenesisDocument, Fault> read_genesis(const std::filesystem::path& file) {
    Result<Bytes, chain::Error> bytes = chain::read_file(chain::posix_files(), file.string(), genesis_size_max);
    if (!bytes) return fail(fault_of(bytes.error()));
    Result<ledger::Genesis, ledger::Refusal> content = ledger::decode_genesis(*bytes);
    if (!content) {
        return fail(Fault{
            .exit = Exit::wrong_chain,
            .code = std::string{ledger::code(content.error())},
            .detail = file.string() + " is no genesis document: " + std::string{ledger::describe(content.error())},
            .hint = "use the document that all nodes of the chain have"});
    }
    const ChainId chain = ledger::chain_id(*bytes);
    return GenesisDocument{.bytes = std::move(*bytes), .chain = chain, .content = std::move(*content)};
}

Result<NodeKeys, Fault> open_keys(const NodeConfig& config, const ledger::ValidatorSet& nodes) {
    const Result<NamedKeys, Fault> named = named_keys(nodes, config);
    if (!named) return fail(named.error());
    const Result<crypto::SecretText, Fault> passphrase = read_passphrase(config.passphrase_file);
    if (!passphrase) return fail(passphrase.error());
    auto link = open_key_file({.what = "link", .path = config.link_key, .named = named->link}, *passphrase);
    if (!link) return fail(link.error());
    auto votes = open_key_files(
        {.what = "vote", .present = config.vote_key, .next = config.next_vote_key, .named = named->vote}, *passphrase);
    if (!votes) return fail(votes.error());
    auto cosigns = open_key_files(
        {.what = "cosign", .present = config.cosign_key, .next = config.next_cosign_key, .named = named->cosign},
        *passphrase);
    if (!cosigns) return fail(cosigns.error());
    return NodeKeys{.link = std::move(*link), .votes = std::move(*votes), .cosigns = std::move(*cosigns)};
}

Result<ReadyKeys, Fault> open_ready_keys(const NodeConfig& config) {
    const Result<crypto::SecretText, Fault> passphrase = read_passphrase(config.passphrase_file);
    if (!passphrase) return fail(passphrase.error());
    const std::optional<crypto::PublicKey> any;
    auto link = open_key_file({.what = "link", .path = config.link_key, .named = any}, *passphrase);
    if (!link) return fail(link.error());
    ReadyKeys keys{.link = std::move(*link)};
    const auto open = [&](std::string_view what, const std::filesystem::path& next,
                          const std::filesystem::path& present,
                          std::optional<crypto::SecretKey>& to) -> Result<void, Fault> {
        const std::filesystem::path& path = next.empty() ? present : next;
        if (path.empty()) return {};
        auto key = open_key_file({.what = what, .path = path, .named = any}, *passphrase);
        if (!key) return fail(key.error());
        to = std::move(*key);
        return {};
    };
    if (const auto vote = open("vote", config.next_vote_key, config.vote_key, keys.vote); !vote) {
        return fail(vote.error());
    }
    const auto cosign = open("cosign", config.next_cosign_key, config.cosign_key, keys.cosign);
    if (!cosign) return fail(cosign.error());
    return keys;
}

Result<ledger::ValidatorSet, Fault> read_nodes(const OpenStores& stores, const GenesisDocument& genesis) {
    const auto damaged = [](std::string detail) {
        return fail(fault_of(chain::Error{
            .fault = chain::Fault::state_damaged, .place = "the present epoch", .detail = std::move(detail)}));
    };
    const auto state = chain::StateSnapshot::open(*stores.state);
    // An empty one is made from the genesis document later.
    if (!state && state.error().fault == chain::Fault::state_height_not_kept) return genesis.content.nodes;
    if (!state) return fail(fault_of(state.error()));
    const std::optional<Bytes> record = (*state)->get(ledger::state_keys::validators());
    if (const auto& error = (*state)->error()) return fail(fault_of(*error));
    if (!record) return damaged("its record is missing");
    Result<ledger::Epoch, cbor::DecodeError> epoch = decode<ledger::Epoch>(*record);
    if (!epoch) return damaged("its record doesn't decode");
    return std::move(epoch->nodes);
}

Result<OpenStores, Fault> open_stores(const NodeConfig& config, const GenesisDocument& genesis) {
    Result<chain::DataFolder, Fault> folder = open_folder(config.data_dir.string(), genesis);
    if (!folder) return fail(folder.error());
    auto chain_store = chain::open_leveldb(chain::LeveldbOptions{.folder = folder->chain_path()});
    if (!chain_store) return fail(fault_of(chain_store.error()));
    const Result<chain::TakenOver, Fault> taken_over = take_over(*folder, genesis, **chain_store);
    if (!taken_over) return fail(taken_over.error());
    auto state_store = chain::open_state_database(chain::posix_files(), folder->state_path());
    if (!state_store) return fail(fault_of(state_store.error()));
    return OpenStores{.folder = std::move(*folder),
                      .chain = std::move(*chain_store),
                      .state = std::move(*state_store),
                      .taken_over = *taken_over};
}

Result<std::unique_ptr<replica::Replica>, Fault> start_replica(const GenesisDocument& genesis, const NodeConfig& config,
                                                               NodeKeys& keys, const OpenStores& stores,
                                                               chain::OnStateError on_error) {
    replica::Identity identity{
        .self = ledger::MemberId{config.name}, .vote_keys = {}, .cosign_keys = {}, .joins = config.joins};
    for (crypto::SecretKey& key : keys.cosigns) {
        identity.cosign_keys.push_back(std::make_shared<const crypto::SecretKey>(std::move(key)));
    }
    for (crypto::SecretKey& key : keys.votes) identity.vote_keys.push_back(replica::make_vote_key(std::move(key)));
    const replica::Stores places{.chain = stores.chain.get(),
                                 .state = stores.state.get(),
                                 .files = &chain::posix_files(),
                                 .votes_path = stores.folder.votes_path(),
                                 .state_options = state_options(config, std::move(on_error)),
                                 .snapshots = {.files = &chain::posix_files(),
                                               .folder = stores.folder.snapshots_path(),
                                               .every = config.snapshot_transactions,
                                               .keep_blocks = config.keep_blocks,
                                               .fetches = !config.whole_chain}};
    auto replica = replica::Replica::start(genesis.content, std::move(identity), places);
    if (replica) return std::move(*replica);
    return fail(Fault{.exit = exit_for(replica.error().code),
                      .code = replica.error().code,
                      .detail = replica.error().reason,
                      .hint = replica.error().hint});
}

}  // namespace datadeed::node
