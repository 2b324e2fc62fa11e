#include "node/net/identity.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace datadeed::net {
namespace {

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, Free>;
using CertificateHandle = std::unique_ptr<X509, Free>;

// The certificate of a link key is a few hundred bytes; so much is read from a stranger, no more.
constexpr long certificate_bytes_max = 4096;

int verdict_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

std::optional<crypto::PublicKey> key_of(X509* certificate) {
    EVP_PKEY* const key = certificate == nullptr ? nullptr : X509_get0_pubkey(certificate);
    if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) return std::nullopt;
    ByteArray<32> bytes{};
    std::size_t size = bytes.size();
    if (EVP_PKEY_get_raw_public_key(key, bytes.data(), &size) != 1 || size != bytes.size()) return std::nullopt;
    return crypto::PublicKey{bytes};
}

// Called by OpenSSL in place of its chain verification; 1 lets the handshake go on.
int verify_certificate(X509_STORE_CTX* store, void*) {
    const auto* const connection =
        static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const auto* const verdict =
        connection == nullptr ? nullptr : static_cast<const KeyVerdict*>(SSL_get_ex_data(connection, verdict_index()));
    const std::optional<crypto::PublicKey> key = key_of(X509_STORE_CTX_get0_cert(store));
    if (verdict != nullptr && key && (*verdict)(*key)) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

KeyHandle make_key(const crypto::SecretKey& link_key) {
    const std::span<const std::uint8_t, 32> seed = link_key.seed();
    return KeyHandle{EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size())};
}

// Nobody looks at name, number or period; they are there because the format has them.
CertificateHandle make_certificate(EVP_PKEY* key) {
    CertificateHandle certificate{X509_new()};
    if (!certificate) return nullptr;
    X509* const x = certificate.get();
    static constexpr unsigned char name[] = "datadeed link";
    const bool made = X509_set_version(x, X509_VERSION_3) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
                      ASN1_TIME_set_string(X509_getm_notBefore(x), "20200101000000Z") == 1 &&
                      ASN1_TIME_set_string(X509_getm_notAfter(x), "99991231235959Z") == 1 &&
                      X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, name, -1, -1, 0) == 1 &&
                      X509_set_issuer_name(x, X509_get_subject_name(x)) == 1 && X509_set_pubkey(x, key) == 1 &&
                      X509_sign(x, key, nullptr) != 0;
    return made ? std::move(certificate) : nullptr;
}

bool configure(SSL_CTX* context, EVP_PKEY* key, X509* certificate) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(context, verify_certificate, nullptr);
    SSL_CTX_set_max_cert_list(context, certificate_bytes_max);
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") == 1 &&
           SSL_CTX_set1_groups_list(context, "X25519") == 1 && SSL_CTX_set1_sigalgs_list(context, "ed25519") == 1 &&
           SSL_CTX_set_num_tickets(context, 0) == 1 && SSL_CTX_set_max_early_data(context, 0) == 1 &&
           SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1;
}

}  // namespace

Result<boost::asio::ssl::context, Failure> make_tls_context(const crypto::SecretKey& link_key) {
    const auto failed = [] {
        return fail(
            Failure{.error = Error::link_key_must_make_a_certificate, .detail = "OpenSSL refused the link key"});
    };
    const KeyHandle key = make_key(link_key);
    if (!key) return failed();
    const CertificateHandle certificate = make_certificate(key.get());
    if (!certificate) return failed();
    boost::asio::ssl::context context{boost::asio::ssl::context::tlsv13};
    if (!configure(context.native_handle(), key.get(), certificate.get())) return failed();
    return context;
}

void set_verdict(SSL* connection, KeyVerdict* verdict) {
    SSL_set_ex_data(connection, verdict_index(), verdict);
}

void renew_sending_key(SSL* connection) {
    SSL_key_update(connection, SSL_KEY_UPDATE_NOT_REQUESTED);
}

}  // namespace datadeed::net
