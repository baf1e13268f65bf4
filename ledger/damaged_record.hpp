#pragma once
/// What a read throws when the stored bytes are not what was written.

#include <stdexcept>
#include <string>
#include <string_view>

#include "ledger/tables.hpp"

namespace ledger {

/// A record whose checksum is wrong or that the engine cannot reach. Whoever is reading for a
/// message must not approve it: the transaction is dropped and declined.
class DamagedRecord : public std::runtime_error {
 public:
  /// Names table and key (in hexadecimal) in its text; `why` is a short clause.
  DamagedRecord(Table table, std::string_view key, std::string_view why);

  Table table() const { return table_; }
  const std::string& key_hex() const { return key_hex_; }

 private:
  Table table_;
  std::string key_hex_;
};

}  // namespace ledger
