/// cpctl key: lists, brings and changes the keys in the key file, of a running switch too, which
/// then reads the file again. A key never stands on the command line and is never shown.

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "crypto/key_block.hpp"
#include "crypto/master_key.hpp"
#include "crypto/random.hpp"
#include "ledger/durable_store.hpp"
#include "tools/control_client.hpp"
#include "tools/control_view.hpp"
#include "tools/ctl_commands.hpp"
#include "tools/key_input.hpp"

namespace tools {
namespace {

namespace json = boost::json;
using crypto::FileKeyStore;
using crypto::KeyAlgorithm;
using crypto::KeyUse;
using crypto::MasterKeys;

/// One change of the key file at a time.
class KeyFileLock {
 public:
  explicit KeyFileLock(const std::filesystem::path& folder)
      : handle_(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (handle_ < 0 || ::flock(handle_, LOCK_EX | LOCK_NB) != 0)
      throw std::runtime_error("cannot lock the folder " + folder.string() +
                               ": another cpctl is changing keys, or the folder is not there");
  }
  ~KeyFileLock() { ::close(handle_); }
  KeyFileLock(const KeyFileLock&) = delete;
  KeyFileLock& operator=(const KeyFileLock&) = delete;

 private:
  int handle_;
};

base::TimeUs now() { return base::system_now(); }

std::string check_text(const crypto::Key& key, KeyAlgorithm algorithm) {
  return std::string(crypto::as_text(crypto::check_value(key, algorithm)));
}

/// The key file does not say which MAC a station has: both values then.
std::string check_text(const crypto::Key& key, KeyUse use) {
  if (use == KeyUse::mac)
    return check_text(key, KeyAlgorithm::triple_des) + " for x9.19, " +
           check_text(key, KeyAlgorithm::aes) + " for cmac";
  return check_text(key, use == KeyUse::pin ? KeyAlgorithm::triple_des : KeyAlgorithm::aes);
}

crypto::MasterKeySource master_source(const SwitchPlace& place) {
  return crypto::find_master_key(place.master, place.data);
}

std::unique_ptr<FileKeyStore> load_store(const SwitchPlace& place) {
  if (!FileKeyStore::is_wrapped(place.keys)) return FileKeyStore::load_clear(place.keys);
  return FileKeyStore::load(place.keys, MasterKeys::load(master_source(place)));
}

/// A first start that was refused for its missing keys leaves files that hold nothing.
bool holds_data(const std::filesystem::path& data) {
  if (!std::filesystem::exists(data / "ledger.mdb")) return false;
  bool found = false;
  try {
    ledger::open_offline(data)->for_each(ledger::Table::meta,
                                         [&](std::string_view, std::string_view) {
                                           found = true;
                                           return false;
                                         });
  } catch (const std::exception&) {
    return true;  // who knows what it holds
  }
  return found;
}

void tell_switch(const SwitchPlace& place) {
  if (!control_answers(place.socket)) {
    std::puts("no switch is running there; the next start uses it");
    return;
  }
  ask_switch(place.socket, {{"command", "key-reload"}}, [](const json::object& line) {
    if (const auto* text = line.if_contains("text")) std::puts(cell_text(*text).c_str());
  });
}

/// One line, AES-KW or a key block; which MAC a MAC key is for, a block says itself.
crypto::Key unwrap(const std::vector<std::string>& lines, KeyUse use,
                   const crypto::Key& transport) {
  if (lines.size() != 1) throw UsageError("a wrapped key is one line");
  constexpr std::size_t kWrappedDigits = 48;
  const auto form =
      lines[0].size() == kWrappedDigits ? crypto::KeyForm::aes_kw : crypto::KeyForm::key_block;
  for (const KeyAlgorithm algorithm : {KeyAlgorithm::triple_des, KeyAlgorithm::aes})
    if (const auto key = crypto::open_travel_form(form, transport, use, algorithm, lines[0]))
      return *key;
  throw UsageError(
      "the key is not wrapped under this station's transport key, or is for another use");
}

crypto::Key read_key(const std::string& from, KeyUse use, const crypto::Key* transport) {
  const std::size_t size = use == KeyUse::printer ? kPrinterKey : crypto::kStationKey;
  std::vector<std::string> lines = read_key_lines(from);
  return transport == nullptr ? combine_components(std::move(lines), size)
                              : unwrap(lines, use, *transport);
}

/// The key file's own keys; those by exchange are known to a running switch.
std::vector<json::object> rows_of(const FileKeyStore& store) {
  std::vector<json::object> rows;
  const auto add = [&](const std::string& of, KeyUse use, std::uint32_t number,
                       base::TimeUs since_us, const std::string& check) {
    json::value since;
    if (since_us != 0) since = base::iso_seoul(since_us);
    rows.push_back({{"of", of},
                    {"use", crypto::to_text(use)},
                    {"number", number},
                    {"from", "key file"},
                    {"since", since},
                    {"check_value", check}});
  };
  for (const auto& [name, each] : store.station_keys())
    add(name.first, name.second, each.generation, each.since_us, check_text(each.key, name.second));
  for (const auto& [name, each] : store.storage_keys())
    add(crypto::is_storage_use(name.first) ? "storage" : "card printer", name.first, name.second,
        each.since_us, check_text(each.key, name.first));
  return rows;
}

/// In an order in which the change may be interrupted at any point: the file with the master keys
/// holds the new and the old one until the key file is wrapped under the new one.
void rotate_master(const SwitchPlace& place) {
  const crypto::MasterKeySource source = master_source(place);
  const auto store = load_store(place);
  if (source.is_credential) {
    const MasterKeys master = MasterKeys::load(source);
    if (master.all().size() == 1)
      throw std::runtime_error(
          "a credential is changed by whoever made it: put the new key in front of the old one, "
          "then say `cpctl key rotate master` again");
    store->replace(place.keys, master);
    std::puts("the keys are wrapped under the credential's first key; the others may go");
    return;
  }
  crypto::SystemRandom random;
  const MasterKeys master = MasterKeys::put_in_front(source, random);
  store->replace(place.keys, master);
  master.keep_first(source.file);
  std::printf("the keys are wrapped under a new master key, check value %s: copy %s anew\n",
              check_text(master.first(), KeyAlgorithm::aes).c_str(), source.file.c_str());
}

void rotate_storage(const SwitchPlace& place, const std::vector<KeyUse>& uses) {
  const auto store = load_store(place);
  crypto::SystemRandom random;
  store->add_missing_storage_keys(random, now());
  for (const KeyUse use : uses) {
    const std::uint16_t id = store->add_storage_key(use, random, now());
    std::printf("storage %s %d, check value %s\n", std::string(crypto::to_text(use)).c_str(),
                int{id}, check_text(*store->storage_key(use, id), KeyAlgorithm::aes).c_str());
  }
  store->replace(place.keys, MasterKeys::load(master_source(place)));
}

/// Throws UsageError where no such key can be brought.
KeyUse use_to_import(const KeyImport& wanted) {
  const auto use = crypto::find_key_use(wanted.use);
  if (use == KeyUse::printer && wanted.station.empty()) return *use;
  if (!use || !crypto::is_station_use(*use))
    throw UsageError("a station's key is its pin, mac or transport key");
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
  if (wanted.station.empty() || wanted.station.size() > 16 ||
      wanted.station.find_first_not_of(kAllowed) != std::string::npos)
    throw UsageError("a station's name is 1 to 16 of A-Z, 0-9 and -");
  return *use;
}

}  // namespace

int ctl_key_list(const SwitchPlace& place) {
  std::vector<json::object> rows;
  if (control_answers(place.socket)) {
    ask_switch(place.socket, {{"command", "keys"}},
               [&](const json::object& line) { rows.push_back(line); });
  } else {
    rows = rows_of(*load_store(place));
  }
  std::fputs(rows_table(rows, {"of", "use", "number", "from", "since", "check_value"}).c_str(),
             stdout);
  return kWell;
}

int ctl_key_import(const SwitchPlace& place, const KeyImport& wanted) {
  const KeyUse use = use_to_import(wanted);
  const KeyFileLock lock(place.keys.parent_path());
  const bool is_first = !std::filesystem::exists(place.keys);
  if (is_first && holds_data(place.data))
    throw std::runtime_error("there is data in " + place.data.string() + " but no key file " +
                             place.keys.string() + "; put the key file back");
  crypto::SystemRandom random;
  const auto store = is_first ? std::make_unique<FileKeyStore>() : load_store(place);
  const MasterKeys master = MasterKeys::load(master_source(place));
  const crypto::Key* const transport =
      wanted.is_wrapped ? store->station_key(wanted.station, KeyUse::transport) : nullptr;
  if (wanted.is_wrapped && (use == KeyUse::transport || use == KeyUse::printer))
    throw UsageError("a " + wanted.use + " key is imported in components");
  if (wanted.is_wrapped && transport == nullptr)
    throw UsageError("station " + wanted.station + " has no transport key to unwrap it with");
  const crypto::Key key = read_key(wanted.from, use, transport);
  const std::string check = check_text(key, use);
  if (!wanted.check_value.empty() && check.find(wanted.check_value) == std::string::npos)
    throw std::runtime_error("the key's check value is " + check + ", not " + wanted.check_value +
                             "; nothing was changed");
  std::string name = "station " + wanted.station + " " + wanted.use;
  if (use == KeyUse::printer)
    name = "printer " + std::to_string(store->add_printer_key(key, now()));
  else
    store->put_station_key(wanted.station, use, key, now());
  store->add_missing_storage_keys(random, now());
  if (is_first)
    store->create(place.keys, master);
  else
    store->replace(place.keys, master);
  std::printf("%s, check value %s\n", name.c_str(), check.c_str());
  tell_switch(place);
  return kWell;
}

int ctl_key_rotate(const SwitchPlace& place, const std::string& what) {
  const KeyFileLock lock(place.keys.parent_path());
  if (what == "master") {
    rotate_master(place);
  } else if (what == "storage") {
    rotate_storage(place, {crypto::kStorageUses.begin(), crypto::kStorageUses.end()});
  } else {
    const auto use = crypto::find_key_use(what);
    if (!use || !crypto::is_storage_use(*use))
      throw UsageError(
          "what can be rotated is master, storage (all of them), card_index, card_seal, password "
          "and exchanged; a station's keys come by key import or by key exchange, the card "
          "printer's by key import");
    rotate_storage(place, {*use});
  }
  tell_switch(place);
  return kWell;
}

}  // namespace tools
