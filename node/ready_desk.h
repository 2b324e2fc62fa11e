#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/types.h"
#include "crypto/sign.h"
#include "http/server.h"
#include "node/inbox.h"
#include "node/replica/actions.h"

namespace datadeed::node {

// Whom the replica owes an answer to POST /ready: whether this node may say that it is ready to serve. One thread, that
// of the API. The inbox must outlive it.
class ReadyDesk {
public:
    ReadyDesk(Inbox& inbox, std::string node, const ChainId& chain)
        : inbox_{&inbox}, node_{std::move(node)}, chain_{chain} {}

    void ask(const crypto::PublicKey& vote, const http::Responder& responder);
    void answer(const replica::ReadyAnswer& answer);

private:
    Inbox* inbox_;
    std::string node_;
    ChainId chain_;
    std::map<replica::RequestToken, http::Responder> waiting_;
    std::uint64_t asked_{0};
};

}  // namespace datadeed::node
