#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace datadeed::cli {

// The values of one command line, by the option's name as the command's table has it without dashes ("uses", "GRANT").
// Types and presence of required ones are already checked when a command runs. A value: threads may share it.
class Args {
public:
    void set_text(std::string_view name, std::string value) { texts_[std::string{name}] = std::move(value); }
    void set_number(std::string_view name, std::uint64_t value) { numbers_[std::string{name}] = value; }
    void set_list(std::string_view name, std::vector<std::string> value) {
        lists_[std::string{name}] = std::move(value);
    }
    void set_flag(std::string_view name) { numbers_[std::string{name}] = 1; }

    // What a required option was given; empty when it is not required and wasn't given.
    [[nodiscard]] const std::string& text(std::string_view name) const {
        static const std::string none;
        const auto found = texts_.find(name);
        return found == texts_.end() ? none : found->second;
    }
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const {
        const auto found = numbers_.find(name);
        return found == numbers_.end() ? std::nullopt : std::optional{found->second};
    }
    [[nodiscard]] const std::vector<std::string>& list(std::string_view name) const {
        static const std::vector<std::string> none;
        const auto found = lists_.find(name);
        return found == lists_.end() ? none : found->second;
    }
    [[nodiscard]] bool flag(std::string_view name) const { return numbers_.find(name) != numbers_.end(); }
    [[nodiscard]] bool has(std::string_view name) const {
        return texts_.find(name) != texts_.end() || lists_.find(name) != lists_.end() || flag(name);
    }

private:
    std::map<std::string, std::string, std::less<>> texts_{};
    std::map<std::string, std::uint64_t, std::less<>> numbers_{};
    std::map<std::string, std::vector<std::string>, std::less<>> lists_{};
};

}  // namespace datadeed::cli
