#pragma once

#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <optional>

#include "base/result.h"
#include "crypto/sign.h"
#include "node/net/error.h"

// TLS as links use it: version 1.3 alone, one suite, one group, Ed25519 certificates made in memory from the link keys,
// no tickets, no resumption, no early data. A certificate is only a wrapper for its key; nothing else in it is looked
// at, and whether the key is welcome is decided by whoever owns the connection. Only node/net/*.cpp include this.

namespace datadeed::net {

// What a connection thinks of the other side's key, asked once, inside the handshake, before anything is accepted.
using KeyVerdict = std::function<bool(const crypto::PublicKey&)>;

// The context of both roles. OpenSSL keeps a copy of the key.
[[nodiscard]] Result<boost::asio::ssl::context, Failure> make_tls_context(const crypto::SecretKey& link_key);

// Lets `verdict`, which must outlive the connection, decide on the other side's key. Without a verdict nobody passes.
void set_verdict(SSL* connection, KeyVerdict* verdict);

// Makes the next write begin with new traffic keys (RFC 8446 section 4.6.3). Not while a write is under way.
void renew_sending_key(SSL* connection);

}  // namespace datadeed::net
