#include "node/version.h"

namespace datadeed::node {

std::string_view version() {
    return DATADEED_VERSION;
}

}  // namespace datadeed::node
