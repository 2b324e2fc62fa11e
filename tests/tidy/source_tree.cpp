#include "tests/tidy/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace datadeed::tidy {
namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    if (!in) throw std::runtime_error("cannot read " + path.string());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

bool is_skipped(const fs::path& relative) {
    const std::string first = relative.begin()->string();
    return first == "build" || first.starts_with(".");
}

}  // namespace

SourceFile file_of(std::string path, const std::string& text) {
    SourceFile file{std::move(path), {}};
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) file.lines.push_back(line);
    return file;
}

std::map<std::string, std::set<std::string>> rooms_of(const std::string& cmake) {
    std::map<std::string, std::set<std::string>> rooms;
    static const std::regex call{R"(datadeed_room\(([^)]*)\))"};
    for (std::sregex_iterator it{cmake.begin(), cmake.end(), call}; it != std::sregex_iterator{}; ++it) {
        std::istringstream words{(*it)[1].str()};
        std::string name;
        std::string section;
        std::set<std::string> depends;
        for (std::string word; words >> word;) {
            if (word == "NAME" || word == "DEPENDS" || word == "SOURCES" || word == "PRIVATE") {
                section = word;
            } else if (section == "NAME") {
                name = word;
            } else if (section == "DEPENDS") {
                depends.insert(word);
            }
        }
        rooms[name] = depends;
    }
    return rooms;
}

std::string room_of(const std::string& path, const std::map<std::string, std::set<std::string>>& rooms) {
    std::string best;
    for (const auto& [room, depends] : rooms) {
        if (path.starts_with(room + "/") && room.size() > best.size()) best = room;
    }
    return best;
}

SourceTree read_tree(const std::string& root) {
    SourceTree tree;
    for (auto it = fs::recursive_directory_iterator{root}; it != fs::recursive_directory_iterator{}; ++it) {
        const fs::path relative = fs::relative(it->path(), root);
        if (is_skipped(relative)) {
            if (it->is_directory()) it.disable_recursion_pending();
            continue;
        }
        if (relative.filename() == "CMakeLists.txt") tree.rooms.merge(rooms_of(read_text(it->path())));
        if (relative.extension() == ".h" || relative.extension() == ".cpp") {
            tree.files.push_back(file_of(relative.generic_string(), read_text(it->path())));
        }
        if (relative.extension() == ".md" || relative == "docs/quality/runs.csv") {
            tree.pages.push_back(file_of(relative.generic_string(), read_text(it->path())));
        }
    }
    std::ranges::sort(tree.files, {}, &SourceFile::path);
    std::ranges::sort(tree.pages, {}, &SourceFile::path);
    return tree;
}

}  // namespace datadeed::tidy
