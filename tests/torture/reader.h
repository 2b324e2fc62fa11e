#pragma once

#include <memory>
#include <string>

#include "client/signer.h"
#include "tests/torture/answers.h"

// Who asks the nodes: the member of a profile in a folder that `datadeed dev up` made.

namespace datadeed::torture {

// Nothing when there is no such network.
[[nodiscard]] std::shared_ptr<const client::Signer> open_signer(const std::string& dir, const std::string& role);

// The value of the header that lets that member read from one node, for some minutes.
[[nodiscard]] std::string authorization(const client::Signer& signer, const std::string& node);

}  // namespace datadeed::torture
