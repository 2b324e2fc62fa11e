#include "client/time_text.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <optional>

namespace datadeed::client {
namespace {

using Days = std::chrono::sys_days;
constexpr std::int64_t ms_per_minute = 60'000;
constexpr std::int64_t ms_per_day = std::int64_t{24} * 60 * ms_per_minute;

// Reads fixed-width decimal numbers and separators; remembers that something didn't fit.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_{text} {}

    unsigned digits(std::size_t count) {
        unsigned value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') {
                ok_ = false;
                return 0;
            }
            value = value * 10 + static_cast<unsigned>(rest_[0] - '0');
            rest_.remove_prefix(1);
        }
        return value;
    }

    void expect(char c) {
        if (!accept(c)) ok_ = false;
    }

    bool accept(char c) {
        if (rest_.empty() || rest_[0] != c) return false;
        rest_.remove_prefix(1);
        return true;
    }

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] bool at_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }

private:
    std::string_view rest_;
    bool ok_{true};
};

Problem not_a_date(std::string_view text, const std::string& why) {
    return {.code = code::usage_date,
            .title = "'" + std::string{text} + "' is not a date (" + why + ")",
            .detail = "a date is YYYY-MM-DD, or with a time as RFC 3339 has it: 2027-01-31T12:00:00Z",
            .hint = {"2027-01-31", "2027-01-31T12:00:00Z", "2027-01-31T20:00:00+08:00"},
            .status = 400};
}

// The days since 1970 of the date that comes next, or why there is none.
Result<Days, std::string> scan_day(Scanner& scan) {
    const unsigned year = scan.digits(4);
    scan.expect('-');
    const unsigned month = scan.digits(2);
    scan.expect('-');
    const unsigned day = scan.digits(2);
    if (!scan.ok()) return fail(std::string{"expected YYYY-MM-DD"});
    if (year < 1970) return fail("year " + std::to_string(year) + " is before 1970");
    if (month < 1 || month > 12) return fail("month " + std::to_string(month));
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)}, std::chrono::month{month},
                                           std::chrono::day{day}};
    if (!date.ok()) return fail("day " + std::to_string(day) + " of month " + std::to_string(month));
    return Days{date};
}

unsigned scan_milliseconds(Scanner& scan) {
    unsigned value = 0;
    unsigned scale = 100;
    do {
        value += scan.digits(1) * scale;
        scale /= 10;
    } while (scan.ok() && scan.at_digit() && scale > 0);
    return value;
}

// Milliseconds after the beginning of the day in UTC; may be negative or beyond the day because of the offset.
Result<std::int64_t, std::string> scan_time(Scanner& scan) {
    const std::int64_t hour = scan.digits(2);
    scan.expect(':');
    const std::int64_t minute = scan.digits(2);
    scan.expect(':');
    const std::int64_t second = scan.digits(2);
    const std::int64_t fraction = scan.accept('.') ? scan_milliseconds(scan) : 0;
    std::int64_t offset_minutes = 0;
    if (!scan.accept('Z')) {
        const bool west = scan.accept('-');
        if (!west) scan.expect('+');
        const std::int64_t hours = scan.digits(2);
        scan.expect(':');
        const std::int64_t minutes = scan.digits(2);
        if (hours > 23 || minutes > 59) return fail(std::string{"no such offset from UTC"});
        offset_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
    }
    if (!scan.ok() || !scan.at_end()) return fail(std::string{"expected hh:mm:ss and then Z or an offset"});
    if (hour > 23) return fail("hour " + std::to_string(hour));
    if (minute > 59) return fail("minute " + std::to_string(minute));
    if (second > 59) return fail("second " + std::to_string(second));
    return (hour * 60 + minute - offset_minutes) * ms_per_minute + second * 1000 + fraction;
}

// `whole_day_ms` is what a date without a time means, counted from its first instant.
Outcome<TimeMs> parse(std::string_view text, std::int64_t whole_day_ms) {
    Scanner scan{text};
    const Result<Days, std::string> day = scan_day(scan);
    if (!day) return fail(not_a_date(text, day.error()));
    std::int64_t within = whole_day_ms;
    if (!scan.at_end()) {
        if (!scan.accept('T') && !scan.accept('t') && !scan.accept(' ')) {
            return fail(not_a_date(text, "something follows the day"));
        }
        const Result<std::int64_t, std::string> time = scan_time(scan);
        if (!time) return fail(not_a_date(text, time.error()));
        within = *time;
    }
    const std::int64_t since_epoch = day->time_since_epoch().count() * ms_per_day + within;
    if (since_epoch < 0) return fail(not_a_date(text, "before 1970"));
    return TimeMs{static_cast<std::uint64_t>(since_epoch)};
}

}  // namespace

Outcome<TimeMs> parse_until(std::string_view text) {
    return parse(text, ms_per_day);
}

Outcome<TimeMs> parse_from(std::string_view text) {
    return parse(text, 0);
}

std::string to_rfc3339(TimeMs time) {
    // Beyond the year 9999 RFC 3339 has no way to write it.
    constexpr std::uint64_t writable_max = 253'402'300'799'999;
    if (time.value > writable_max) return "after the year 9999";
    const auto since = std::chrono::milliseconds{static_cast<std::int64_t>(time.value)};
    const auto day = std::chrono::floor<std::chrono::days>(since);
    const std::chrono::year_month_day date{Days{day}};
    const auto within = static_cast<unsigned>((since - day).count());
    std::array<char, 64> text{};
    static_cast<void>(std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02u:%02u:%02u",
                                    static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                    static_cast<unsigned>(date.day()), within / 3'600'000, within / 60'000 % 60,
                                    within / 1000 % 60));
    std::string out{text.data()};
    if (within % 1000 != 0) {
        static_cast<void>(std::snprintf(text.data(), text.size(), ".%03u", within % 1000));
        out += text.data();
    }
    return out + "Z";
}

TimeMs now_ms() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return TimeMs{static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count())};
}

}  // namespace datadeed::client
