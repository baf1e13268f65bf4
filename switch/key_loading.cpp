#include "switch/key_loading.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>

#include "crypto/master_key.hpp"

namespace core {
namespace {

using config::LogLevel;
using crypto::FileKeyStore;
using crypto::MasterKeys;

/// Only where no key is wrapped under another one yet: the demo world makes its own.
MasterKeys first_master_key(const config::Settings& settings, base::RandomSource& random,
                            MessageLog& log) {
  const auto source = crypto::find_master_key(settings.master_key, settings.data_folder);
  if (settings.demo && !source.is_credential && !std::filesystem::exists(source.file)) {
    MasterKeys::create(source.file, random);
    log.event(LogLevel::info, "keys", {},
              fmt::format("{} was made: a fresh master key", source.file.string()));
  }
  return MasterKeys::load(source);
}

void make_demo_keys(const config::Settings& settings, base::RandomSource& random, base::TimeUs now,
                    MessageLog& log) {
  const auto keys = FileKeyStore::load_published(*settings.demo_key_file);
  keys->add_missing_storage_keys(random, now);
  keys->create(settings.key_file, first_master_key(settings, random, log));
  log.event(LogLevel::info, "keys", {},
            fmt::format("{} was made with the demo world's published keys and fresh storage keys",
                        settings.key_file.string()));
}

void wrap_clear_keys(const config::Settings& settings, base::RandomSource& random, base::TimeUs now,
                     MessageLog& log) {
  const auto keys = FileKeyStore::load_clear(settings.key_file);
  keys->add_missing_storage_keys(random, now);
  keys->replace(settings.key_file, first_master_key(settings, random, log));
  log.event(LogLevel::warning, "keys", {},
            fmt::format("{} was in clear; its keys are wrapped under the master key now: destroy "
                        "copies of it as it was",
                        settings.key_file.string()));
}

/// Whoever has the source could read the lots. An older key may be it: what it was for is over.
void refuse_published(const config::Settings& settings, const FileKeyStore& keys) {
  const crypto::Key* const printer =
      keys.storage_key(crypto::KeyUse::printer, keys.current_id(crypto::KeyUse::printer));
  if (settings.demo || printer == nullptr) return;
  if (base::to_hex(printer->bytes()) == kPublishedPrinterKey)
    throw std::runtime_error(
        fmt::format("the printer key in {} is the demo world's, which is published; agree on "
                    "another with the card printer: `cpctl key import printer`",
                    settings.key_file.string()));
}

}  // namespace

std::shared_ptr<const crypto::FileKeyStore> open_key_file(const config::Settings& settings,
                                                          bool holds_data,
                                                          base::RandomSource& random,
                                                          base::TimeUs now, MessageLog& log) {
  if (!std::filesystem::exists(settings.key_file)) {
    if (holds_data)
      throw std::runtime_error(
          fmt::format("there is data in {} but no key file {}, without which its cards cannot be "
                      "read; put the key file back",
                      settings.data_folder.string(), settings.key_file.string()));
    if (!settings.demo_key_file)
      throw std::runtime_error(
          fmt::format("there is no key file {}; `cpctl key import STATION pin` makes it with the "
                      "first station's key and fresh storage keys",
                      settings.key_file.string()));
    make_demo_keys(settings, random, now, log);
  } else if (!FileKeyStore::is_wrapped(settings.key_file)) {
    wrap_clear_keys(settings, random, now, log);
  }
  return read_key_file(settings);
}

std::shared_ptr<const crypto::FileKeyStore> read_key_file(const config::Settings& settings) {
  const auto source = crypto::find_master_key(settings.master_key, settings.data_folder);
  auto keys = FileKeyStore::load(settings.key_file, MasterKeys::load(source));
  refuse_published(settings, *keys);
  return keys;
}

}  // namespace core
