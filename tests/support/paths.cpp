#include "tests/support/paths.h"

namespace datadeed::test {

std::string source_dir() {
    return DATADEED_SOURCE_DIR;
}

std::string binary_dir() {
    return DATADEED_BINARY_DIR;
}

}  // namespace datadeed::test
