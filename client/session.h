#pragma once

#include <memory>

#include "client/node_link.h"
#include "client/profile.h"
#include "client/signer.h"
#include "client/transport.h"

namespace datadeed::client {

// A member at work on a chain: its profile, its opened key, and a way to the nodes. Opening it takes as long as the key
// file's cost of guessing demands, once. For one thread; `link()` makes ways to the nodes for others.
class Session {
public:
    // Reads the genesis document and the key file that the profile names. Codes: file.unreadable,
    // profile.wrong_genesis, profile.key_of_another, key.passphrase_wrong, key.broken.
    [[nodiscard]] static Outcome<std::unique_ptr<Session>> open(Profile profile, const crypto::SecretText& passphrase);

    // With a key that is open already, and another transport than HTTP: for tests.
    Session(Profile profile, crypto::SecretKey key, TransportFactory transport);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() = default;

    [[nodiscard]] const Profile& profile() const { return profile_; }
    [[nodiscard]] Signer& signer() { return signer_; }
    [[nodiscard]] NodeLink& nodes() { return nodes_; }

    // A way to the nodes for one more thread, which begins with the node at place `first` (modulo their number). The
    // session must outlive it. May be called by any thread.
    [[nodiscard]] NodeLink link(std::size_t first) const { return {profile_, signer_, transport_(), first}; }

private:
    Profile profile_;
    TransportFactory transport_;
    Signer signer_;
    NodeLink nodes_;
};

}  // namespace datadeed::client
