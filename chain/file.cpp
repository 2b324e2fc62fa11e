#include "chain/file.h"

namespace datadeed::chain {

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<Bytes, Error> read_file(FileSystem& files, const std::string& path, std::size_t size_max) {
    const Result<std::unique_ptr<File>, Error> file = files.open(path, OpenMode::must_exist);
    if (!file) return fail(file.error());
    Result<Bytes, Error> content = (*file)->read(0, size_max + 1);
    if (content && content->size() > size_max) {
        return fail(Error{.fault = Fault::file_too_large,
                          .place = path,
                          .detail = "the file is longer than " + std::to_string(size_max) + " bytes"});
    }
    return content;
}

Result<void, Error> replace_file(FileSystem& files, const std::string& path, ByteView content) {
    const std::string fresh = path + ".new";
    const Result<std::unique_ptr<File>, Error> file = files.open(fresh, OpenMode::create_if_missing);
    if (!file) return fail(file.error());
    // A crash may have left an unfinished one.
    if (Result<void, Error> done = (*file)->truncate(0); !done) return done;
    if (Result<void, Error> done = (*file)->append(content); !done) return done;
    if (Result<void, Error> done = (*file)->sync(); !done) return done;
    if (Result<void, Error> done = files.rename(fresh, path); !done) return done;
    return files.sync_folder(folder_of(path));
}

}  // namespace datadeed::chain
