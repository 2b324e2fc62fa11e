#include "http/response_reader.h"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

namespace datadeed::http {
namespace {

namespace beast = boost::beast::http;
using Parser = beast::response_parser<beast::string_body>;

Error translate(const boost::system::error_code& error) {
    if (error == beast::error::body_limit || error == beast::error::header_limit) {
        return Error::answer_must_be_within_its_limit;
    }
    if (error == beast::error::partial_message || error == beast::error::end_of_stream) {
        return Error::connection_must_stay_open;
    }
    return Error::answer_must_be_http;
}

// A body in chunks ends with no less than "0 CRLF CRLF". Beast's parser asserts that it isn't given the beginning of
// that twice, which a server that sends byte by byte would bring about.
constexpr std::size_t last_chunk_size = 5;

bool needs_more(const Parser& parser, std::size_t bytes) {
    return bytes < (parser.is_header_done() && parser.chunked() ? last_chunk_size : 1);
}

Response take(Parser& parser) {
    const bool close = !parser.keep_alive();
    beast::response<beast::string_body> message = parser.release();
    Response response;
    response.status = message.result_int();
    response.close = close;
    for (const auto& field : message) {
        if (field.name() == beast::field::content_type) {
            response.content_type = std::string{field.value()};
        } else {
            response.headers.emplace_back(std::string{field.name_string()}, std::string{field.value()});
        }
    }
    response.body = std::move(message.body());
    return response;
}

}  // namespace

struct ResponseReader::State {
    std::size_t head_max{};
    std::size_t body_max{};
    std::string buffer{};
    std::size_t begin{0};  // of what the parser hasn't taken
    bool ended{false};
    std::unique_ptr<Parser> parser{};  // while a response is under way

    void begin_response(Method method) {
        parser = std::make_unique<Parser>();
        parser->eager(true);
        parser->header_limit(static_cast<std::uint32_t>(head_max));
        parser->body_limit(body_max);
        parser->skip(method == Method::head);
    }

    // Gives the parser what there is, as far as it takes it.
    boost::system::error_code parse() {
        boost::system::error_code error;
        while (!error && !parser->is_done() && !needs_more(*parser, buffer.size() - begin)) {
            begin += parser->put(boost::asio::buffer(buffer.data() + begin, buffer.size() - begin), error);
        }
        if (error == beast::error::need_more) error = {};
        if (!error && !parser->is_done() && ended) parser->put_eof(error);
        return error;
    }
};

ResponseReader::ResponseReader(std::size_t head_max, std::size_t body_max)
    : state_{std::make_unique<State>(State{.head_max = head_max, .body_max = body_max})} {}
ResponseReader::~ResponseReader() = default;
ResponseReader::ResponseReader(ResponseReader&&) noexcept = default;
ResponseReader& ResponseReader::operator=(ResponseReader&&) noexcept = default;

void ResponseReader::feed(ByteView bytes) {
    State& state = *state_;
    state.buffer.erase(0, state.begin);
    state.begin = 0;
    state.buffer.append(as_text(bytes));
}

void ResponseReader::feed_end() {
    state_->ended = true;
}

std::optional<Result<Response, Error>> ResponseReader::next(Method method) {
    State& state = *state_;
    const auto failed = [](Error error) { return Result<Response, Error>{fail(error)}; };
    while (true) {
        if (!state.parser) {
            if (state.begin == state.buffer.size()) {
                if (state.ended) return failed(Error::connection_must_stay_open);
                return std::nullopt;
            }
            state.begin_response(method);
        }
        if (const boost::system::error_code error = state.parse()) return failed(translate(error));
        if (!state.parser->is_done()) return std::nullopt;
        Response response = take(*state.parser);
        state.parser.reset();
        if (response.status >= 200) return Result<Response, Error>{std::move(response)};
    }
}

bool ResponseReader::has_bytes() const {
    return state_->parser != nullptr || state_->begin < state_->buffer.size();
}

}  // namespace datadeed::http
