#include "client/time_text.h"

#include <rapidcheck.h>

#include "tests/support/catch.h"

namespace datadeed::client {

TEST_CASE("a date is the end of that day as an end, and its beginning as a beginning") {
    CHECK(parse_until("1970-01-01")->value == 86'400'000);
    CHECK(parse_from("1970-01-01")->value == 0);
    CHECK(to_rfc3339(*parse_until("2027-01-31")) == "2027-02-01T00:00:00Z");
    CHECK(to_rfc3339(*parse_until("2026-12-31")) == "2027-01-01T00:00:00Z");
    CHECK(to_rfc3339(*parse_from("2024-02-29")) == "2024-02-29T00:00:00Z");
}

TEST_CASE("a time with an offset is the instant that it names, as end and as beginning") {
    for (const auto& parse : {parse_until, parse_from}) {
        CHECK(to_rfc3339(*parse("2027-01-31T12:00:00Z")) == "2027-01-31T12:00:00Z");
        CHECK(to_rfc3339(*parse("2027-01-31T12:00:00+08:00")) == "2027-01-31T04:00:00Z");
        CHECK(to_rfc3339(*parse("2027-01-31T20:30:15-05:30")) == "2027-02-01T02:00:15Z");
        CHECK(to_rfc3339(*parse("2027-01-31t12:00:00.25Z")) == "2027-01-31T12:00:00.250Z");
        CHECK(to_rfc3339(*parse("2027-01-31 12:00:00.123Z")) == "2027-01-31T12:00:00.123Z");
    }
}

TEST_CASE("what is no date is refused with the reason") {
    struct Case {
        std::string text;
        std::string why;
    };
    const std::vector<Case> cases{{"2026-13-01", "month 13"},
                                  {"2026-00-01", "month 0"},
                                  {"2026-02-30", "day 30 of month 2"},
                                  {"2025-02-29", "day 29 of month 2"},
                                  {"2026-01-00", "day 0 of month 1"},
                                  {"1969-12-31", "year 1969 is before 1970"},
                                  {"1970-01-01T00:00:00+01:00", "before 1970"},
                                  {"", "expected YYYY-MM-DD"},
                                  {"tomorrow", "expected YYYY-MM-DD"},
                                  {"2026-1-1", "expected YYYY-MM-DD"},
                                  {"20260101", "expected YYYY-MM-DD"},
                                  {"2026-01-01x", "something follows the day"},
                                  {"2026-01-01T", "expected hh:mm:ss and then Z or an offset"},
                                  {"2026-01-01T12:00", "expected hh:mm:ss and then Z or an offset"},
                                  {"2026-01-01T12:00:00", "expected hh:mm:ss and then Z or an offset"},
                                  {"2026-01-01T12:00:00.Z", "expected hh:mm:ss and then Z or an offset"},
                                  {"2026-01-01T12:00:00.1234Z", "expected hh:mm:ss and then Z or an offset"},
                                  {"2026-01-01T12:00:00Zx", "expected hh:mm:ss and then Z or an offset"},
                                  {"2026-01-01T24:00:00Z", "hour 24"},
                                  {"2026-01-01T12:60:00Z", "minute 60"},
                                  {"2026-01-01T12:00:60Z", "second 60"},
                                  {"2026-01-01T12:00:00+24:00", "no such offset from UTC"}};
    for (const Case& one : cases) {
        INFO(one.text);
        const Outcome<TimeMs> time = parse_until(one.text);
        REQUIRE_FALSE(time);
        CHECK(time.error().code == "usage.date");
        CHECK(time.error().title == "'" + one.text + "' is not a date (" + one.why + ")");
    }
}

TEST_CASE("what is written is read back as the same instant") {
    REQUIRE(rc::check("times round trip", [] {
        const TimeMs time{*rc::gen::inRange<std::uint64_t>(0, 253'402'300'800'000)};
        RC_ASSERT(*parse_from(to_rfc3339(time)) == time);
    }));
    CHECK(to_rfc3339(TimeMs{253'402'300'800'000}) == "after the year 9999");
}

}  // namespace datadeed::client
