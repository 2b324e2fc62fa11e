#include "audit/working_copy.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace datadeed::audit {
namespace {

namespace fs = std::filesystem;

FirstBad failed(const std::string& what, const fs::path& path, const std::error_code& error) {
    return {.code = "audit.copy_failed", .detail = what + ": " + error.message(), .place = path.string()};
}

std::error_code copy_entry(const fs::path& from, const fs::path& to) {
    std::error_code error;
    if (from.extension() == ".ldb" || from.extension() == ".sst") {
        fs::create_hard_link(from, to, error);
        if (!error) return error;
        error.clear();
    }
    fs::copy_file(from, to, error);
    return error;
}

}  // namespace

Result<WorkingCopy, FirstBad> WorkingCopy::make(const std::string& folder) {
    std::error_code error;
    std::string name = (fs::temp_directory_path(error) / "datadeed-audit-XXXXXX").string();
    if (error || mkdtemp(name.data()) == nullptr) {
        return fail(failed("no folder for temporary files could be made", name, {errno, std::generic_category()}));
    }
    WorkingCopy copy{name};
    for (auto it = fs::directory_iterator{folder, error}; !error && it != fs::directory_iterator{};
         it.increment(error)) {
        if (!it->is_regular_file(error) || it->path().filename() == "LOCK") continue;
        error = copy_entry(it->path(), fs::path{name} / it->path().filename());
        if (error) return fail(failed("a file could not be copied", it->path(), error));
    }
    if (error) return fail(failed("the folder could not be read", folder, error));
    return copy;
}

WorkingCopy::WorkingCopy(WorkingCopy&& other) noexcept : path_{std::exchange(other.path_, {})} {}

WorkingCopy::~WorkingCopy() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace datadeed::audit
