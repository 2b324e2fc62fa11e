#include "crypto/secret.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "crypto/init.h"

namespace datadeed::crypto {

SecretBytes::SecretBytes(std::size_t size) : size_{size} {
    init();
    data_ = static_cast<std::uint8_t*>(sodium_malloc(size));
    DATADEED_ASSERT(data_ != nullptr);
    std::fill_n(data_, size_, std::uint8_t{0});
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_{std::exchange(other.data_, nullptr)}, size_{std::exchange(other.size_, 0)} {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
        sodium_free(data_);
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

// sodium_free wipes before it gives the pages back; a null pointer is allowed.
SecretBytes::~SecretBytes() {
    sodium_free(data_);
}

SecretText::SecretText(SecretText&& other) noexcept
    : buffer_{std::move(other.buffer_)}, size_{std::exchange(other.size_, 0)} {}

SecretText& SecretText::operator=(SecretText&& other) noexcept {
    buffer_ = std::move(other.buffer_);
    size_ = std::exchange(other.size_, 0);
    return *this;
}

SecretText::SecretText(std::string_view text) : SecretText{} {
    DATADEED_ASSERT(text.size() <= size_max);
    std::copy(text.begin(), text.end(), buffer_.bytes().begin());
    size_ = text.size();
}

bool SecretText::push_back(char c) {
    if (size_ == buffer_.size()) return false;
    buffer_.bytes()[size_++] = static_cast<std::uint8_t>(c);
    return true;
}

void SecretText::pop_back() {
    if (size_ == 0) return;
    buffer_.bytes()[--size_] = 0;
}

bool SecretText::same_as(const SecretText& other) const {
    if (size_ != other.size_) return false;
    return size_ == 0 || sodium_memcmp(buffer_.bytes().data(), other.buffer_.bytes().data(), size_) == 0;
}

std::string_view SecretText::view() const {
    return {reinterpret_cast<const char*>(buffer_.bytes().data()), size_};
}

void wipe(std::span<std::uint8_t> bytes) {
    sodium_memzero(bytes.data(), bytes.size());
}

void wipe(std::span<char> text) {
    sodium_memzero(text.data(), text.size());
}

}  // namespace datadeed::crypto
