#include "tests/torture/reader.h"

#include "client/profile.h"
#include "client/time_text.h"

namespace datadeed::torture {

std::shared_ptr<const client::Signer> open_signer(const std::string& dir, const std::string& role) {
    const auto profile = client::read_profile(dir + "/profiles/" + role + ".toml");
    const auto passphrase = client::read_passphrase_file(dir + "/passphrase");
    if (!profile || !passphrase) return nullptr;
    auto key = client::open_key_file(dir + "/keys/" + role + ".key", *passphrase);
    if (!key) return nullptr;
    return std::make_shared<client::Signer>(profile->chain, ledger::MemberId{profile->member}, std::move(*key));
}

std::string authorization(const client::Signer& signer, const std::string& node) {
    constexpr std::uint64_t minutes = 9;
    return "Datadeed " + signer.read_token(node, TimeMs{client::now_ms().value + minutes * 60'000});
}

}  // namespace datadeed::torture
