#include "client/session.h"

#include <algorithm>

#include "client/files.h"
#include "ledger/genesis.h"

namespace datadeed::client {
namespace {

constexpr std::size_t genesis_size_max = std::size_t{16} << 20U;

// A key belongs to one member for ever, so the founding members' are known without a node. What a profile signs stands
// in the name of the key's member, whatever name the profile gives: better refused here than found on the chain.
Outcome<void> check_founder(const Profile& profile, ByteView genesis, const crypto::PublicKey& key) {
    const auto document = decode<ledger::Genesis>(genesis);  // its hash is the chain's: no rule needs to be asked again
    if (!document) return {};                                // not one that a node would start with
    for (const ledger::GenesisMember& member : document->members) {
        if (std::ranges::find(member.keys, key) == member.keys.end() || member.id.value == profile.member) continue;
        return fail(Problem{
            .code = "profile.key_of_another",
            .title = "the profile says '" + profile.member + "', but its key is one of '" + member.id.value + "'",
            .detail = "what it signs would stand in the name of '" + member.id.value + "'",
            .hint = {"correct member or key_file in the profile"},
            .status = 403});
    }
    return {};
}

}  // namespace

Session::Session(Profile profile, crypto::SecretKey key, TransportFactory transport)
    : profile_{std::move(profile)},
      transport_{std::move(transport)},
      signer_{profile_.chain, ledger::MemberId{profile_.member}, std::move(key)},
      nodes_{profile_, signer_, transport_()} {}

Outcome<std::unique_ptr<Session>> Session::open(Profile profile, const crypto::SecretText& passphrase) {
    const Outcome<Bytes> genesis = read_file(profile.genesis, genesis_size_max);
    if (!genesis) return fail(genesis.error());
    if (ledger::chain_id(*genesis) != profile.chain) {
        return fail(Problem{.code = "profile.wrong_genesis",
                            .title = "'" + profile.genesis + "' isn't the genesis document of the profile's chain",
                            .detail = "its SHA-256 is " + to_hex(ledger::chain_id(*genesis).value) +
                                      ", the profile's chain is " + to_hex(profile.chain.value),
                            .hint = {"get the chain's genesis document from its operator, and compare the chain's id"},
                            .status = 409});
    }
    Outcome<crypto::SecretKey> key = open_key_file(profile.key_file, passphrase);
    if (!key) return fail(key.error());
    if (Outcome<void> own = check_founder(profile, *genesis, key->public_key()); !own) return fail(own.error());
    TransportFactory transport = http_transport(profile.nodes);
    return std::make_unique<Session>(std::move(profile), std::move(*key), std::move(transport));
}

}  // namespace datadeed::client
