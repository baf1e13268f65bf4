// The key file as it is kept: every key wrapped under the master key, the whole under one HMAC.
//
//   wrapped 1 <check value of the master key>
//   station NAME USE GENERATION SINCE <48 hexadecimal digits>
//   storage USE ID SINCE <80 hexadecimal digits>
//   printer ID SINCE <80 hexadecimal digits>
//   authentic <64 hexadecimal digits>

#include <openssl/hmac.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "crypto/key_file.hpp"
#include "crypto/key_wrap.hpp"
#include "crypto/master_key.hpp"
#include "crypto/openssl.hpp"

namespace crypto {
namespace {

constexpr std::string_view kVersion = "1";
constexpr std::string_view kAuthentic = "authentic ";
/// Lines of at most 120 bytes, comments and the last line fit in a key file.
constexpr std::size_t kMaxKeys = 500;

using Digest = std::array<std::uint8_t, 32>;

Digest hmac(base::ByteView key, std::string_view text) {
  Digest digest;
  unsigned size = 0;
  require(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), base::as_bytes(text).data(),
               text.size(), digest.data(), &size) != nullptr &&
              size == digest.size(),
          "HMAC-SHA-256");
  return digest;
}

/// What no one can make who does not have the master key; under a key of its own, so that the
/// master key itself only wraps.
Digest authentication(const Key& master, std::string_view text) {
  Digest key = hmac(master.bytes(), "CyberPass key file, authentication");
  const Wiper wipe(key.data(), key.size());
  return hmac(key, text);
}

/// The key that wrapped this file, by the check value in its first line.
const Key& master_of(const SecretText& text, const MasterKeys& master) {
  const Key* found = nullptr;
  bool first = true;
  for_each_line(text, [&](std::size_t number, const std::vector<std::string_view>& words) {
    if (!std::exchange(first, false)) return;
    if (words.size() != 3 || words[0] != "wrapped" || words[1] != kVersion)
      throw bad_key_line(text.file, number,
                         "no key file that this program knows; it begins with `wrapped 1`");
    for (const Key& key : master.all())
      if (as_text(check_value(key, KeyAlgorithm::aes)) == words[2]) found = &key;
    if (found == nullptr)
      throw std::runtime_error(
          text.file.string() + ": is wrapped under the master key with check value " +
          std::string(words[2]) + ", the master key at hand has " +
          std::string(as_text(check_value(master.first(), KeyAlgorithm::aes))) +
          "; bring back the master key that belongs to it");
  });
  if (found == nullptr) throw std::runtime_error(text.file.string() + ": is empty");
  return *found;
}

/// What comes before the last line, which must be right.
void check_authentic(const SecretText& text, const Key& master) {
  const std::string_view all = text.view();
  const std::size_t at = all.rfind(kAuthentic);
  const bool has_line = at != all.npos && (at == 0 || all[at - 1] == '\n') && all.ends_with('\n');
  if (has_line) {
    std::string_view hex = all.substr(at + kAuthentic.size());
    hex.remove_suffix(1);
    const auto given = base::from_hex(hex);
    const Digest right = authentication(master, all.substr(0, at));
    if (given && given->size() == right.size() &&
        CRYPTO_memcmp(given->data(), right.data(), right.size()) == 0)
      return;
  }
  throw std::runtime_error(text.file.string() +
                           ": was altered, or cut short, by something else than this program; "
                           "bring back a copy of it");
}

/// Of `station NAME USE GENERATION SINCE HEX`, `storage USE ID SINCE HEX`, `printer ID SINCE HEX`.
struct WrappedLine : KeyLine {
  std::uint32_t generation = 1;
  base::TimeUs since_us = 0;
};

WrappedLine read_line(const SecretText& text, std::size_t number,
                      const std::vector<std::string_view>& words, const Key& master) {
  const bool station = words[0] == "station";
  if (words.size() != key_name_words(words[0]) + (station ? 3 : 2))
    throw bad_key_line(text.file, number, "not of the form of a key's line");
  WrappedLine line;
  if (const std::string wrong = parse_key_name(words, line); !wrong.empty())
    throw bad_key_line(text.file, number, wrong);
  if (station) line.generation = parse_key_number(words[3], UINT32_MAX);
  const std::string_view since = words[words.size() - 2];
  std::int64_t seconds = 0;
  const auto [at, error] = std::from_chars(since.data(), since.data() + since.size(), seconds);
  const std::size_t size = station ? kStationKeySize : kNumberedKeySize;
  const auto wrapped = base::from_hex(words.back());
  auto key = wrapped ? unwrap_key(master, *wrapped) : std::nullopt;
  if (!key || key->bytes().size() != size || line.generation == 0 || error != std::errc() ||
      at != since.data() + since.size())
    throw bad_key_line(text.file, number, "its key cannot be unwrapped");
  line.since_us = seconds * base::kMicrosPerSecond;
  line.key = std::move(*key);
  return line;
}

void write_file(const FileKeyStore& store, const std::filesystem::path& file,
                const MasterKeys& master, KeyFileWrite how) {
  const Key& key = master.first();
  if (store.station_keys().size() + store.storage_keys().size() > kMaxKeys)
    throw std::runtime_error(file.string() + ": a key file holds at most " +
                             std::to_string(kMaxKeys) + " keys");
  std::string text =
      "# Keys of this switch, wrapped under its master key; cpctl key changes them. Without this\n"
      "# file and the master key the data cannot be read: keep copies of both, in two places.\n"
      "wrapped " +
      std::string(kVersion) + " " + std::string(as_text(check_value(key, KeyAlgorithm::aes))) +
      "\n";
  const auto end_line = [&](base::TimeUs since_us, const Key& of) {
    text.append(" ").append(std::to_string(since_us / base::kMicrosPerSecond));
    text.append(" ").append(base::to_hex(wrap_key(key, of))).append("\n");
  };
  for (const auto& [name, each] : store.station_keys()) {
    text.append("station ").append(name.first).append(" ").append(to_text(name.second));
    text.append(" ").append(std::to_string(each.generation));
    end_line(each.since_us, each.key);
  }
  for (const auto& [name, each] : store.storage_keys()) {
    if (is_storage_use(name.first)) text.append("storage ");
    text.append(to_text(name.first)).append(" ").append(std::to_string(name.second));
    end_line(each.since_us, each.key);
  }
  const Digest digest = authentication(key, text);
  text.append(kAuthentic).append(base::to_hex(digest)).append("\n");
  write_key_file(file, text, how);
}

}  // namespace

bool FileKeyStore::is_wrapped(const std::filesystem::path& file) {
  const SecretText text = read_key_file(file, KeyFileAccess::owner_only);
  std::string_view first;
  for_each_line(text, [&](std::size_t, const std::vector<std::string_view>& words) {
    if (first.empty()) first = words[0];
  });
  return first == "wrapped";
}

std::unique_ptr<FileKeyStore> FileKeyStore::load(const std::filesystem::path& file,
                                                 const MasterKeys& master) {
  const SecretText text = read_key_file(file, KeyFileAccess::owner_only);
  const Key& key = master_of(text, master);
  check_authentic(text, key);
  auto store = std::make_unique<FileKeyStore>();
  for_each_line(text, [&](std::size_t number, const std::vector<std::string_view>& words) {
    if (key_name_words(words[0]) == 0) return;
    const WrappedLine line = read_line(text, number, words, key);
    if (line.id == 0)
      store->station_keys_[{std::string(line.station), line.use}] = {line.key, line.generation,
                                                                     line.since_us};
    else
      store->storage_keys_[{line.use, line.id}] = {line.key, line.since_us};
  });
  return store;
}

void FileKeyStore::create(const std::filesystem::path& file, const MasterKeys& master) const {
  write_file(*this, file, master, KeyFileWrite::make);
}

void FileKeyStore::replace(const std::filesystem::path& file, const MasterKeys& master) const {
  write_file(*this, file, master, KeyFileWrite::replace);
}

}  // namespace crypto
