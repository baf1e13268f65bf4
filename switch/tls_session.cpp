#include "switch/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "switch/tls_openssl.hpp"

namespace core {
namespace {

using Names = OpensslPointer<GENERAL_NAMES, GENERAL_NAMES_free>;

std::string lower_case(const ASN1_STRING* text) {
  unsigned char* bytes = nullptr;
  const int size = ASN1_STRING_to_UTF8(&bytes, text);
  if (size < 0) return {};
  std::string result(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

TlsRefusal refusal_of_certificate(long verdict) {
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return TlsRefusal::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TlsRefusal::not_yet_valid;
    case X509_V_ERR_CERT_REVOKED:
      return TlsRefusal::revoked;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return TlsRefusal::unknown_authority;
    default:
      return TlsRefusal::unfit;
  }
}

TlsRefusal refusal_of_error(int reason) {
  switch (reason) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return TlsRefusal::no_certificate;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return TlsRefusal::old_protocol;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return TlsRefusal::not_tls;
    case SSL_R_NO_SHARED_CIPHER:
      return TlsRefusal::no_common_cipher;
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
      return TlsRefusal::distrusted;
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return TlsRefusal::broken_off;
    default:
      return TlsRefusal::other;
  }
}

}  // namespace

void TlsSession::Freer::operator()(ssl_st* session) const { SSL_free(session); }

TlsOutcome TlsSession::shake_hands() {
  ERR_clear_error();
  const int result = SSL_accept(ssl_.get());
  if (result == 1) return TlsOutcome::done;
  const TlsOutcome outcome = outcome_of(result);
  if (outcome == TlsOutcome::wants_read || outcome == TlsOutcome::wants_write) return outcome;
  const unsigned long error = ERR_peek_error();
  const int reason = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;
  if (error == 0) {
    refusal_ = TlsRefusal::broken_off;
  } else if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    const long verdict = SSL_get_verify_result(ssl_.get());
    refusal_ = refusal_of_certificate(verdict);
    refusal_detail_ = X509_verify_cert_error_string(verdict);
  } else {
    refusal_ = refusal_of_error(reason);
    if (const char* words = ERR_reason_error_string(error)) refusal_detail_ = words;
  }
  return TlsOutcome::lost;
}

std::vector<std::string> TlsSession::peer_names() const {
  std::vector<std::string> names;
  X509* const peer = SSL_get0_peer_certificate(ssl_.get());
  if (peer == nullptr) return names;
  const Names alternatives(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(peer, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; alternatives && i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(alternatives.get(), i);
    if (name->type == GEN_DNS) names.push_back(lower_case(name->d.dNSName));
  }
  if (!names.empty()) return names;
  const X509_NAME* const subject = X509_get_subject_name(peer);
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;)
    names.push_back(lower_case(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  return names;
}

std::string TlsSession::peer_serial() const {
  const X509* const peer = SSL_get0_peer_certificate(ssl_.get());
  return peer == nullptr ? std::string() : serial_of(peer);
}

std::string_view TlsSession::version() const { return SSL_get_version(ssl_.get()); }

TlsProgress TlsSession::read(base::ByteSpan space) {
  if (is_lost_) return {TlsOutcome::lost, 0};
  TlsProgress progress;
  while (progress.size < space.size() && progress.outcome == TlsOutcome::done) {
    ERR_clear_error();
    std::size_t size = 0;
    const int result =
        SSL_read_ex(ssl_.get(), space.data() + progress.size, space.size() - progress.size, &size);
    progress.size += size;
    if (result != 1) progress.outcome = outcome_of(result);
  }
  // What came goes first; an end or a loss is found again, and has_unread() says so.
  if (progress.size != 0) progress.outcome = TlsOutcome::done;
  return progress;
}

bool TlsSession::has_unread() const {
  return is_lost_ || SSL_pending(ssl_.get()) > 0 ||
         (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

TlsProgress TlsSession::write(base::ByteView bytes) {
  if (is_lost_) return {TlsOutcome::lost, 0};
  ERR_clear_error();
  TlsProgress progress;
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &progress.size);
  if (result != 1) progress.outcome = outcome_of(result);
  return progress;
}

void TlsSession::send_close() {
  if (is_lost_ || !SSL_is_init_finished(ssl_.get())) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

TlsOutcome TlsSession::outcome_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return TlsOutcome::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return TlsOutcome::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return TlsOutcome::ended;
    default:
      is_lost_ = true;
      return TlsOutcome::lost;
  }
}

}  // namespace core
