#include <atomic>
#include <cstdio>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include "audit/epochs.h"
#include "ledger/genesis.h"
#include "tests/torture/reader.h"
#include "tests/torture/trial.h"

// datadeed-damage: damages the folder of a stopped node, once after the other, and looks what its programs make of it.

namespace datadeed::torture {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::string dir{};
    std::string node{"node-1"};
    std::string bin{};
    std::string scratch{};
    std::uint64_t count{100};
    std::uint64_t first{1};
    std::uint64_t jobs{1};
    bool once{false};    // apply one damage to the folder itself, tell it, and stop
    std::string only{};  // kinds that begin so
};

constexpr std::uint64_t kept_max = 10;

struct Tally {
    std::array<std::uint64_t, fates> by_fate{};
    std::map<std::string, std::uint64_t> codes{};
};

class Run {
public:
    Run(Options options, Bench bench) : options_{std::move(options)}, bench_{std::move(bench)} {}

    bool all() {
        copy_node(bench_.network, bench_.node, fs::path{options_.scratch} / "whole");
        bench_.network = fs::path{options_.scratch} / "whole";
        auto reference = read_untouched(bench_, fs::path{options_.scratch} / "reference");
        if (!reference) {
            std::fprintf(stderr, "damage: %s\n", reference.error().c_str());
            return false;
        }
        bench_.reference = std::move(*reference);
        const fs::path copy = fs::path{options_.scratch} / "reference";
        copy_node(bench_.network, bench_.node, copy);
        const auto known = known_votes(copy / "nodes" / bench_.node / "data", bench_.chain);
        if (!known) {
            std::fprintf(stderr, "damage: %s\n", known.error().c_str());
            return false;
        }
        bench_.votes_known = *known;
        auto kinds = kinds_that_begin(options_.only, kinds_in(bench_.network));
        if (!kinds) {
            std::fprintf(stderr, "damage: %s\n", kinds.error().c_str());
            return false;
        }
        kinds_ = std::move(*kinds);
        std::printf("damage: %zu questions on %llu blocks, %zu kinds of files\n", bench_.reference.questions.size(),
                    static_cast<unsigned long long>(bench_.reference.height), kinds_.size());
        {
            std::vector<std::jthread> workers;
            for (std::uint64_t job = 0; job < options_.jobs; ++job) {
                workers.emplace_back([this, job] { work(fs::path{options_.scratch} / std::to_string(job)); });
            }
        }
        return report();
    }

private:
    void work(const fs::path& scratch) {
        for (std::uint64_t i = next_++; i < options_.count; i = next_++) {
            const std::uint64_t seed = options_.first + i;
            Random random{seed};
            const Damage damage = draw_damage(bench_.network, kinds_, random);
            const Verdict verdict = try_damage(bench_, damage, scratch);
            note(seed, damage, verdict);
            if (verdict.fate == Fate::silent) keep(seed, scratch);
        }
    }

    void note(std::uint64_t seed, const Damage& damage, const Verdict& verdict) {
        const std::scoped_lock guard{mutex_};
        Tally& tally = tallies_[damage.kind];
        ++tally.by_fate.at(static_cast<std::size_t>(verdict.fate));
        if (!verdict.code.empty()) ++tally.codes[verdict.code];
        if (verdict.fate == Fate::silent) {
            std::printf("SILENT %llu: %s: %s\n", static_cast<unsigned long long>(seed), to_text(damage).c_str(),
                        verdict.detail.c_str());
        }
        if (++done_ % 500 == 0) std::printf("damages %llu\n", static_cast<unsigned long long>(done_));
        std::fflush(stdout);
    }

    // What explains the first of them: the folder as the programs left it, with what they said.
    void keep(std::uint64_t seed, const fs::path& scratch) {
        const std::scoped_lock guard{mutex_};
        if (kept_++ < kept_max) fs::rename(scratch, fs::path{options_.scratch} / ("silent-" + std::to_string(seed)));
    }

    bool report() const {
        std::array<std::uint64_t, fates> sums{};
        std::printf("%-24s", "file");
        for (std::size_t i = 0; i < fates; ++i) std::printf("%10s", std::string{name(static_cast<Fate>(i))}.c_str());
        std::printf("  codes\n");
        for (const auto& [kind, tally] : tallies_) {
            std::printf("%-24s", kind.c_str());
            for (std::size_t i = 0; i < fates; ++i) {
                std::printf("%10llu", static_cast<unsigned long long>(tally.by_fate.at(i)));
                sums.at(i) += tally.by_fate.at(i);
            }
            for (const auto& [code, count] : tally.codes) {
                std::printf("  %s %llu", code.c_str(), static_cast<unsigned long long>(count));
            }
            std::printf("\n");
        }
        for (std::size_t i = 0; i < fates; ++i) {
            std::printf("%s%s %llu", i == 0 ? "" : ", ", std::string{name(static_cast<Fate>(i))}.c_str(),
                        static_cast<unsigned long long>(sums.at(i)));
        }
        std::printf("\n");
        return sums.at(static_cast<std::size_t>(Fate::silent)) == 0 && done_ == options_.count;
    }

    Options options_;
    Bench bench_;
    std::vector<FileKind> kinds_{};
    std::atomic<std::uint64_t> next_{0};
    std::mutex mutex_{};
    std::map<std::string, Tally> tallies_{};
    std::uint64_t done_{0};
    std::uint64_t kept_{0};
};

Bytes read_bytes(const std::string& path) {
    std::stringstream text;
    text << std::ifstream{path, std::ios::binary}.rdbuf();
    return to_bytes(as_bytes(text.str()));
}

// Whether a node must notice that this is damaged before it votes: votes that its chain knows of.
bool is_of_known_votes(const Damage& damage, const fs::path& folder, const fs::path& network) {
    if (damage.kind != "data/votes") return false;
    const fs::path copy = network / "known";
    fs::remove_all(copy);
    fs::copy(folder / "data", copy, fs::copy_options::recursive);
    const auto known = known_votes(copy, ledger::chain_id(read_bytes((network / "genesis.cbor").string())));
    fs::remove_all(copy);
    return !known || damage.offset < *known;
}

// One damage of the folder itself, told as "KIND DAMAGE" with a tab between, and "votes" where is_of_known_votes.
bool damage_once(const Options& options) {
    Random random{options.first};
    const fs::path network{options.dir};
    const fs::path folder = network / "nodes" / options.node;
    const auto kinds = kinds_that_begin(options.only, kinds_in(folder));
    if (!kinds) {
        std::fprintf(stderr, "damage: %s\n", kinds.error().c_str());
        return false;
    }
    const Damage damage = draw_damage(folder, *kinds, random);
    const char* const votes = is_of_known_votes(damage, folder, network) ? "votes" : "";
    apply(damage, folder);
    std::printf("%s\t%s\t%s\n", damage.kind.c_str(), to_text(damage).c_str(), votes);
    return true;
}

bool run(const Options& options) {
    if (options.once) return damage_once(options);
    const Bytes document = read_bytes(options.dir + "/genesis.cbor");
    const auto genesis = ledger::decode_genesis(document);
    const auto reads_as = open_signer(options.dir, "regulator");
    if (!genesis || !reads_as) {
        std::fprintf(stderr, "damage: there is no network in %s\n", options.dir.c_str());
        return false;
    }
    const ChainId chain = ledger::chain_id(document);
    return Run{options, Bench{.node_program = options.bin + "/datadeed-node",
                              .cli_program = options.bin + "/datadeed",
                              .network = options.dir,
                              .node = options.node,
                              .reads_as = reads_as,
                              .policy = audit::policy_of(*genesis, chain),
                              .chain = chain,
                              .reference = {},
                              .votes_known = 0}}
        .all();
}

bool parse(Options& options, int count, char** words) {
    for (int i = 1; i < count; ++i) {
        const std::string_view word{words[i]};
        if (word == "--once") {
            options.once = true;
            continue;
        }
        if (++i == count) return false;
        const std::string value{words[i]};
        if (word == "--dir")
            options.dir = value;
        else if (word == "--node")
            options.node = value;
        else if (word == "--bin")
            options.bin = value;
        else if (word == "--scratch")
            options.scratch = value;
        else if (word == "--only")
            options.only = value;
        else if (word == "--count")
            options.count = std::stoull(value);
        else if (word == "--first")
            options.first = std::stoull(value);
        else if (word == "--jobs")
            options.jobs = std::stoull(value);
        else
            return false;
    }
    return !options.dir.empty();
}

}  // namespace
}  // namespace datadeed::torture

int main(int count, char** words) {
    datadeed::torture::Options options;
    if (!datadeed::torture::parse(options, count, words)) {
        std::fputs(
            "usage: datadeed-damage --dir NETWORK [--node NAME] --bin FOLDER --scratch FOLDER [--count N] [--first "
            "SEED]\n"
            "                       [--jobs N] [--only KIND] | --once\n",
            stderr);
        return 2;
    }
    return datadeed::torture::run(options) ? 0 : 1;
}
