#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace datadeed::crypto {

// Bytes that must not be swapped out, dumped or left behind: their own pages between guard pages, locked where the
// system allows it, wiped when freed (libsodium's sodium_malloc). Moved, never copied; no comparison, no printing. A
// moved-from buffer is empty.
class SecretBytes {
public:
    SecretBytes() = default;
    // Zero bytes of this number.
    explicit SecretBytes(std::size_t size);
    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes();

    [[nodiscard]] std::size_t size() const { return size_; }
    // Borrowed: valid as long as this object is and isn't moved from.
    [[nodiscard]] std::span<std::uint8_t> bytes() { return {data_, size_}; }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {data_, size_}; }

private:
    std::uint8_t* data_{nullptr};
    std::size_t size_{0};
};

// A passphrase, typed in or read from a file. Same care as SecretBytes.
class SecretText {
public:
    static constexpr std::size_t size_max = 1024;  // bytes

    SecretText() : buffer_{size_max} {}
    // Copies at most size_max bytes (asserted); wiping the original is the caller's.
    explicit SecretText(std::string_view text);
    SecretText(SecretText&& other) noexcept;
    SecretText& operator=(SecretText&& other) noexcept;
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    ~SecretText() = default;

    // Adds a byte; false when the text is full.
    [[nodiscard]] bool push_back(char c);
    // Takes the last byte away, if there is one.
    void pop_back();
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    // Whether both hold the same bytes, in a time that depends on the lengths only: for "type it again".
    [[nodiscard]] bool same_as(const SecretText& other) const;
    // Borrowed: valid as long as this object is and isn't moved from.
    [[nodiscard]] std::string_view view() const;

private:
    SecretBytes buffer_;
    std::size_t size_{0};
};

// Overwrites memory in a way that the compiler may not leave out.
void wipe(std::span<std::uint8_t> bytes);
void wipe(std::span<char> text);

}  // namespace datadeed::crypto
