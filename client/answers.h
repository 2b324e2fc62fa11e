#pragma once

#include "client/node_link.h"
#include "client/problem.h"
#include "client/transport.h"
#include "json/value.h"

// What the nodes' API answers, read.

namespace datadeed::client {

// The body as JSON. Code: net.bad_answer.
[[nodiscard]] Outcome<json::Value> to_json(const HttpReply& reply);

// The problem that an answer of status 400 or above tells of; one of our own when its body is no problem object.
[[nodiscard]] Problem to_problem(const HttpReply& reply);

// The place in an answer {"tx", "height", "index", "time_ms"}. Code: net.bad_answer.
[[nodiscard]] Outcome<Final> to_final(const json::Value& answer);

}  // namespace datadeed::client
