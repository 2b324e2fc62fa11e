#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace datadeed::support {

// A folder of its own for one test, gone with the object.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "datadeed-test.XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

    // Writes a file and returns its path.
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream{*this / name, std::ios::binary} << text;
        return *this / name;
    }

private:
    std::string path_;
};

}  // namespace datadeed::support
