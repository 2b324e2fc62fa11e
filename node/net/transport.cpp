#include "node/net/transport.h"

#include "base/assert.h"
#include "node/net/hub.h"

namespace datadeed::net {

class Transport::Impl {
public:
    Impl(boost::asio::io_context& io, Config config, const crypto::SecretKey& link_key, Callbacks callbacks)
        : frame_bytes{config.limits.frame_bytes},
          hub{std::make_shared<Hub>(io, std::move(config), make_tls_context(link_key), link_key.public_key(),
                                    std::move(callbacks))} {}

    const std::size_t frame_bytes;
    const std::shared_ptr<Hub> hub;
};

Transport::Transport(boost::asio::io_context& io, Config config, const crypto::SecretKey& link_key,
                     Callbacks callbacks) {
    DATADEED_ASSERT(config.welcome.key_check && config.random);
    impl_ = std::make_shared<Impl>(io, std::move(config), link_key, std::move(callbacks));
}

Transport::~Transport() {
    impl_->hub->abandon();
}

Result<std::uint16_t, Failure> Transport::start() {
    return impl_->hub->start();
}

void Transport::send(const std::string& peer, std::shared_ptr<const Bytes> message, Class urgency) {
    DATADEED_ASSERT(message && !message->empty() && message->size() <= impl_->frame_bytes);
    impl_->hub->send(peer, message, urgency);
}

void Transport::shun(const std::string& peer) {
    impl_->hub->shun(peer);
}

void Transport::welcome(Welcome who) {
    DATADEED_ASSERT(who.key_check);
    impl_->hub->welcome(std::move(who));
}

void Transport::stop(std::function<void()> done) {
    impl_->hub->stop(done);
}

}  // namespace datadeed::net
