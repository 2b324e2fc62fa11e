#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "chain/memory_file.h"
#include "chain/vote_file.h"
#include "chain/vote_frame.h"

// Any file in the place of the votes: it's refused, or opened to records that are then kept. To get past the checks,
// inputs whose first byte is odd have frames built from them: of each, a byte may be broken.

namespace datadeed::chain {
namespace {

VoteFileOptions options() {
    return {.path = "votes", .chain = {}, .node = "n", .create = false, .count_min = 0};
}

Bytes built_from(ByteView input) {
    MemoryFileSystem files;
    VoteFileOptions fresh = options();
    fresh.create = true;
    VoteFile file = VoteFile::open(files, fresh).value().file;
    while (input.size() >= 4) {
        const std::size_t size = std::min<std::size_t>(input[0], input.size() - 4);
        file.append(input.subspan(4, size));
        if (input[1] % 2 == 0) DATADEED_ASSERT(file.sync().has_value());
        input = input.subspan(4 + size);
    }
    DATADEED_ASSERT(file.sync().has_value());
    return *files.content("votes");
}

void try_content(const Bytes& content) {
    MemoryFileSystem files;
    files.set_content("votes", content);
    Result<VoteFile::Opened, Error> opened = VoteFile::open(files, options());
    if (!opened) {
        DATADEED_ASSERT(files.content("votes") == content);
        return;
    }
    opened->file.append(as_bytes("more"));
    DATADEED_ASSERT(opened->file.sync().has_value());
    files.crash();
    const Result<VoteFile::Opened, Error> again = VoteFile::open(files, options());
    opened->records.push_back(to_bytes(as_bytes("more")));
    DATADEED_ASSERT(again.has_value() && again->records == opened->records && !again->truncated);
}

}  // namespace
}  // namespace datadeed::chain

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const datadeed::ByteView input{data, size};
    if (size < 4 || data[0] % 2 == 0) {
        datadeed::chain::try_content(datadeed::to_bytes(input));
        return 0;
    }
    datadeed::Bytes content = datadeed::chain::built_from(input.subspan(4));
    if (data[1] % 2 == 1) {
        const std::size_t at = (std::size_t{data[2]} << 8U | data[3]) % content.size();
        content[at] ^= static_cast<std::uint8_t>(data[1] | 1U);
    } else if (data[1] % 4 == 2) {
        content.resize((std::size_t{data[2]} << 8U | data[3]) % content.size());
    }
    datadeed::chain::try_content(content);
    return 0;
}
