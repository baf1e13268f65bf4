#pragma once
/// The key file as text: who may read it, and what its lines say. For this folder, and for TLS
/// keys, which are read under the same rule.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/key_store.hpp"

namespace crypto {

inline constexpr std::size_t kStationKeySize = 16;
inline constexpr std::size_t kNumberedKeySize = 32;  ///< of storage and printer keys
/// More than kMaxKeys of a wrapped file take; a larger file is none of ours.
inline constexpr std::size_t kMaxKeyFileSize = 65'536;

/// A file's content; wiped when destroyed.
struct SecretText {
  explicit SecretText(std::filesystem::path from, std::size_t capacity)
      : file(std::move(from)), bytes(capacity) {}
  ~SecretText();
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  SecretText(SecretText&&) noexcept = default;
  SecretText& operator=(SecretText&&) = delete;

  std::string_view view() const { return {bytes.data(), bytes.size()}; }
  /// For texts that are made: within the capacity that was reserved, so that no copy is left
  /// behind.
  void append(std::string_view more);

  std::filesystem::path file;
  std::vector<char> bytes;
};

enum class KeyFileAccess : std::uint8_t {
  owner_only,  ///< refused when others than its owner can read it, or it is somebody else's
  published,   ///< may be readable by all, or is guarded by who made it
};

/// Throws std::runtime_error.
SecretText read_key_file(const std::filesystem::path& file, KeyFileAccess access);

/// A line of the key file in clear, as the published station keys are, and as key files were before
/// they were wrapped: `station NAME USE HEX` (16 bytes), `storage USE ID HEX` or `printer ID HEX`
/// (32 bytes).
struct KeyLine {
  std::size_t number = 0;    ///< from 1
  std::string_view station;  ///< only in a station's line
  std::uint16_t id = 0;      ///< 0 in a station's line
  KeyUse use = KeyUse::pin;
  Key key;
};

/// Calls `take` with the number and the words of each line that has any; `#` begins a comment.
void for_each_line(const SecretText& text,
                   const std::function<void(std::size_t number,
                                            const std::vector<std::string_view>& words)>& take);

/// Calls `take` for each line with a key. Throws std::runtime_error at a line that is none.
void parse_key_file(const SecretText& text, const std::function<void(const KeyLine&)>& take);

/// How many words at the front of a line that begins with `first` name its key; 0: it holds none.
std::size_t key_name_words(std::string_view first);
/// Reads them, clear or wrapped: whose key it is and what for. Returns what is wrong, or nothing.
std::string parse_key_name(const std::vector<std::string_view>& words, KeyLine& line);
/// A whole number from 1 to `most`, or 0.
std::uint32_t parse_key_number(std::string_view text, std::uint32_t most);
/// The key of this many bytes; nothing when the text is none. Leaves no copy.
std::optional<Key> key_from_hex(std::string_view hex, std::size_t size);

/// File, line number and what is wrong; no content.
std::runtime_error bad_key_line(const std::filesystem::path& file, std::size_t line,
                                const std::string& what);

enum class KeyFileWrite : std::uint8_t {
  make,     ///< refused where there is a file already
  replace,  ///< in one step: whoever reads sees the old file or the new one
};

/// Writes `text` to a file of mode 0600 that is on disk, under its name, when this returns. Throws
/// std::runtime_error.
void write_key_file(const std::filesystem::path& file, std::string_view text, KeyFileWrite how);

}  // namespace crypto
