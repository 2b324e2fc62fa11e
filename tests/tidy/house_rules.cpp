#include "tests/tidy/house_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>

namespace datadeed::tidy {
namespace {

// The rooms from the ground up; an arrow points to an earlier floor only.
const std::vector<std::vector<std::string>> floors = {
    {"base"},
    {"crypto", "json", "http"},
    {"consensus", "ledger"},
    {"chain"},
    {"node/replica", "node/net", "client", "audit"},
    {"node/api"},
    {"node"},
    {"cli"},
};

struct Outside {
    std::string prefix;
    std::vector<std::string> rooms;
    bool sources_only{false};  // dear to compile: in .cpp files only
};

const std::vector<Outside> outside_packages = {
    {"leveldb/", {"chain"}},
    {"sodium", {"crypto"}},
    {"openssl/", {"crypto", "node/net"}},
    {"boost/beast", {"http"}, true},
    {"boost/asio", {"http", "node/net", "node", "node/api", "cli"}},
    {"nlohmann/", {"json"}},
    {"CLI/", {"cli"}, true},
    {"toml++/", {"node", "client", "cli"}, true},
    {"prometheus/", {"node"}, true},
    {"spdlog/", {"node"}},
};

const std::vector<std::string> pure_rooms = {"base", "crypto", "consensus", "ledger"};

struct Banned {
    std::string pattern;
    std::string instead;
};

const std::vector<Banned> banned_when_pure = {
    {R"(#include <(thread|mutex|chrono|random|iostream|fstream|filesystem|ctime|future|condition_variable)>)",
     "a pure room is handed time, randomness and bytes"},
    {R"(\bunordered_(map|set)\b)", "use an ordered container: its order can reach the wire"},
    {R"(\b(float|double)\b)", "use integers"},
};

const std::vector<Banned> banned_everywhere = {
    {R"(\bassert\()", "use DATADEED_ASSERT, which stays on in release builds"},
    {R"(\b(strcpy|strcat|sprintf|gets|atoi|atol|tmpnam)\()", "use std::string, fmt or std::from_chars"},
    {R"(\busing namespace\b)", "name what is used"},
    {R"(\bstd::(rand|system)\()", "use crypto/random.h, or no shell at all"},
    {R"(\b(TODO|FIXME|XXX)\b)", "finish it, or file an issue and leave the place clean"},
    {R"(\b(reuse_logs = true|RepairDB)\b)", "neither is safe: docs/storage.md"},
};

bool is_test(const std::string& path) {
    return path.starts_with("tests/") || path.starts_with("bench/");
}

std::string place(const SourceFile& file, std::size_t line) {
    return file.path + ":" + std::to_string(line + 1) + ": ";
}

std::optional<std::size_t> floor_of(const std::string& room) {
    for (std::size_t i = 0; i < floors.size(); ++i) {
        if (std::ranges::find(floors[i], room) != floors[i].end()) return i;
    }
    return std::nullopt;
}

// The path of an #include, and whether it is in quotes.
std::optional<std::string> include_of(const std::string& line) {
    static const std::regex include{R"(^\s*#include ["<]([^">]+)[">])"};
    std::smatch match;
    return std::regex_search(line, match, include) ? std::optional{match[1].str()} : std::nullopt;
}

// The line without string literals, character literals and // comments.
std::string code_of(const std::string& line) {
    std::string code;
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote != 0) {
            if (c == '\\') {
                ++i;
            } else if (c == quote) {
                quote = 0;
            }
        } else if (c == '"' || (c == '\'' && (i == 0 || std::isalnum(static_cast<unsigned char>(line[i - 1])) == 0))) {
            quote = c;
        } else if (c == '/' && i + 1 < line.size() && line[i + 1] == '/') {
            break;
        } else {
            code.push_back(c);
        }
    }
    return code;
}

void search(const SourceFile& file, const std::vector<Banned>& banned, bool with_comments, Breaches& breaches) {
    for (const Banned& rule : banned) {
        const std::regex pattern{rule.pattern};
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::string text = with_comments ? file.lines[i] : code_of(file.lines[i]);
            std::smatch match;
            if (std::regex_search(text, match, pattern)) {
                breaches.push_back(place(file, i) + "'" + match[0].str() + "': " + rule.instead);
            }
        }
    }
}

std::size_t indent_of(const std::string& line) {
    const std::size_t at = line.find_first_not_of(' ');
    return at == std::string::npos ? 0 : at;
}

// A line that opens the body of a function, in code as clang-format lays it out.
bool opens_function(const std::string& line) {
    static const std::regex opener{R"(\)[^;=]*\{$)"};
    static const std::regex other{
        R"(^\s*(namespace|class|struct|enum|union|if|for|while|switch|else|do|TEST_CASE|SECTION|\}|extern)\b)"};
    const std::string code = code_of(line);
    return indent_of(line) <= 4 && std::regex_search(code, opener) && !std::regex_search(code, other);
}

void check_functions(const SourceFile& file, Breaches& breaches) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        if (!opens_function(file.lines[i])) continue;
        std::size_t begin = i;
        while (begin > 0 && !file.lines[begin - 1].empty() && indent_of(file.lines[begin]) > 4) --begin;
        const std::string closing = std::string(indent_of(file.lines[begin]), ' ') + "}";
        std::size_t end = i + 1;
        while (end < file.lines.size() && !file.lines[end].starts_with(closing)) ++end;
        if (end - i + 1 > function_lines_max) {
            breaches.push_back(place(file, i) + "a function of " + std::to_string(end - i + 1) + " lines; at most " +
                               std::to_string(function_lines_max));
        }
    }
}

// The code from line `i` on, up to the end of its statement or the brace that opens a body.
std::string statement_at(const SourceFile& file, std::size_t i) {
    std::string statement = code_of(file.lines[i]);
    while (++i < file.lines.size() && statement.find(';') == std::string::npos && !statement.ends_with(") {")) {
        statement += " " + code_of(file.lines[i]);
    }
    return statement;
}

}  // namespace

Breaches check_arrows(const SourceTree& tree) {
    Breaches breaches;
    for (const auto& [room, depends] : tree.rooms) {
        const std::optional<std::size_t> from = floor_of(room);
        if (!from) breaches.push_back("room " + room + " stands on no floor of tests/tidy/house_rules.cpp");
        for (const std::string& to : depends) {
            const std::optional<std::size_t> below = floor_of(to);
            if (!from || !below || *below >= *from) breaches.push_back("room " + room + " must not depend on " + to);
        }
    }
    for (const SourceFile& file : tree.files) {
        const std::string room = room_of(file.path, tree.rooms);
        if (room.empty() || is_test(file.path)) continue;
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::optional<std::string> include = include_of(file.lines[i]);
            if (!include) continue;
            const std::string target = room_of(*include, tree.rooms);
            if (include->starts_with("tests/")) breaches.push_back(place(file, i) + "a room must not include tests");
            if (target.empty() || target == room || tree.rooms.at(room).contains(target)) continue;
            breaches.push_back(place(file, i) + "includes " + target + ", which is not in the DEPENDS of " + room);
        }
    }
    return breaches;
}

Breaches check_outside_packages(const SourceTree& tree) {
    Breaches breaches;
    for (const SourceFile& file : tree.files) {
        if (is_test(file.path)) continue;
        const std::string room = room_of(file.path, tree.rooms);
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::optional<std::string> include = include_of(file.lines[i]);
            if (!include) continue;
            for (const Outside& outside : outside_packages) {
                if (!include->starts_with(outside.prefix)) continue;
                if (std::ranges::find(outside.rooms, room) == outside.rooms.end()) {
                    breaches.push_back(place(file, i) + "room " + room + " must not include " + *include);
                } else if (outside.sources_only && file.path.ends_with(".h")) {
                    breaches.push_back(place(file, i) + *include + " costs seconds a file: in .cpp files only");
                }
            }
        }
    }
    return breaches;
}

Breaches check_purity(const SourceTree& tree) {
    Breaches breaches;
    for (const SourceFile& file : tree.files) {
        const std::string room = room_of(file.path, tree.rooms);
        if (std::ranges::find(pure_rooms, room) == pure_rooms.end()) continue;
        search(file, banned_when_pure, false, breaches);
    }
    return breaches;
}

Breaches check_sizes(const SourceTree& tree) {
    Breaches breaches;
    for (const SourceFile& file : tree.files) {
        const std::size_t most = is_test(file.path)          ? test_lines_max
                                 : file.path.ends_with(".h") ? header_lines_max
                                                             : source_lines_max;
        if (file.lines.size() > most) {
            breaches.push_back(file.path + ": " + std::to_string(file.lines.size()) + " lines; at most " +
                               std::to_string(most));
        }
        if (!is_test(file.path)) check_functions(file, breaches);
    }
    return breaches;
}

Breaches check_banned(const SourceTree& tree) {
    Breaches breaches;
    for (const SourceFile& file : tree.files) {
        if (file.path.starts_with("tests/tidy/")) continue;
        search(file, {banned_everywhere.begin(), banned_everywhere.begin() + 4}, false, breaches);
        search(file, {banned_everywhere.begin() + 4, banned_everywhere.end()}, true, breaches);
        const bool once = std::ranges::find(file.lines, "#pragma once") != file.lines.end();
        if (file.path.ends_with(".h") && !once) breaches.push_back(file.path + ": a header begins with #pragma once");
    }
    return breaches;
}

Breaches check_coroutines(const SourceTree& tree) {
    static const std::regex literal{R"(co_await[^;]*(\[[^\]]+\]\s*(\(|\{|mutable)|[\w(,]\s*\{\s*[^}\s]))"};
    static const std::regex binding{R"(auto \[[^\]]*\] = co_await)"};
    Breaches breaches;
    for (const SourceFile& file : tree.files) {
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            if (file.lines[i].find("co_await") == std::string::npos) continue;
            const std::string code = statement_at(file, i);
            if (std::regex_search(code, literal)) {
                breaches.push_back(place(file, i) +
                                   "name the operand of co_await first: GCC 12 destroys the temporary twice");
            }
            if (std::regex_search(code, binding)) {
                breaches.push_back(place(file, i) + "do not bind names directly on co_await: later compilers leak it");
            }
        }
    }
    return breaches;
}

}  // namespace datadeed::tidy
