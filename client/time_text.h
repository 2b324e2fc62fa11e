#pragma once

#include <string>
#include <string_view>

#include "base/types.h"
#include "client/problem.h"

// Dates and times as people write them. Everything is UTC unless the text names an offset.

namespace datadeed::client {

// An end of a period: "2027-01-31" is the end of that day in UTC (the instant 2027-02-01T00:00:00Z, which itself is
// outside), and RFC 3339 ("2027-01-31T12:00:00+08:00", seconds may have up to three decimals) is that instant.
// The problem is usage.date with the reason ("month 13").
[[nodiscard]] Outcome<TimeMs> parse_until(std::string_view text);

// A beginning of a period: a date is its first instant in UTC.
[[nodiscard]] Outcome<TimeMs> parse_from(std::string_view text);

// "2027-01-31T12:00:00Z", with ".250" before the Z when the milliseconds aren't zero.
[[nodiscard]] std::string to_rfc3339(TimeMs time);

// The clock of this machine.
[[nodiscard]] TimeMs now_ms();

}  // namespace datadeed::client
