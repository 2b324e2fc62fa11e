#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace datadeed::node {

// Hands values from any thread to one or more taking threads, in order. Holds at most `capacity`; a full queue says no.
template <class T>
class Queue {
public:
    explicit Queue(std::size_t capacity) : capacity_{capacity} {}

    // What is inside stays, however many they are.
    void set_capacity(std::size_t capacity) {
        const std::lock_guard lock{mutex_};
        capacity_ = capacity;
    }

    // False when it is full or closed; the value is dropped then.
    [[nodiscard]] bool push(T value) {
        {
            const std::lock_guard lock{mutex_};
            if (closed_ || values_.size() >= capacity_) return false;
            values_.push_back(std::move(value));
        }
        arrived_.notify_one();
        return true;
    }

    // For the few values that are bounded by what they are (a link's beginning and end) and mustn't get lost. Dropped
    // only when the queue is closed.
    void push_always(T value) {
        {
            const std::lock_guard lock{mutex_};
            if (closed_) return;
            values_.push_back(std::move(value));
        }
        arrived_.notify_one();
    }

    // Waits for the first value or until `wait` has passed, then takes what is there, at most `count_max`. Empty after
    // the time, or when the queue is closed and drained.
    [[nodiscard]] std::vector<T> take(std::chrono::milliseconds wait, std::size_t count_max) {
        std::unique_lock lock{mutex_};
        arrived_.wait_for(lock, wait, [this] { return closed_ || !values_.empty(); });
        std::vector<T> taken;
        while (!values_.empty() && taken.size() < count_max) {
            taken.push_back(std::move(values_.front()));
            values_.pop_front();
        }
        return taken;
    }

    // No more values get in; those inside can still be taken. Wakes all who wait.
    void close() {
        {
            const std::lock_guard lock{mutex_};
            closed_ = true;
        }
        arrived_.notify_all();
    }

    // Whether it is closed and nothing is left.
    [[nodiscard]] bool is_drained() const {
        const std::lock_guard lock{mutex_};
        return closed_ && values_.empty();
    }

    [[nodiscard]] std::size_t size() const {
        const std::lock_guard lock{mutex_};
        return values_.size();
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::size_t capacity_;
    std::deque<T> values_;
    bool closed_{false};
};

// A value that one thread replaces and others read: a picture that is swapped whole.
template <class T>
class Shared {
public:
    Shared() = default;
    explicit Shared(T value) : value_{std::move(value)} {}

    void set(T value) {
        const std::lock_guard lock{mutex_};
        value_ = std::move(value);
    }

    [[nodiscard]] T get() const {
        const std::lock_guard lock{mutex_};
        return value_;
    }

private:
    mutable std::mutex mutex_;
    T value_{};
};

}  // namespace datadeed::node
