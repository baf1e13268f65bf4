#pragma once
/// TLS as a station speaks it: over a connected, blocking socket, with a certificate of its own.

#include <filesystem>
#include <memory>
#include <string>

#include "base/bytes.hpp"

struct ssl_st;

namespace tools {

/// Who connects and whom it believes; PEM files.
struct TlsIdentity {
  std::filesystem::path authority;    ///< that issued the switch's certificate
  std::filesystem::path certificate;  ///< the station's
  std::filesystem::path key;
};

class TlsClient {
 public:
  /// Shakes hands; `name` is the station's, for the sentences. Throws LinkError, also where the
  /// switch's certificate is not one of a TLS server that the authority has issued.
  TlsClient(int socket, const TlsIdentity& identity, std::string name);

  /// All of it. Throws LinkError.
  void write(base::ByteView bytes);
  /// At least one byte, waiting for it; 0 when the switch closed. Throws LinkError.
  std::size_t read(base::ByteSpan space);
  /// read() has something that the socket will not announce.
  bool has_unread() const;

 private:
  struct Freer {
    void operator()(ssl_st* session) const;
  };
  std::unique_ptr<ssl_st, Freer> ssl_;
  std::string name_;
};

}  // namespace tools
