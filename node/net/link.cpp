#include "node/net/link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace datadeed::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// So much is written at once: enough for full TLS records, little enough that an urgent message doesn't wait long.
constexpr std::size_t write_bytes = std::size_t{128} << 10U;

// What the system has taken can't be overtaken: it takes no more than it is about to send, so that an urgent message
// doesn't wait behind megabytes of gossip when the peer reads slowly.
void take_little_ahead(StrandSocket& socket) {
    const int unsent_max = static_cast<int>(write_bytes);
    // Without it an urgent message only waits longer.
    (void)setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_max, sizeof unsent_max);
}

}  // namespace

Link::Link(StrandSocket socket, asio::ssl::context& tls, std::shared_ptr<LinkOwner> owner, std::optional<Peer> dialled,
           std::string address)
    : owner_{std::move(owner)},
      dialled_{std::move(dialled)},
      address_{std::move(address)},
      stream_{std::move(socket), tls},
      timer_{stream_.get_executor()},
      pause_{stream_.get_executor()} {
    verdict_ = [this](const crypto::PublicKey& key) { return is_welcome(key); };
    set_verdict(stream_.native_handle(), &verdict_);
}

void Link::start() {
    error_code ignored;
    stream_.next_layer().set_option(asio::ip::tcp::no_delay{true}, ignored);
    take_little_ahead(stream_.next_layer());
    timer_.expires_after(owner_->limits().handshake_time);
    timer_.async_wait([self = shared_from_this()](error_code error) {
        if (!error && !self->ready_) self->fail_with(Error::handshake_must_end_in_time, "the handshake took too long");
    });
    const auto role = is_inbound() ? asio::ssl::stream_base::server : asio::ssl::stream_base::client;
    stream_.async_handshake(role, [self = shared_from_this()](error_code error) { self->shook_hands(error); });
}

// Called from inside the handshake.
bool Link::is_welcome(const crypto::PublicKey& key) {
    key_ = key;
    const Result<std::string, Error> name = owner_->name_of(key);
    if (!name) {
        refusal_ = name.error();
    } else if (dialled_ && (key != dialled_->key || *name != dialled_->name)) {
        refusal_ = Error::key_must_be_of_the_peer;
    } else {
        name_ = *name;
    }
    return !refusal_;
}

void Link::shook_hands(const error_code& error) {
    if (closed_) return;
    if (refusal_) return fail_with(*refusal_, "the other side proved or claimed key " + to_hex(key_->value));
    if (error) return fail_with(Error::channel_must_be_authentic, error.message());
    authentic_ = true;
    if (is_inbound() && !owner_->link_authentic(shared_from_this())) return;
    append_frame(writing_, encode(owner_->own_hello()));
    write();
    read();
}

void Link::read() {
    stream_.async_read_some(asio::buffer(chunk_), [self = shared_from_this()](error_code error, std::size_t size) {
        if (self->closed_) return;
        if (!error) return self->received(size);
        // A peer that turns this node away does so after this node's half of the handshake is done.
        self->fail_with(self->ready_ ? Error::link_must_stay_open : Error::channel_must_be_authentic, error.message());
    });
}

void Link::received(std::size_t size) {
    heard_ = Clock::now();
    reader_.feed(ByteView{chunk_}.first(size));
    bool full = false;
    while (!closed_) {
        Result<std::optional<Bytes>, Error> frame = reader_.next();
        if (!frame) return fail_with(frame.error(), "a frame is longer than it may be");
        if (!*frame) return full ? read_later() : read();
        if (!ready_) {
            if (!greeted(**frame)) return;
        } else if (!(*frame)->empty()) {
            full = !owner_->link_received(*this, std::move(**frame)) || full;
        }
    }
}

// What it sends is more than this node can use: it waits on its own side, where it costs nobody else anything.
void Link::read_later() {
    pause_.expires_after(owner_->limits().full_pause);
    pause_.async_wait([self = shared_from_this()](error_code error) {
        if (!error && !self->closed_) self->read();
    });
}

bool Link::greeted(ByteView frame) {
    const Result<Hello, Failure> hello = check_hello(frame, owner_->own_hello(), name_);
    if (!hello) {
        fail_with(hello.error().error, hello.error().detail);
        return false;
    }
    ready_ = true;
    instance_ = hello->instance;
    reader_.set_payload_max(owner_->limits().frame_bytes);
    tick();
    owner_->link_ready(shared_from_this());
    return true;
}

void Link::write_from(Outbox& outbox) {
    outbox_ = &outbox;
    if (!closed_) write();
}

void Link::write() {
    if (write_under_way_) return;
    std::size_t messages = 0;
    if (outbox_ != nullptr && ready_) messages = outbox_->take(writing_, write_bytes);
    if (writing_.empty()) return;
    frames_with_key_ += messages;
    if (frames_with_key_ > owner_->limits().rekey_frames) {
        renew_sending_key(stream_.native_handle());
        frames_with_key_ = 0;
    }
    write_under_way_ = true;
    asio::async_write(stream_, asio::buffer(writing_), [self = shared_from_this()](error_code error, std::size_t) {
        self->write_under_way_ = false;
        if (self->closed_) return;
        if (error) return self->fail_with(Error::link_must_stay_open, error.message());
        self->writing_.clear();
        // A large message doesn't keep its memory.
        if (self->writing_.capacity() > 8 * write_bytes) self->writing_.shrink_to_fit();
        self->write();
    });
}

// Once the link is up: says "I'm here" when nothing else is being said, and listens for the same.
void Link::tick() {
    timer_.expires_after(owner_->limits().ping_time);
    timer_.async_wait([self = shared_from_this()](error_code error) {
        if (error || self->closed_) return;
        if (Clock::now() - self->heard_ > self->owner_->limits().silence_time) {
            return self->fail_with(Error::peer_must_be_heard, "nothing came from the peer, not even a sign of life");
        }
        if (!self->write_under_way_) {
            append_frame(self->writing_, {});
            self->write();
        }
        self->tick();
    });
}

void Link::fail_with(Error error, std::string detail) {
    if (closed_) return;
    const std::shared_ptr<Link> self = shared_from_this();
    close();
    owner_->link_failed(self, Failure{.error = error, .detail = std::move(detail)});
}

void Link::close() {
    if (closed_) return;
    closed_ = true;
    outbox_ = nullptr;
    timer_.cancel();
    pause_.cancel();
    error_code ignored;
    stream_.next_layer().close(ignored);
}

}  // namespace datadeed::net
