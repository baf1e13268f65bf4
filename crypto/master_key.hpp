#pragma once
/// The master key: what the keys in the key file are wrapped under. It lies in a file of its own or
/// is handed over by systemd, so that whoever copies the data folder has no key.

#include <filesystem>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "crypto/key_store.hpp"

namespace crypto {

/// Where the master key comes from.
struct MasterKeySource {
  std::filesystem::path file;
  bool is_credential = false;  ///< systemd made the file, gave it its mode, and owns it
};

/// `credential:NAME` is NAME among this process's systemd credentials, everything else a file,
/// relative to `folder`. Throws std::runtime_error where there are no credentials.
MasterKeySource find_master_key(std::string_view text, const std::filesystem::path& folder);

/// One key a line, 64 hexadecimal digits (AES-256); `#` begins a comment. The first one wraps; the
/// others are only read with, so that a change of the master key may be interrupted at any point.
class MasterKeys {
 public:
  explicit MasterKeys(Key key) : keys_{std::move(key)} {}

  /// Throws std::runtime_error as a key file's reader does.
  static MasterKeys load(const MasterKeySource& source);
  /// A file with one fresh key (mode 0600). Throws where there is one already.
  static void create(const std::filesystem::path& file, base::RandomSource& random);
  /// Puts a fresh key in front of those in the file.
  static MasterKeys put_in_front(const MasterKeySource& source, base::RandomSource& random);
  /// Leaves only the first key in the file.
  void keep_first(const std::filesystem::path& file) const;

  const Key& first() const { return keys_.front(); }
  const std::vector<Key>& all() const { return keys_; }

 private:
  MasterKeys() = default;
  std::vector<Key> keys_;
};

}  // namespace crypto
