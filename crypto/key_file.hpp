#pragma once
/// The key file as text: who may read it, and what its lines say. For this folder, and for TLS
/// keys, which are read under the same rule.

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/key_store.hpp"

namespace crypto {

inline constexpr std::array kStorageUses{KeyUse::card_index, KeyUse::card_seal, KeyUse::password};
inline constexpr std::size_t kStationKeySize = 16;
inline constexpr std::size_t kStorageKeySize = 32;
/// 65,536 bytes hold some 900 keys; a larger file is none of ours.
inline constexpr std::size_t kMaxKeyFileSize = 65'536;

/// As in KeyUse: `pin`, …, `password`.
std::string_view to_text(KeyUse use);

/// A file's content; wiped when destroyed.
struct SecretText {
  explicit SecretText(std::filesystem::path from, std::size_t capacity)
      : file(std::move(from)), bytes(capacity) {}
  ~SecretText();
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  SecretText(SecretText&&) noexcept = default;
  SecretText& operator=(SecretText&&) = delete;

  std::filesystem::path file;
  std::vector<char> bytes;
};

enum class KeyFileAccess : std::uint8_t {
  owner_only,  ///< refused when others than its owner can read it, or it is somebody else's
  published,   ///< may be readable by all
};

/// Throws std::runtime_error.
SecretText read_key_file(const std::filesystem::path& file, KeyFileAccess access);

struct KeyLine {
  std::size_t number = 0;        ///< from 1
  std::string_view text;         ///< without comment
  std::string_view station;      ///< empty in a storage line
  std::uint16_t storage_id = 0;  ///< 0 in a station line
  KeyUse use = KeyUse::pin;
  Key key;
};

/// Calls `take` for each line with a key. Throws std::runtime_error at a line that is none.
void parse_key_file(const SecretText& text, const std::function<void(const KeyLine&)>& take);

/// File, line number and what is wrong; no content.
std::runtime_error bad_key_line(const std::filesystem::path& file, std::size_t line,
                                const std::string& what);

/// Writes `text` to a new file of mode 0600 that is on disk, under its name, when this returns.
/// Throws std::runtime_error, also where the file is there already.
void write_key_file(const std::filesystem::path& file, std::string_view text);

}  // namespace crypto
