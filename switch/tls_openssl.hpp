#pragma once
/// Owners of OpenSSL's objects, and what both TLS files ask of a certificate; for them only.

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace core {

template <class T, void (*free)(T*)>
struct OpensslFreer {
  void operator()(T* what) const { free(what); }
};
template <class T, void (*free)(T*)>
using OpensslPointer = std::unique_ptr<T, OpensslFreer<T, free>>;

/// In hexadecimal.
inline std::string serial_of(const X509* certificate) {
  const OpensslPointer<BIGNUM, BN_free> number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  char* const text = number ? BN_bn2hex(number.get()) : nullptr;
  std::string serial = text == nullptr ? "" : text;
  OPENSSL_free(text);
  return serial;
}

}  // namespace core
