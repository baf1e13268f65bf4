#include "switch/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <filesystem>
#include <new>
#include <stdexcept>

#include "crypto/key_file.hpp"
#include "switch/tls_openssl.hpp"

namespace core {
namespace {

/// Ephemeral keys and authenticated encryption; all of TLS 1.3 is so.
constexpr char kTls12Ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
/// A station's certificate, two authorities in between, and the one in client-ca.
constexpr int kMaxChain = 3;
/// Bytes of the certificates that a stranger may send.
constexpr long kMaxChainBytes = 32'768;

using Bio = OpensslPointer<BIO, BIO_free_all>;
using PrivateKey = OpensslPointer<EVP_PKEY, EVP_PKEY_free>;
using Crl = OpensslPointer<X509_CRL, X509_CRL_free>;

/// OpenSSL's words for what went wrong last; they have nothing of the file in them.
std::string openssl_words() {
  const char* const words = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return words == nullptr ? "it holds none" : words;
}

class Loader {
 public:
  Loader(const config::TlsListener& listener, SSL_CTX* context, base::TimeUs now)
      : listener_(listener), context_(context), now_(now) {}

  CertificateFacts load() {
    ERR_clear_error();
    set_rules();
    load_certificate();
    load_key();
    load_authorities();
    if (listener_.crl) load_crl(*listener_.crl);
    return facts_;
  }

 private:
  [[noreturn]] void fail(const std::filesystem::path& file, std::string_view what) const {
    throw std::runtime_error(
        fmt::format("listener {}: {}: {}", listener_.name, file.string(), what));
  }

  void set_rules() {
    SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    SSL_CTX_set_security_level(context_, 2);  // RSA from 2,048 bits, no SHA-1
    if (SSL_CTX_set_cipher_list(context_, kTls12Ciphers) != 1)
      throw std::runtime_error("OpenSSL knows none of the TLS 1.2 ciphers that are allowed");
    SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                      SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_num_tickets(context_, 0);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Else a peer that sends key updates without end would keep one read busy with them.
    SSL_CTX_clear_mode(context_, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_verify_depth(context_, kMaxChain);
    SSL_CTX_set_max_cert_list(context_, kMaxChainBytes);
    // A key under a passphrase is refused; by default OpenSSL would ask for it at the terminal.
    SSL_CTX_set_default_passwd_cb(context_, no_passphrase);
  }

  void load_certificate() {
    const auto& file = listener_.certificate;
    if (SSL_CTX_use_certificate_chain_file(context_, file.c_str()) != 1)
      fail(file, fmt::format("no certificate can be read from it ({}); it must be a PEM file with "
                             "the switch's certificate first",
                             openssl_words()));
    const X509* const own = SSL_CTX_get0_certificate(context_);
    facts_ = {subject_of(own), serial_of(own), time_of(X509_get0_notBefore(own)),
              time_of(X509_get0_notAfter(own))};
    if (now_ >= facts_.valid_until_us)
      fail(file, fmt::format("the certificate expired on {}; get a new one from your authority",
                             base::iso_seoul(facts_.valid_until_us)));
    if (now_ < facts_.valid_from_us)
      fail(file, fmt::format("the certificate is not valid before {}; look at the machine's clock",
                             base::iso_seoul(facts_.valid_from_us)));
  }

  void load_key() {
    const auto& file = listener_.key;
    const crypto::SecretText text = read_secret(file);
    const Bio bio(BIO_new_mem_buf(text.bytes.data(), static_cast<int>(text.bytes.size())));
    const PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    if (!key)
      fail(file, "no private key can be read from it; it must be a PEM file without a passphrase");
    if (SSL_CTX_use_PrivateKey(context_, key.get()) != 1 ||
        SSL_CTX_check_private_key(context_) != 1)
      fail(file, fmt::format("it is not the key of the certificate in {}",
                             listener_.certificate.string()));
  }

  crypto::SecretText read_secret(const std::filesystem::path& file) const {
    try {
      return crypto::read_key_file(file, crypto::KeyFileAccess::owner_only);
    } catch (const std::exception& failure) {
      throw std::runtime_error(fmt::format("listener {}: {}", listener_.name, failure.what()));
    }
  }

  void load_authorities() {
    const auto& file = listener_.client_ca;
    STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(file.c_str());
    if (names == nullptr || SSL_CTX_load_verify_file(context_, file.c_str()) != 1)
      fail(file, fmt::format("no certificate can be read from it ({}); it must be a PEM file with "
                             "the authorities that issue the stations' certificates",
                             openssl_words()));
    SSL_CTX_set_client_CA_list(context_, names);  // told to who connects; takes them over
  }

  void load_crl(const std::filesystem::path& file) {
    const Bio bio(BIO_new_file(file.c_str(), "r"));
    X509_STORE* const store = SSL_CTX_get_cert_store(context_);
    int lists = 0;
    while (const Crl crl{bio ? PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr)
                             : nullptr}) {
      const ASN1_TIME* const until = X509_CRL_get0_nextUpdate(crl.get());
      if (until != nullptr && now_ >= time_of(until))
        fail(file, fmt::format("a list of revoked certificates was to be replaced by {}; get the "
                               "new one from your authority, since with this one nobody is let in",
                               base::iso_seoul(time_of(until))));
      X509_STORE_add_crl(store, crl.get());
      ++lists;
    }
    if (lists == 0)
      fail(file, "no list of revoked certificates can be read from it; it must be a PEM file");
    ERR_clear_error();  // that of the end of the file
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
  }

  static int no_passphrase(char*, int, int, void*) { return 0; }

  static std::string subject_of(const X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    if (!bio) throw std::bad_alloc();
    X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
  }

  static base::TimeUs time_of(const ASN1_TIME* time) {
    std::tm utc{};
    if (ASN1_TIME_to_tm(time, &utc) != 1) return 0;
    return static_cast<base::TimeUs>(::timegm(&utc)) * base::kMicrosPerSecond;
  }

  const config::TlsListener& listener_;
  SSL_CTX* const context_;
  const base::TimeUs now_;
  CertificateFacts facts_;
};

}  // namespace

void TlsContext::Freer::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsContext::TlsContext(const config::TlsListener& listener, base::TimeUs now)
    : context_(SSL_CTX_new(TLS_server_method())) {
  if (!context_) throw std::bad_alloc();
  certificate_ = Loader(listener, context_.get(), now).load();
}

TlsSession TlsContext::session(int socket) const {
  SSL* const session = SSL_new(context_.get());
  if (session == nullptr || SSL_set_fd(session, socket) != 1) {
    SSL_free(session);
    throw std::bad_alloc();
  }
  return TlsSession(session);
}

}  // namespace core
