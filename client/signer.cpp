#include "client/signer.h"

#include <algorithm>
#include <chrono>

#include "client/files.h"
#include "client/refusal.h"
#include "client/time_text.h"
#include "crypto/cose.h"
#include "crypto/keyfile.h"

namespace datadeed::client {
namespace {

constexpr std::string_view token_type = "datadeed/token";
constexpr std::string_view token_context = "datadeed/token/1";

// What a read token says.
struct Token {
    std::string member{};
    std::string node{};
    TimeMs expires{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("member", self.member);
        visit("node", self.node);
        visit("expires_ms", self.expires);
    }
};

std::uint64_t clock_us() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(since).count());
}

Problem key_problem(const std::string& path, crypto::Error error) {
    const bool passphrase = error == crypto::Error::keyfile_must_open_with_the_passphrase;
    return {.code = passphrase ? code::passphrase_wrong : code::key_broken,
            .title = "the key file '" + path + "' doesn't open",
            .detail = std::string{crypto::describe(error)},
            .hint = {passphrase ? "check the passphrase: passphrase_file of the profile, --passphrase-file"
                                : "restore the key file from its backup"},
            .status = passphrase ? 401U : 400U};
}

}  // namespace

ledger::Nonce Signer::next_nonce() {
    std::uint64_t last = last_nonce_.load();
    std::uint64_t next = 0;
    do {
        next = std::max(clock_us(), last + 1);
    } while (!last_nonce_.compare_exchange_weak(last, next));
    return ledger::Nonce{next};
}

Outcome<SignedTransaction> Signer::sign(std::vector<ledger::Operation> operations) {
    for (const ledger::Operation& operation : operations) {
        if (const Result<void, ledger::Refusal> form = ledger::check(operation); !form) {
            return fail(to_problem(form.error()));
        }
    }
    const TimeMs expires{now_ms().value + expiry_default_ms};
    const ledger::Transaction transaction{
        .nonce = next_nonce(), .expires = expires, .operations = std::move(operations)};
    Bytes bytes = ledger::sign_transaction(chain_, transaction, key_);
    const Result<ledger::ParsedTransaction, ledger::Refusal> parsed = ledger::parse(chain_, bytes);
    if (!parsed) return fail(to_problem(parsed.error()));
    return SignedTransaction{.id = parsed->id, .bytes = std::move(bytes), .expires = expires};
}

std::string Signer::read_token(const std::string& node, TimeMs expires) const {
    const Bytes payload = encode(Token{.member = member_.value, .node = node, .expires = expires});
    const Bytes context = crypto::signing_context(token_context, chain_);
    return to_base64(crypto::encode_sign1(crypto::make_sign1(key_, token_type, context, payload)));
}

Outcome<crypto::SecretKey> open_key_file(const std::string& path, const crypto::SecretText& passphrase) {
    const Outcome<Bytes> file = read_file(path, crypto::keyfile_size_max);
    if (!file) return fail(file.error());
    Result<crypto::SecretKey, crypto::Error> key = crypto::open_key(*file, passphrase);
    if (!key) return fail(key_problem(path, key.error()));
    return std::move(*key);
}

Outcome<crypto::SecretText> read_passphrase_file(const std::string& path) {
    Outcome<Bytes> file = read_file(path, 4 * crypto::SecretText::size_max);
    if (!file) return fail(file.error());
    const std::string_view text = as_text(*file);
    std::string_view line = text.substr(0, text.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool fits = !line.empty() && line.size() <= crypto::SecretText::size_max;
    crypto::SecretText passphrase{fits ? line : std::string_view{}};
    crypto::wipe(*file);
    if (fits) return passphrase;
    return fail(Problem{.code = code::passphrase_needed,
                        .title = "the first line of '" + path + "' is no passphrase",
                        .detail = "it is empty, or longer than 1,024 bytes",
                        .hint = {"write the passphrase into the file's first line"},
                        .status = 400});
}

}  // namespace datadeed::client
