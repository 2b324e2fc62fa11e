#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/problem.h"
#include "http/client.h"
#include "json/value.h"

// What a node tells through its API: the whole chain, block by block, and the state as it was after each of them.

namespace datadeed::torture {

struct Answer {
    unsigned status{};
    std::string body{};

    friend bool operator==(const Answer&, const Answer&) = default;
};

// Asks a node one question by its target; nothing when the node gives no answer.
using Ask = std::function<std::optional<Answer>(const std::string& target)>;

// One that asks a node, as one member.
class Reader {
public:
    Reader(const std::string& host, std::uint16_t port, std::string authorization)
        : connection_{host, port}, authorization_{std::move(authorization)} {}

    [[nodiscard]] std::optional<Answer> ask(const std::string& target);
    // Borrows this.
    [[nodiscard]] Ask asks() {
        return [this](const std::string& target) { return ask(target); };
    }

private:
    http::Connection connection_;
    std::string authorization_;
};

// A question, and the height of the chain from which on it has its answer for ever. A checkpoint, and receipts, which
// rest on one, are never final: later checkpoints take their place.
struct Question {
    std::string target{};
    std::uint64_t height{};
    bool rests_on_checkpoint{false};
};

// What the tests need to know of an untouched folder.
struct Reference {
    std::uint64_t height{};
    std::vector<Question> questions{};
    std::map<std::string, Answer> answers{};
    std::string checkpoint{};                      // its whole text
    std::map<std::uint64_t, std::string> roots{};  // of the log by its size, in hexadecimal digits
};

// Asks for everything. Fails when the node gives no answer, or one that isn't 200, and when there is a route of the API
// of which nothing was asked: the chain must have something of everything, and this walk a way to it. Of a piece of
// evidence alone nothing may be asked, since there may be none.
[[nodiscard]] Result<Reference, std::string> read_all(const Ask& asks);

[[nodiscard]] std::optional<json::Value> as_json(const Answer& answer);

}  // namespace datadeed::torture
