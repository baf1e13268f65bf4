#include "crypto/master_key.hpp"

#include <cstdlib>
#include <span>
#include <stdexcept>

#include "crypto/key_file.hpp"
#include "crypto/key_wrap.hpp"
#include "crypto/openssl.hpp"

namespace crypto {
namespace {

constexpr std::string_view kCredential = "credential:";

void write_keys(const std::filesystem::path& file, std::span<const Key> keys, KeyFileWrite how) {
  SecretText text(file, 0);
  text.bytes.reserve(kMaxKeyFileSize);  // never moved, so that wiping it wipes all of it
  text.append(
      "# Master key of this switch's key file. Keep a copy in a safe place, and never beside a\n"
      "# copy of the data: together they are all that a thief needs.\n");
  for (const Key& key : keys) {
    std::string hex = base::to_hex(key.bytes());
    const Wiper wipe(hex.data(), hex.size());
    text.append(hex);
    text.append("\n");
  }
  write_key_file(file, text.view(), how);
}

}  // namespace

MasterKeySource find_master_key(std::string_view text, const std::filesystem::path& folder) {
  if (!text.starts_with(kCredential)) return {folder / text, false};
  const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
  if (credentials == nullptr)
    throw std::runtime_error("the master key is to be the systemd credential " +
                             std::string(text.substr(kCredential.size())) +
                             ", but this process was given none; start it as a service with "
                             "LoadCredential= or LoadCredentialEncrypted=");
  return {std::filesystem::path(credentials) / text.substr(kCredential.size()), true};
}

MasterKeys MasterKeys::load(const MasterKeySource& source) {
  if (!std::filesystem::exists(source.file))
    throw std::runtime_error("there is no master key " + source.file.string() +
                             "; bring back the one that the keys are wrapped under, or make a "
                             "first one with `(umask 077; openssl rand -hex 32 > " +
                             source.file.string() + ")`");
  const SecretText text = read_key_file(
      source.file, source.is_credential ? KeyFileAccess::published : KeyFileAccess::owner_only);
  MasterKeys keys;
  for_each_line(text, [&](std::size_t number, const std::vector<std::string_view>& words) {
    const bool is_key = words.size() == 1;
    auto key = is_key ? key_from_hex(words[0], kNumberedKeySize) : std::nullopt;
    if (!key)
      throw bad_key_line(source.file, number, "a master key is a line of 64 hexadecimal digits");
    keys.keys_.push_back(std::move(*key));
  });
  if (keys.keys_.empty())
    throw std::runtime_error(source.file.string() +
                             ": holds no master key; bring back the one that belongs to the data");
  return keys;
}

void MasterKeys::create(const std::filesystem::path& file, base::RandomSource& random) {
  const Key key = draw_storage_key(random);
  write_keys(file, {&key, 1}, KeyFileWrite::make);
}

MasterKeys MasterKeys::put_in_front(const MasterKeySource& source, base::RandomSource& random) {
  MasterKeys keys = load(source);
  keys.keys_.insert(keys.keys_.begin(), draw_storage_key(random));
  write_keys(source.file, keys.keys_, KeyFileWrite::replace);
  return keys;
}

void MasterKeys::keep_first(const std::filesystem::path& file) const {
  write_keys(file, {keys_.data(), 1}, KeyFileWrite::replace);
}

}  // namespace crypto
