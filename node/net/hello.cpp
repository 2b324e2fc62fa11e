#include "node/net/hello.h"

namespace datadeed::net {
namespace {

std::unexpected<Failure> broken(Error error, std::string detail) {
    return fail(Failure{.error = error, .detail = std::move(detail)});
}

}  // namespace

Result<Hello, Failure> check_hello(ByteView frame, const Hello& own, const std::string& name) {
    const Result<Hello, cbor::DecodeError> hello = decode<Hello>(frame);
    if (!hello) {
        return broken(Error::hello_must_be_well_formed, std::string{cbor::describe(hello.error().rule)});
    }
    if (hello->protocol != own.protocol) {
        return broken(Error::protocol_must_be_the_same, "the peer speaks version " + std::to_string(hello->protocol) +
                                                            ", this node " + std::to_string(own.protocol));
    }
    if (hello->chain != own.chain) {
        return broken(Error::chain_must_be_the_same, "the peer is on chain " + to_hex(hello->chain.value) +
                                                         ", this node on " + to_hex(own.chain.value));
    }
    // The name itself isn't shown: it is whatever the other side likes it to be.
    if (hello->name != name) {
        return broken(Error::name_must_belong_to_the_key,
                      "its key is that of " + name + ", its greeting says otherwise");
    }
    if (hello->wire_version != own.wire_version) {
        return broken(Error::wire_version_must_be_the_same, "the peer has messages of version " +
                                                                std::to_string(hello->wire_version) +
                                                                ", this node of " + std::to_string(own.wire_version));
    }
    return *hello;
}

}  // namespace datadeed::net
