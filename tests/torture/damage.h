#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "tests/torture/random.h"

// What can happen to a file of a stopped node: one bit turns, or its tail is gone. Every kind of file that a node reads
// or writes is as likely as any other, however small.

namespace datadeed::torture {

// The files of one kind, such as "chain/*.ldb".
struct FileKind {
    std::string name{};
    std::vector<std::string> files{};  // relative to the network's folder, sorted
};

// What a file of this name is, by the part of the name that doesn't count up.
[[nodiscard]] std::string kind_of(const std::string& file);

// The kinds of all files below `folder` that hold something. Logs that a node writes about itself aren't among them.
[[nodiscard]] std::vector<FileKind> kinds_in(const std::filesystem::path& folder);
// Of these, those that begin so. The error, for people, is that there are none, with the names that there are.
[[nodiscard]] Result<std::vector<FileKind>, std::string> kinds_that_begin(const std::string& prefix,
                                                                          std::vector<FileKind> kinds);

struct Damage {
    std::string kind{};
    std::string file{};
    bool tears{false};       // or turns a bit
    std::uint64_t offset{};  // the byte with the bit; how many bytes are left when it tears
    unsigned bit{};

    friend bool operator==(const Damage&, const Damage&) = default;
};

// Of `kinds` there must be one.
[[nodiscard]] Damage draw_damage(const std::filesystem::path& folder, const std::vector<FileKind>& kinds,
                                 Random& random);
void apply(const Damage& damage, const std::filesystem::path& folder);
[[nodiscard]] std::string to_text(const Damage& damage);

}  // namespace datadeed::torture
