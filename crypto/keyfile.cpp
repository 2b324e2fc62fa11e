#include "crypto/keyfile.h"

#include <sodium.h>

#include "base/assert.h"
#include "base/fields.h"
#include "crypto/init.h"
#include "crypto/random.h"

namespace datadeed::crypto {
namespace {

constexpr std::string_view version = "datadeed/key/1";
constexpr std::size_t seed_size = 32;
constexpr std::size_t sealed_size = seed_size + crypto_aead_xchacha20poly1305_ietf_ABYTES;

struct Header {
    std::string version{};
    std::uint64_t operations{};
    std::uint64_t memory_bytes{};
    ByteArray<crypto_pwhash_SALTBYTES> salt{};
    ByteArray<crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> nonce{};
    PublicKey public_key{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("version", self.version, Limit{64});
        visit("operations", self.operations);
        visit("memory_bytes", self.memory_bytes);
        visit("salt", self.salt);
        visit("nonce", self.nonce);
        visit("public_key", self.public_key);
    }
};

struct File {
    Bytes header{};
    ByteArray<sealed_size> sealed{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("header", self.header, Limit{keyfile_size_max});
        visit("sealed", self.sealed);
    }
};

struct Parsed {
    Header header{};
    File file{};
};

Result<Parsed, Error> parse(ByteView bytes) {
    if (bytes.size() > keyfile_size_max) return fail(Error::keyfile_must_be_well_formed);
    Result<File, cbor::DecodeError> file = decode<File>(bytes);
    if (!file) return fail(Error::keyfile_must_be_well_formed);
    Result<Header, cbor::DecodeError> header = decode<Header>(file->header);
    if (!header) return fail(Error::keyfile_must_be_well_formed);
    if (header->version != version) return fail(Error::keyfile_version_must_be_known);
    return Parsed{.header = std::move(*header), .file = std::move(*file)};
}

bool is_within(const KdfCost& cost, const KdfCost& most) {
    constexpr KdfCost least = KdfCost::least();
    return cost.operations >= least.operations && cost.operations <= most.operations &&
           cost.memory_bytes >= least.memory_bytes && cost.memory_bytes <= most.memory_bytes;
}

// The key that the passphrase gives. Fails only when the memory can't be had.
Result<SecretBytes, Error> derive(const SecretText& passphrase, const Header& header) {
    init();
    SecretBytes key{crypto_aead_xchacha20poly1305_ietf_KEYBYTES};
    const std::string_view text = passphrase.view();
    if (crypto_pwhash(key.bytes().data(), key.size(), text.data(), text.size(), header.salt.data(), header.operations,
                      static_cast<std::size_t>(header.memory_bytes), crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return fail(Error::keyfile_cost_must_fit_in_memory);
    }
    return key;
}

}  // namespace

Result<Bytes, Error> seal_key(const SecretKey& key, const SecretText& passphrase, const KdfCost& cost) {
    DATADEED_ASSERT(is_within(cost, KdfCost::most()));
    Header header{.version = std::string{version},
                  .operations = cost.operations,
                  .memory_bytes = cost.memory_bytes,
                  .salt = random_array<crypto_pwhash_SALTBYTES>(),
                  .nonce = random_array<crypto_aead_xchacha20poly1305_ietf_NPUBBYTES>(),
                  .public_key = key.public_key()};
    const Result<SecretBytes, Error> sealing_key = derive(passphrase, header);
    if (!sealing_key) return fail(sealing_key.error());

    File file{.header = encode(header)};
    const std::span<const std::uint8_t, seed_size> seed = key.seed();
    DATADEED_ASSERT(crypto_aead_xchacha20poly1305_ietf_encrypt(file.sealed.data(), nullptr, seed.data(), seed.size(),
                                                               file.header.data(), file.header.size(), nullptr,
                                                               header.nonce.data(), sealing_key->bytes().data()) == 0);
    return encode(file);
}

Result<SecretKey, Error> open_key(ByteView bytes, const SecretText& passphrase, const KdfCost& most) {
    const Result<Parsed, Error> parsed = parse(bytes);
    if (!parsed) return fail(parsed.error());
    const Header& header = parsed->header;
    const File& file = parsed->file;
    // Before any work: the numbers are a stranger's until the seal is checked.
    if (!is_within({.operations = header.operations, .memory_bytes = header.memory_bytes}, most)) {
        return fail(Error::keyfile_cost_must_be_within_bounds);
    }
    const Result<SecretBytes, Error> sealing_key = derive(passphrase, header);
    if (!sealing_key) return fail(sealing_key.error());

    SecretBytes seed{seed_size};
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(seed.bytes().data(), nullptr, nullptr, file.sealed.data(),
                                                   file.sealed.size(), file.header.data(), file.header.size(),
                                                   header.nonce.data(), sealing_key->bytes().data()) != 0) {
        return fail(Error::keyfile_must_open_with_the_passphrase);
    }
    SecretKey key = SecretKey::from_seed(std::as_const(seed).bytes().first<seed_size>());
    if (key.public_key() != header.public_key) return fail(Error::keyfile_must_hold_the_key_it_names);
    return key;
}

Result<PublicKey, Error> public_key_of(ByteView bytes) {
    const Result<Parsed, Error> parsed = parse(bytes);
    if (!parsed) return fail(parsed.error());
    return parsed->header.public_key;
}

}  // namespace datadeed::crypto
