#include "tests/tidy/references.h"

#include <algorithm>
#include <regex>

namespace datadeed::tidy {
namespace {

constexpr const char* log_page = "docs/operations.md";

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

// The events that a source file logs. The calls: log_->info("a.b", ..., LogEvent::Level::info, "a.b", and a choice of
// two.
std::vector<Named> events_logged(const SourceFile& file) {
    static const std::regex call{
        R"re((?:\b(?:debug|info|warn|error)\(|LogEvent::Level::\w+,\s*)"([a-z]+\.[a-z_]+)")re"};
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

}  // namespace datadeed::tidy
