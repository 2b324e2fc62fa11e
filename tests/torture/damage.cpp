#include "tests/torture/damage.h"

#include <algorithm>
#include <fstream>
#include <map>

namespace datadeed::torture {
namespace {

namespace fs = std::filesystem;

// A quarter of all damages cut a tail off: a disk that lost its last writes.
constexpr std::uint64_t tears_one_in = 4;

bool is_own_log(const std::string& name) {
    return name.starts_with("node.log");
}

}  // namespace

std::string kind_of(const std::string& file) {
    const fs::path path{file};
    const std::string name = path.filename().string();
    std::string folder = path.parent_path().string();
    const std::size_t data = folder.find("data");
    folder = data == std::string::npos ? "" : folder.substr(std::min(folder.size(), data + 5));
    if (!folder.empty()) folder += "/";
    if (name.starts_with("MANIFEST-")) return folder + "MANIFEST";
    if (name.starts_with("part-")) return folder + "part";
    if (folder == "evidence/") return folder + "*";
    const std::string extension = path.extension().string();
    if (extension == ".ldb" || extension == ".log") return folder + "*" + extension;
    const bool in_data = data != std::string::npos && folder.empty();
    return (in_data ? "data/" : folder) + name;
}

std::vector<FileKind> kinds_in(const fs::path& folder) {
    std::map<std::string, std::vector<std::string>> kinds;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator{folder}) {
        if (!entry.is_regular_file() || entry.file_size() == 0) continue;
        const std::string file = fs::relative(entry.path(), folder).string();
        if (!is_own_log(entry.path().filename().string())) kinds[kind_of(file)].push_back(file);
    }
    std::vector<FileKind> all;
    for (auto& [name, files] : kinds) {
        std::ranges::sort(files);
        all.push_back({.name = name, .files = std::move(files)});
    }
    return all;
}

Result<std::vector<FileKind>, std::string> kinds_that_begin(const std::string& prefix, std::vector<FileKind> kinds) {
    std::string names;
    for (const FileKind& kind : kinds) names += " " + kind.name;
    std::erase_if(kinds, [&](const FileKind& kind) { return !kind.name.starts_with(prefix); });
    if (kinds.empty()) return fail("no kind of file begins with '" + prefix + "'; there are:" + names);
    return kinds;
}

Damage draw_damage(const fs::path& folder, const std::vector<FileKind>& kinds, Random& random) {
    const FileKind& kind = kinds.at(random.below(kinds.size()));
    const std::string& file = kind.files.at(random.below(kind.files.size()));
    const std::uint64_t size = fs::file_size(folder / file);
    const bool tears = random.below(tears_one_in) == 0;
    return {.kind = kind.name,
            .file = file,
            .tears = tears,
            .offset = random.below(size),
            .bit = static_cast<unsigned>(random.below(8))};
}

void apply(const Damage& damage, const fs::path& folder) {
    const fs::path path = folder / damage.file;
    if (damage.tears) {
        fs::resize_file(path, damage.offset);
        return;
    }
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekg(static_cast<std::streamoff>(damage.offset));
    const int byte = file.get() ^ (1 << damage.bit);
    file.seekp(static_cast<std::streamoff>(damage.offset));
    file.put(static_cast<char>(byte));
}

std::string to_text(const Damage& damage) {
    if (damage.tears) return damage.file + " cut to " + std::to_string(damage.offset) + " bytes";
    return damage.file + " byte " + std::to_string(damage.offset) + " bit " + std::to_string(damage.bit);
}

}  // namespace datadeed::torture
