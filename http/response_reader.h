#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "http/error.h"
#include "http/message.h"

// Responses out of a stream of bytes, without a socket: what both clients share. Not for several threads.

namespace datadeed::http {

class ResponseReader {
public:
    ResponseReader(std::size_t head_max, std::size_t body_max);
    ~ResponseReader();
    ResponseReader(ResponseReader&&) noexcept;
    ResponseReader& operator=(ResponseReader&&) noexcept;
    ResponseReader(const ResponseReader&) = delete;
    ResponseReader& operator=(const ResponseReader&) = delete;

    // Bytes as they come, split anywhere.
    void feed(ByteView bytes);
    // The server sends no more: a response without a length ends here.
    void feed_end();

    // The next whole response to a request of this method; nothing while bytes are missing. 1xx responses are passed
    // over. After an error the stream is at no known place. Response::close says that the server ends the connection.
    [[nodiscard]] std::optional<Result<Response, Error>> next(Method method);

    // Whether bytes came that are in no response yet.
    [[nodiscard]] bool has_bytes() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace datadeed::http
