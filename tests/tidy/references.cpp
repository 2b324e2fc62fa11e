#include "tests/tidy/references.h"

#include <algorithm>
#include <regex>

namespace datadeed::tidy {
namespace {

constexpr const char* log_page = "docs/operations.md";
constexpr const char* limits_page = "docs/limits.md";
constexpr const char* runs_page = "docs/quality/runs.csv";
constexpr const char* figures_page = "docs/benchmarks.md";

std::string at(const SourceFile& file, std::size_t line) {
    return file.path + ":" + std::to_string(line + 1) + ": ";
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

std::set<std::string> paths_of(const SourceTree& tree) {
    std::set<std::string> paths;
    for (const SourceFile& file : tree.files) paths.insert(file.path);
    for (const SourceFile& page : tree.pages) paths.insert(page.path);
    return paths;
}

// "docs/decisions/" and "../a.md" give "docs/a.md".
std::string joined(std::string folder, std::string name) {
    while (name.starts_with("../") && !folder.empty()) {
        name.erase(0, 3);
        folder = folder_of(folder.substr(0, folder.size() - 1));
    }
    return folder + name;
}

bool is_there(const std::set<std::string>& paths, const SourceFile& from, const std::string& name) {
    const std::string folder = folder_of(from.path);
    return paths.contains(name) || paths.contains(joined(folder, name)) ||
           (folder.starts_with("tests/") && paths.contains(folder.substr(6) + name));
}

struct Named {
    std::size_t line{};
    std::string name;
};

// The matches of the pattern's first group in the lines, from the first `marker` of each on (empty: in all of it).
std::vector<Named> names_in(const SourceFile& file, const std::regex& pattern, const std::string& marker) {
    std::vector<Named> names;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const std::size_t from = file.lines[i].find(marker);
        if (from == std::string::npos) continue;
        const std::string text = file.lines[i].substr(from);
        for (std::sregex_iterator it{text.begin(), text.end(), pattern}; it != std::sregex_iterator{}; ++it) {
            names.push_back({.line = i, .name = (*it)[1].str()});
        }
    }
    return names;
}

// The events that a source file logs. The calls: log_->info("a.b", ..., LogEvent::Level::info, "a.b", blame(peer,
// "a.b", and a choice of two.
std::vector<Named> events_logged(const SourceFile& file) {
    static const std::regex call{
        R"re((?:\b(?:debug|info|warn|error)\(|LogEvent::Level::\w+,\s*|\bblame\(\w+,\s*)"([a-z]+\.[a-z_]+)")re"};
    // Two lines at a time, since a call may be broken before its first text.
    SourceFile pairs{file.path, file.lines};
    for (std::size_t i = 0; i + 1 < file.lines.size(); ++i) pairs.lines[i] += file.lines[i + 1];
    std::vector<Named> events = names_in(pairs, call, "");
    static const std::regex choice{R"re(\? "([a-z]+\.[a-z_]+)" : ")re"};
    static const std::regex other{R"re(\? "[a-z]+\.[a-z_]+" : "([a-z]+\.[a-z_]+)")re"};
    for (const std::regex* pattern : {&choice, &other}) {
        const std::vector<Named> more = names_in(file, *pattern, "LogLevel::");
        events.insert(events.end(), more.begin(), more.end());
    }
    return events;
}

// The events in the first column of the table below the page's heading "## Log".
std::vector<Named> events_listed(const SourceFile& page) {
    static const std::regex event{R"(`([a-z]+\.[a-z_*]+)`)"};
    SourceFile table{page.path, page.lines};
    bool is_log = false;
    for (std::string& line : table.lines) {
        if (line.starts_with("## ")) is_log = line == "## Log";
        const bool is_row = is_log && line.starts_with("| ");
        line = is_row ? line.substr(0, line.find(" |")) : "";
    }
    return names_in(table, event, "");
}

// The lines of a struct, or all of them; empty ones elsewhere.
SourceFile part_of(const SourceFile& file, const std::string& opening) {
    if (opening.empty()) return file;
    SourceFile part{file.path, file.lines};
    bool inside = false;
    for (std::string& line : part.lines) {
        if (line == opening) inside = true;
        if (line == "};") inside = false;
        if (!inside) line.clear();
    }
    return part;
}

std::vector<Named> bounds_in(const SourceFile& file) {
    static const std::regex constant{R"(^inline constexpr [\w:]+ (\w+)\{? ?=?)"};
    static const std::regex member{R"(^    std::(?:size_t|uint64_t|chrono::milliseconds) (\w+)\{)"};
    struct Place {
        std::string path;
        std::string opening;
        const std::regex* pattern;
    };
    static const std::vector<Place> places{{"node/limits.h", "", &constant},
                                           {"node/replica/limits.h", "", &constant},
                                           {"consensus/limits.h", "", &constant},
                                           {"http/server.h", "struct ServerLimits {", &member},
                                           {"node/net/transport.h", "struct Limits {", &member},
                                           {"json/json.h", "struct Limits {", &member}};
    const auto place = std::ranges::find(places, file.path, &Place::path);
    return place == places.end() ? std::vector<Named>{} : names_in(part_of(file, place->opening), *place->pattern, "");
}

std::set<std::string> test_names(const SourceTree& tree) {
    static const std::regex name{R"re(TEST_CASE\(\s*"([^"]+)")re"};
    std::set<std::string> names;
    for (const SourceFile& file : tree.files) {
        if (!file.path.starts_with("tests/")) continue;
        SourceFile pairs{file.path, file.lines};
        for (std::size_t i = 0; i + 1 < file.lines.size(); ++i) pairs.lines[i] += file.lines[i + 1];
        for (const Named& test : names_in(pairs, name, "")) names.insert(test.name);
    }
    return names;
}

std::vector<std::string> cells_of(const std::string& row) {
    std::vector<std::string> cells;
    for (std::size_t begin = 1; begin < row.size();) {
        const std::size_t end = std::min(row.find('|', begin), row.size());
        cells.push_back(row.substr(begin, end - begin));
        begin = end + 1;
    }
    return cells;
}

bool holds(const SourceTree& tree, const std::string& paths, const std::string& word) {
    return std::ranges::any_of(tree.files, [&](const SourceFile& file) {
        const std::regex whole{"\\b" + word + "\\b"};
        return paths.find(file.path) != std::string::npos &&
               std::ranges::any_of(file.lines, [&](const std::string& line) { return std::regex_search(line, whole); });
    });
}

// Codes of this kind in sources for which `is_meant` holds that the page doesn't have in backticks.
void look_for_codes(const SourceTree& tree, const std::string& page_path, const std::regex& code,
                    const std::vector<std::string>& sources, Breaches& breaches) {
    const auto page = std::ranges::find(tree.pages, page_path, &SourceFile::path);
    if (page == tree.pages.end()) return breaches.push_back(page_path + " isn't there");
    static const std::regex listed{R"(`([a-z]+\.[a-z_]+)`)"};
    std::set<std::string> known;
    for (const Named& name : names_in(*page, listed, "")) known.insert(name.name);
    for (const SourceFile& file : tree.files) {
        if (std::ranges::find(sources, file.path) == sources.end()) continue;
        for (const Named& named : names_in(file, code, "")) {
            // What stands behind a switch over all errors is never sent.
            if (!known.contains(named.name) && !named.name.ends_with(".unknown")) {
                breaches.push_back(at(file, named.line) + page_path + " doesn't list " + named.name);
            }
        }
    }
}

}  // namespace

Breaches check_named_files(const SourceTree& tree) {
    static const std::regex any{R"(([A-Za-z0-9_.][A-Za-z0-9_./-]*\.(?:h|cpp|md))\b)"};
    static const std::regex with_folder{R"(([A-Za-z0-9_.][A-Za-z0-9_.-]*/[A-Za-z0-9_./-]*\.(?:h|cpp|md))\b)"};
    const std::set<std::string> paths = paths_of(tree);
    Breaches breaches;
    const auto look = [&](const SourceFile& file, const std::vector<Named>& names) {
        for (const Named& named : names) {
            if (is_there(paths, file, named.name)) continue;
            breaches.push_back(at(file, named.line) + "names " + named.name + ", which isn't there");
        }
    };
    for (const SourceFile& file : tree.files) {
        if (file.path.starts_with("tests/tidy/")) continue;
        look(file, names_in(file, any, "//"));
    }
    for (const SourceFile& page : tree.pages) look(page, names_in(page, with_folder, ""));
    return breaches;
}

Breaches check_log_events(const SourceTree& tree) {
    const auto page = std::ranges::find(tree.pages, log_page, &SourceFile::path);
    if (page == tree.pages.end()) return {std::string{log_page} + " isn't there"};
    std::set<std::string> listed;
    for (const Named& event : events_listed(*page)) listed.insert(event.name);
    std::set<std::string> logged;
    Breaches breaches;
    for (const SourceFile& file : tree.files) {
        if (!file.path.starts_with("node/") || file.path.ends_with(".h")) continue;
        for (const Named& event : events_logged(file)) {
            if (!logged.insert(event.name).second || listed.contains(event.name)) continue;
            breaches.push_back(at(file, event.line) + log_page + " doesn't list the event " + event.name);
        }
    }
    for (const Named& event : events_listed(*page)) {
        if (logged.contains(event.name)) continue;
        breaches.push_back(at(*page, event.line) + "nothing logs the event " + event.name);
    }
    return breaches;
}

Breaches check_limits(const SourceTree& tree) {
    const auto page = std::ranges::find(tree.pages, limits_page, &SourceFile::path);
    if (page == tree.pages.end()) return {std::string{limits_page} + " isn't there"};
    static const std::regex word{"`([a-z_]+)`"};
    static const std::regex cited{R"re("([^"]+)")re"};
    std::set<std::string> named;
    for (const Named& name : names_in(*page, word, "")) named.insert(name.name);
    Breaches breaches;
    for (const SourceFile& file : tree.files) {
        for (const Named& bound : bounds_in(file)) {
            if (named.contains(bound.name)) continue;
            breaches.push_back(at(file, bound.line) + limits_page + " doesn't name " + bound.name);
        }
    }
    const std::set<std::string> tests = test_names(tree);
    for (std::size_t i = 0; i < page->lines.size(); ++i) {
        if (!page->lines[i].starts_with("| ")) continue;
        for (const Named& test : names_in({page->path, {page->lines[i]}}, cited, "")) {
            if (!tests.contains(test.name)) breaches.push_back(at(*page, i) + "there is no test \"" + test.name + "\"");
        }
        const std::vector<std::string> cells = cells_of(page->lines[i]);
        if (cells.size() < 5) continue;  // what, bound, where, what happens, shown by
        for (const Named& bound : names_in({page->path, {cells[1]}}, word, "")) {
            if (holds(tree, cells[2], bound.name)) continue;
            breaches.push_back(at(*page, i) + bound.name + " isn't in" + cells[2]);
        }
    }
    return breaches;
}

Breaches check_runs(const SourceTree& tree) {
    const auto page = std::ranges::find(tree.pages, runs_page, &SourceFile::path);
    if (page == tree.pages.end()) return {std::string{runs_page} + " isn't there"};
    static const std::regex cited{R"(\[run (\d+)\])"};
    Breaches breaches;
    std::set<std::string> runs;
    for (std::size_t i = 1; i < page->lines.size(); ++i) {
        const std::string number = page->lines[i].substr(0, page->lines[i].find(','));
        if (number != std::to_string(i))
            breaches.push_back(at(*page, i) + "this run has the number " + std::to_string(i));
        runs.insert(number);
    }
    for (const SourceFile& file : tree.pages) {
        for (const Named& run : names_in(file, cited, "")) {
            if (!runs.contains(run.name)) breaches.push_back(at(file, run.line) + "there is no run " + run.name);
        }
        if (file.path != figures_page) continue;
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::string& line = file.lines[i];
            const bool is_figure =
                line.starts_with("| ") && !line.starts_with("| figure") && !line.starts_with("| ---");
            if (is_figure && !std::regex_search(line, cited))
                breaches.push_back(at(file, i) + "a figure without its run");
        }
    }
    return breaches;
}

Breaches check_refusal_codes(const SourceTree& tree) {
    static const std::regex http{R"re("(http\.[a-z_]+)")re"};
    static const std::regex net{R"re("(net\.[a-z_]+)")re"};
    Breaches breaches;
    look_for_codes(tree, "docs/api.md", http,
                   {"http/access.cpp", "http/request_reader.cpp", "http/router.cpp", "http/server.cpp",
                    "http/session.cpp", "node/api/problem.cpp"},
                   breaches);
    look_for_codes(tree, log_page, net, {"node/net/error.cpp"}, breaches);
    return breaches;
}

}  // namespace datadeed::tidy
