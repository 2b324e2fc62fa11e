#include "tests/sim/options.h"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>

#include "tests/sim/shrink.h"
#include "tests/sim/twins.h"

namespace datadeed::sim {
namespace {

bool take_flag(Options& options, std::string_view word) {
    if (word == "--until-violation") {
        options.until_violation = true;
    } else if (word == "--collusion") {
        options.collusion = true;
    } else if (word == "--shrink") {
        options.shrink = true;
    } else if (word == "--trace") {
        options.show = Show::events;
    } else if (word == "--messages") {
        options.show = Show::messages;
    } else if (word == "--mermaid") {
        options.show = Show::diagram;
    } else {
        return false;
    }
    return true;
}

bool take_number(Options& options, std::string_view word, std::uint64_t number) {
    if (word == "--schedules" && number > 0) {
        options.count = number;
    } else if (word == "--first") {
        options.first = number;
    } else if (word == "--jobs" && number > 0) {
        options.jobs = number;
    } else if (word == "--submissions" && number > 0) {
        options.submissions = number;
    } else if (word == "--faulty-ms" && number > 0) {
        options.faulty_ms = number;
    } else if (word == "--seed" || (word == "--scenario" && number < twins_scenarios)) {
        options.first = number;
        options.count = 1;
    } else if (word == "--twins" && number == 4) {
        options.twins = true;
    } else {
        return false;
    }
    return true;
}

bool take_names(Options& options, const std::string& names) {
    std::istringstream in{names};
    for (std::string name; std::getline(in, name, ',');) {
        Plan any;
        if (!reduce(any, name)) return false;
        options.without.push_back(name);
    }
    return true;
}

std::optional<std::uint64_t> read_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

Plan Options::plan_of(std::uint64_t seed) const {
    Plan plan = make_plan(seed);
    for (const std::string& name : without) (void)reduce(plan, name);
    plan.submissions = submissions.value_or(plan.submissions);
    plan.faulty_ms = faulty_ms.value_or(plan.faulty_ms);
    return plan;
}

std::optional<Options> parse_options(int count, const char* const* words) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        if (take_flag(options, word)) continue;
        if (i + 1 >= count) return std::nullopt;
        const std::string text = words[++i];
        if (word == "--without") {
            if (!take_names(options, text)) return std::nullopt;
            continue;
        }
        const std::optional<std::uint64_t> number = read_number(text);
        if (!number || !take_number(options, word, *number)) return std::nullopt;
    }
    if (options.shrink && (options.twins || options.collusion || options.count != 1)) return std::nullopt;
    if (options.twins && (options.collusion || options.first.value_or(0) >= twins_scenarios)) return std::nullopt;
    if (options.show != Show::nothing) options.jobs = 1;  // lines of two runs would mix
    return options;
}

std::string usage() {
    std::string text =
        "usage: datadeed-sim [--schedules N] [--first S] [--jobs N] [--until-violation]   run N seeds from S on\n"
        "                                                                  in N threads; else in all that can run\n"
        "       datadeed-sim --seed S [--trace | --messages | --mermaid]   run one; with a line an event, messages "
        "too,\n"
        "                                                                  or all as a Mermaid sequence diagram\n"
        "       datadeed-sim --seed S --shrink                             find what it can do without and still "
        "break\n"
        "       datadeed-sim --twins 4 [--schedules N] [--first S] [--jobs N]   N scenarios of Twins with four "
        "validators, of\n"
        "                                                                  " +
        std::to_string(twins_scenarios) +
        ": all\n"
        "       datadeed-sim --twins 4 --scenario S [--trace | --messages | --mermaid]\n"
        "       datadeed-sim --collusion [--schedules N] [--first S | --seed S] [--trace]   more liars than are "
        "borne:\n"
        "                                                                  it must come out\n"
        "       runs of seeds take [--without NAME,...] [--submissions N] [--faulty-ms N]; names:";
    std::size_t column = 80;
    for (const Reduction& reduction : reductions()) {
        if (column + reduction.name.size() > 75) {
            text += "\n          ";
            column = 10;
        }
        text += " " + reduction.name;
        column += reduction.name.size() + 1;
    }
    return text + "\n";
}

}  // namespace datadeed::sim
