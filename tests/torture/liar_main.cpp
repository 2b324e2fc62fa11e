// datadeed-liar --config FILE LIE...: a real node that tells these lies of the simulator's to its peers, until SIGTERM;
// then it says how many. --names: the lies that there are.

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/node.h"
#include "tests/torture/lying_links.h"

namespace {

namespace node = datadeed::node;
namespace sim = datadeed::sim;
namespace torture = datadeed::torture;

// But for old keys: they need an epoch that is over.
std::vector<sim::Lie> all_lies() {
    std::vector<sim::Lie> all;
    for (std::uint64_t i = 1; i <= sim::last_drawn_lie; ++i) {
        all.push_back(static_cast<sim::Lie>(i));
    }
    return all;
}

std::string word_of(sim::Lie lie) {
    std::string word{sim::name(lie)};
    std::ranges::replace(word, ' ', '-');
    return word;
}

int usage() {
    std::fputs("usage: datadeed-liar --config FILE LIE... | --names\n", stderr);
    return 2;
}

int lie(const std::string& file, std::vector<sim::Lie> lies) {
    const auto config = node::load_config(file);
    if (!config) {
        std::fprintf(stderr, "%s\n", node::to_text(config.error().front(), file).c_str());
        return 2;
    }
    const auto log = node::Log::open(*config);
    if (!log) {
        std::fprintf(stderr, "%s", node::to_text(log.error()).c_str());
        return static_cast<int>(log.error().exit);
    }
    if (const auto begun = torture::begin_to_lie(*config, std::move(lies), 1); !begun) {
        std::fprintf(stderr, "error: %s\n", begun.error().c_str());
        return 1;
    }
    for (bool starts = true; starts;) {
        auto started = node::Node::start(*config, *log);
        if (!started) {
            log->fault(started.error());
            return static_cast<int>(started.error().exit);
        }
        starts = started->run();
        torture::fall_silent();
    }
    log->info("liar.told", {{"lies", torture::lies_told()}});
    log->flush();
    std::_Exit(0);  // its threads hold what lies in wait
}

}  // namespace

int main(int count, char** values) {
    const std::vector<std::string_view> words{values + 1, values + count};
    if (words.size() == 1 && words[0] == "--names") {
        for (const sim::Lie each : all_lies()) std::printf("%s\n", word_of(each).c_str());
        return 0;
    }
    if (words.size() < 3 || words[0] != "--config") return usage();
    std::vector<sim::Lie> lies;
    for (std::size_t i = 2; i < words.size(); ++i) {
        const std::vector<sim::Lie> all = all_lies();
        const auto found = std::ranges::find(all, words[i], word_of);
        if (found == all.end()) return usage();
        lies.push_back(*found);
    }
    return lie(std::string{words[1]}, std::move(lies));
}
