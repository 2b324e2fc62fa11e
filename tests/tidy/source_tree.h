#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace datadeed::tidy {

// One source file as text: its path from the root of the project and its lines.
struct SourceFile {
    std::string path;
    std::vector<std::string> lines;
};

// What the rooms' CMakeLists.txt declare and what stands in their folders.
struct SourceTree {
    std::vector<SourceFile> files;                       // every .h and .cpp of rooms, tests and bench, by path
    std::map<std::string, std::set<std::string>> rooms;  // room -> its DEPENDS
    std::vector<SourceFile> pages{};                     // every .md, and the table of runs, by path
};

// Reads the tree below `root`. Throws std::runtime_error when a file can't be read.
[[nodiscard]] SourceTree read_tree(const std::string& root);

// The DEPENDS of each datadeed_room() call in the text of a CMakeLists.txt.
[[nodiscard]] std::map<std::string, std::set<std::string>> rooms_of(const std::string& cmake);

// The room a path belongs to ("node/net" for node/net/frame.h), or "" for tests, bench and the like.
[[nodiscard]] std::string room_of(const std::string& path, const std::map<std::string, std::set<std::string>>& rooms);

[[nodiscard]] SourceFile file_of(std::string path, const std::string& text);

}  // namespace datadeed::tidy
