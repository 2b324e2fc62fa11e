#include "node/startup.h"

#include <algorithm>
#include <string_view>

#include <sys/stat.h>

#include "chain/leveldb_store.h"
#include "chain/state_database.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"

namespace datadeed::node {
namespace {

constexpr std::size_t genesis_size_max = chain::DataFolder::genesis_size_max;

// The keys that the genesis document names for a node.
struct NamedKeys {
    crypto::PublicKey link{};
    std::optional<crypto::PublicKey> vote{};
    std::optional<crypto::PublicKey> cosign{};
};

Fault key_fault(std::string code, std::string detail, std::string hint) {
    return {.exit = Exit::keys, .code = std::move(code), .detail = std::move(detail), .hint = std::move(hint)};
}

Result<NamedKeys, Fault> named_keys(const ledger::Genesis& genesis, const std::string& name) {
    for (const ledger::Validator& validator : genesis.nodes.validators) {
        if (validator.member.value == name) {
            return NamedKeys{.link = validator.link, .vote = validator.vote, .cosign = validator.cosign};
        }
    }
    for (const ledger::Observer& observer : genesis.nodes.observers) {
        if (observer.member.value == name) return NamedKeys{.link = observer.link, .vote = {}, .cosign = {}};
    }
    return fail(key_fault("keys.not_a_node", "the genesis document names no node '" + name + "'",
                          "check node.name and node.genesis"));
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
    const crypto::PublicKey& named;
};

Result<crypto::SecretKey, Fault> open_key_file(const KeyFile& file, const crypto::SecretText& passphrase) {
    const std::string path = file.path.string();
    if (const auto own = check_private(file.path); !own) return fail(own.error());
    const Result<Bytes, chain::Error> bytes = chain::read_file(chain::posix_files(), path, crypto::keyfile_size_max);
    if (!bytes) return fail(fault_of(bytes.error()));
    // Looked at before the passphrase is tried: a file in the wrong place is the likelier mistake, and this is cheap.
    const Result<crypto::PublicKey, crypto::Error> claimed = crypto::public_key_of(*bytes);
    if (claimed && *claimed != file.named) {
        return fail(key_fault("keys.not_of_the_chain",
                              "the " + std::string{file.what} + " key in " + path + " is " + to_hex(claimed->value) +
                                  ", but the genesis document names " + to_hex(file.named.value),
                              "use the key file that was made for this node and chain"));
    }
    Result<crypto::SecretKey, crypto::Error> key = crypto::open_key(*bytes, passphrase);
    if (key) return std::move(*key);
    const bool wrong = key.error() == crypto::Error::keyfile_must_open_with_the_passphrase;
    return fail(key_fault(wrong ? "keys.wrong_passphrase" : std::string{crypto::code(key.error())},
                          "the key file " + path + " doesn't open: " + std::string{crypto::describe(key.error())},
                          wrong ? "check keys.passphrase_file" : "restore the key file from its backup"));
}

// Opens the key file when the chain names a key, and wants the configuration to agree.
Result<std::optional<crypto::SecretKey>, Fault> open_optional(std::string_view what, const std::filesystem::path& path,
                                                              const std::optional<crypto::PublicKey>& named,
                                                              const crypto::SecretText& passphrase) {
    if (!named && path.empty()) return std::optional<crypto::SecretKey>{};
    if (!named) {
        return fail(key_fault("keys.not_a_validator",
                              "the chain knows this node as an observer, which has no " + std::string{what} + " key",
                              "remove keys." + std::string{what} + " from the configuration"));
    }
    if (path.empty()) {
        return fail(key_fault("keys.missing",
                              "the chain knows this node as a validator, which needs a " + std::string{what} + " key",
                              "add keys." + std::string{what} + " to the configuration"));
    }
    Result<crypto::SecretKey, Fault> key =
        open_key_file(KeyFile{.what = what, .path = path, .named = *named}, passphrase);
    if (!key) return fail(key.error());
    return std::optional{std::move(*key)};
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

Result<NodeKeys, Fault> open_keys(const NodeConfig& config, const ledger::Genesis& genesis) {
    const Result<NamedKeys, Fault> named = named_keys(genesis, config.name);
    if (!named) return fail(named.error());
    const Result<crypto::SecretText, Fault> passphrase = read_passphrase(config.passphrase_file);
    if (!passphrase) return fail(passphrase.error());
    auto link = open_optional("link", config.link_key, named->link, *passphrase);
    if (!link) return fail(link.error());
    auto vote = open_optional("vote", config.vote_key, named->vote, *passphrase);
    if (!vote) return fail(vote.error());
    auto cosign = open_optional("cosign", config.cosign_key, named->cosign, *passphrase);
    if (!cosign) return fail(cosign.error());
    return NodeKeys{.link = std::move(**link), .vote = std::move(*vote), .cosign = std::move(*cosign)};
}

Result<OpenStores, Fault> open_stores(const NodeConfig& config, const GenesisDocument& genesis) {
    Result<chain::DataFolder, Fault> folder = open_folder(config.data_dir.string(), genesis);
    if (!folder) return fail(folder.error());
    auto chain_store = chain::open_leveldb(chain::LeveldbOptions{.folder = folder->chain_path()});
    if (!chain_store) return fail(fault_of(chain_store.error()));
    auto state_store = chain::open_state_database(chain::posix_files(), folder->state_path());
    if (!state_store) return fail(fault_of(state_store.error()));
    return OpenStores{.folder = std::move(*folder), .chain = std::move(*chain_store), .state = std::move(*state_store)};
}

Result<std::unique_ptr<replica::Replica>, Fault> start_replica(const GenesisDocument& genesis, const NodeConfig& config,
                                                               NodeKeys& keys, const OpenStores& stores,
                                                               chain::OnStateError on_error) {
    replica::Identity identity{.self = ledger::MemberId{config.name},
                               .vote_key = std::move(keys.vote),
                               .cosign_key = std::move(keys.cosign),
                               .vote_signer = {}};
    const replica::Stores places{.chain = stores.chain.get(),
                                 .state = stores.state.get(),
                                 .files = &chain::posix_files(),
                                 .votes_path = stores.folder.votes_path(),
                                 .state_options = state_options(config, std::move(on_error))};
    auto replica = replica::Replica::start(genesis.content, std::move(identity), places);
    if (replica) return std::move(*replica);
    return fail(Fault{.exit = exit_for(replica.error().code),
                      .code = replica.error().code,
                      .detail = replica.error().reason,
                      .hint = replica.error().hint});
}

}  // namespace datadeed::node
