#include "tools/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <csignal>

#include "tools/link.hpp"

namespace tools {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

[[noreturn]] void fail(const std::string& what) {
  const char* const words = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  throw LinkError(what + (words == nullptr ? "" : std::string(" (") + words + ")"));
}

}  // namespace

void TlsClient::Freer::operator()(ssl_st* session) const { SSL_free(session); }

TlsClient::TlsClient(int socket, const TlsIdentity& identity, std::string name)
    : name_(std::move(name)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to a socket that may be closed
  ERR_clear_error();
  const std::unique_ptr<SSL_CTX, FreeContext> context(SSL_CTX_new(TLS_client_method()));
  if (!context) fail("OpenSSL cannot speak TLS");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_file(context.get(), identity.authority.c_str()) != 1)
    fail(identity.authority.string() + ": no authority's certificate can be read from it");
  if (SSL_CTX_use_certificate_chain_file(context.get(), identity.certificate.c_str()) != 1)
    fail(identity.certificate.string() + ": no certificate can be read from it");
  if (SSL_CTX_use_PrivateKey_file(context.get(), identity.key.c_str(), SSL_FILETYPE_PEM) != 1)
    fail(identity.key.string() + ": it is no key of " + identity.certificate.string());
  ssl_.reset(SSL_new(context.get()));
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket) != 1) fail("OpenSSL cannot speak TLS");
  if (SSL_connect(ssl_.get()) != 1) fail(name_ + ": no TLS with the switch");
}

void TlsClient::write(base::ByteView bytes) {
  ERR_clear_error();
  std::size_t size = 0;  // all of it: the socket waits
  if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size) != 1)
    fail(name_ + ": cannot send");
}

std::size_t TlsClient::read(base::ByteSpan space) {
  ERR_clear_error();
  std::size_t size = 0;
  const int result = SSL_read_ex(ssl_.get(), space.data(), space.size(), &size);
  if (result == 1 || SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN) return size;
  fail(name_ +
       ": the switch did not let this station in, or the connection was lost; its log says "
       "which");
}

bool TlsClient::has_unread() const { return SSL_pending(ssl_.get()) > 0; }

}  // namespace tools
