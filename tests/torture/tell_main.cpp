#include <cstdio>
#include <string>

#include "client/profile.h"
#include "tests/torture/answers.h"
#include "tests/torture/reader.h"

// datadeed-tell: the chain as one node tells it through its API: a line "TRANSACTION HEIGHT INDEX" for each
// transaction.
//
// usage: datadeed-tell NETWORK NODE API TIP

namespace datadeed::torture {
namespace {

bool tell(const std::string& dir, const std::string& node, const client::Endpoint& api, std::uint64_t tip) {
    const auto signer = open_signer(dir, "regulator");
    if (!signer) return false;
    Reader reader{api.host, api.port, authorization(*signer, node)};
    std::uint64_t index = 0;
    for (std::uint64_t height = 1; height <= tip; ++height) {
        const auto answer = reader.ask("/v1/blocks/" + std::to_string(height));
        const auto block = answer && answer->status == 200 ? as_json(*answer) : std::nullopt;
        const json::Value::Array* transactions = block ? block->array_at("transactions") : nullptr;
        if (transactions == nullptr) return false;
        for (const json::Value& id : *transactions) {
            std::printf("%s %llu %llu\n", std::string{id.as_text().value_or("")}.c_str(),
                        static_cast<unsigned long long>(height), static_cast<unsigned long long>(index++));
        }
    }
    return true;
}

}  // namespace
}  // namespace datadeed::torture

int main(int count, char** words) {
    if (count != 5) {
        std::fputs("usage: datadeed-tell NETWORK NODE API TIP\n", stderr);
        return 2;
    }
    const auto api = datadeed::client::parse_endpoint(words[3]);
    return api && datadeed::torture::tell(words[1], words[2], *api, std::stoull(words[4])) ? 0 : 1;
}
