#include "node/posted.h"

#include <boost/asio/post.hpp>
#include <future>
#include <memory>

namespace datadeed::node {

// It takes its work in order. The promise is shared, since whoever doesn't wait any longer goes.
bool wait_for_posted(boost::asio::io_context& io, std::chrono::milliseconds most) {
    auto done = std::make_shared<std::promise<void>>();
    std::future<void> future = done->get_future();
    boost::asio::post(io, [done] { done->set_value(); });
    return future.wait_for(most) == std::future_status::ready;
}

}  // namespace datadeed::node
