#include <algorithm>
#include <cstdlib>

#include "http/request_reader.h"
#include "http/response_reader.h"

// Requests and responses from arbitrary bytes. The first byte says in what pieces they come; the pieces must make no
// difference.

namespace {

using datadeed::ByteView;
namespace http = datadeed::http;

struct Outcome {
    std::vector<http::Request> requests{};
    bool refused{false};
};

void require(bool condition) {
    if (!condition) std::abort();
}

Outcome read_requests(ByteView bytes, std::size_t piece) {
    http::RequestReader reader{2048, 512};
    Outcome outcome;
    while (!bytes.empty()) {
        const std::size_t size = std::min(piece, bytes.size());
        reader.feed(bytes.first(size));
        bytes = bytes.subspan(size);
        while (auto next = reader.next()) {
            if (!next->has_value()) {
                require(next->error().status == 400 || next->error().status == 413 || next->error().status == 431 ||
                        next->error().status == 501);
                outcome.refused = true;
                return outcome;
            }
            outcome.requests.push_back(std::move(**next));
        }
        static_cast<void>(reader.take_expectation());
    }
    return outcome;
}

void check(const http::Request& request) {
    require(request.headers.count("host") == 1);
    require(request.headers.count("transfer-encoding") == 0);
    require(request.headers.count("content-length") <= 1);
    const auto length = request.headers.find("content-length");
    require(request.body.size() == (length ? std::strtoull(std::string{*length}.c_str(), nullptr, 10) : 0));
    const auto target = http::parse_target(request.target);
    require(target && target->path == request.path && target->query == request.query);
    std::string again;
    for (const std::string& segment : request.path) again += '/' + http::percent_encode(segment);
    require(http::parse_target(again)->path == request.path);
}

void read_responses(ByteView bytes, std::size_t piece) {
    http::ResponseReader reader{2048, 512};
    while (true) {
        while (auto next = reader.next(http::Method::get)) {
            if (!next->has_value()) return;
            require((*next)->body.size() <= 512);
        }
        if (bytes.empty()) return;
        const std::size_t size = std::min(piece, bytes.size());
        reader.feed(bytes.first(size));
        bytes = bytes.subspan(size);
        if (bytes.empty()) reader.feed_end();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView bytes{data + 1, size - 1};
    const std::size_t piece = 1 + data[0] % 64U;
    const Outcome whole = read_requests(bytes, bytes.size() + 1);
    const Outcome pieces = read_requests(bytes, piece);
    require(whole.refused == pieces.refused && whole.requests.size() == pieces.requests.size());
    for (std::size_t i = 0; i < whole.requests.size(); ++i) {
        check(whole.requests[i]);
        require(whole.requests[i].target == pieces.requests[i].target);
        require(whole.requests[i].body == pieces.requests[i].body);
    }
    read_responses(bytes, piece);
    return 0;
}
