#pragma once
/// Station keys for the other end of the wire: read from a published set, as the demo world's.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "crypto/key_store.hpp"

namespace tools {

/// Lines `station NAME USE HEX`; `#` begins a comment. All other keys are none of a terminal's
/// business and are passed over.
class StationKeys {
 public:
  /// Throws UsageError with the line's number, never with its content.
  static StationKeys load(const std::filesystem::path& file);
  /// The keys in this file stand for those of the same station and use; one that is not there has
  /// none. Throws as load() does.
  void load_over(const std::filesystem::path& file);
  /// Takes a key that the switch gave, and keeps it in `file` for load_over(), mode 0600.
  void put(std::string_view station, crypto::KeyUse use, crypto::Key key,
           const std::filesystem::path& file);

  /// The station's key for this use, or nullptr.
  const crypto::Key* find(std::string_view station, crypto::KeyUse use) const;
  /// The same; throws UsageError where there is none.
  const crypto::Key& require(std::string_view station, crypto::KeyUse use) const;

 private:
  std::map<std::pair<std::string, crypto::KeyUse>, crypto::Key, std::less<>> keys_;
};

}  // namespace tools
