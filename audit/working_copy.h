#pragma once

#include <string>

#include "audit/report.h"
#include "base/result.h"

namespace datadeed::audit {

// A throw-away copy of a LevelDB folder: opening a database writes into it, and evidence must stay as it was found.
// Table files, which LevelDB never changes, are hard-linked where the file system allows it. Removed with the object.
class WorkingCopy {
public:
    // Copies `folder` below the system's folder for temporary files. Error: audit.copy_failed.
    [[nodiscard]] static Result<WorkingCopy, FirstBad> make(const std::string& folder);

    WorkingCopy(WorkingCopy&& other) noexcept;
    WorkingCopy& operator=(WorkingCopy&&) = delete;
    WorkingCopy(const WorkingCopy&) = delete;
    WorkingCopy& operator=(const WorkingCopy&) = delete;
    ~WorkingCopy();

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    explicit WorkingCopy(std::string path) : path_{std::move(path)} {}

    std::string path_;
};

}  // namespace datadeed::audit
