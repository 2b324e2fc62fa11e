#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>

namespace datadeed::node {

// Whether all that was posted to a context which one thread runs is done, after waiting for it at most so long: it may
// be stuck, or have stopped. From another thread.
[[nodiscard]] bool wait_for_posted(boost::asio::io_context& io, std::chrono::milliseconds most);

}  // namespace datadeed::node
