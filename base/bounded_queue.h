#pragma once

#include <deque>
#include <optional>
#include <utility>

namespace datadeed {

// A first-in first-out queue that holds at most `capacity` values: push says no when it is full. Not for several
// threads.
template <class T>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t capacity) : capacity_{capacity} {}

    [[nodiscard]] bool push(T value) {
        if (values_.size() >= capacity_) return false;
        values_.push_back(std::move(value));
        return true;
    }

    [[nodiscard]] std::optional<T> pop() {
        if (values_.empty()) return std::nullopt;
        std::optional<T> value{std::move(values_.front())};
        values_.pop_front();
        return value;
    }

    [[nodiscard]] std::size_t size() const { return values_.size(); }
    [[nodiscard]] bool empty() const { return values_.empty(); }

private:
    std::size_t capacity_;
    std::deque<T> values_;
};

}  // namespace datadeed
