#include "node/ready_desk.h"

#include "node/ops.h"

namespace datadeed::node {

void ReadyDesk::ask(const crypto::PublicKey& vote, const http::Responder& responder) {
    const replica::RequestToken token{++asked_};
    const bool asked =
        inbox_->push(InboxItem{.event = replica::ReadyRequest{.token = token, .vote = vote}, .lease = {}});
    if (asked) return static_cast<void>(waiting_.emplace(token, responder));
    responder.send(ready_response({.token = token,
                                   .height = {},
                                   .code = "node.overloaded",
                                   .reason = "the node has too much to do",
                                   .hint = "try again in a moment"},
                                  node_, chain_));
}

void ReadyDesk::answer(const replica::ReadyAnswer& answer) {
    const auto waiting = waiting_.extract(answer.token);
    if (!waiting.empty()) waiting.mapped().send(ready_response(answer, node_, chain_));
}

}  // namespace datadeed::node
