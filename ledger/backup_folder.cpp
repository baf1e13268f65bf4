#include "ledger/backup_folder.hpp"

#include <charconv>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "ledger/aligned_buffer.hpp"
#include "ledger/crc32c.hpp"
#include "ledger/data_folder.hpp"

namespace ledger {
namespace {

constexpr std::size_t kMeasurePieceBytes = std::size_t{1} << 20;
/// A journal has at most so many segments as its bound allows; a longer manifest is none.
constexpr std::int64_t kMaxManifestBytes = std::int64_t{4} << 20;
constexpr std::string_view kTitle = "cyberpass-backup";
constexpr std::string_view kChecksumLine = "checksum ";

std::string hex(std::uint32_t value) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
  const std::string text(digits, end);
  return std::string(8 - text.size(), '0') + text;
}

std::optional<std::uint64_t> number(const std::string& text, int base = 10) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

[[noreturn]] void damaged(const std::filesystem::path& file) {
  throw std::runtime_error("the backup is damaged: " + file.string() +
                           " is not as it was written; bring the file back, or take another "
                           "backup");
}

std::string keys_line(std::string_view use, const std::set<std::uint16_t>& ids) {
  std::string line = "keys " + std::string(use);
  for (const std::uint16_t id : ids) line += " " + std::to_string(id);
  return line + "\n";
}

/// A file of the manifest lies where a backup has its files, or a restore would write elsewhere.
bool is_name_of_a_part(const std::string& name) {
  constexpr std::string_view kJournal = "journal/";
  return name == "ledger.mdb" ||
         (name.starts_with(kJournal) && epoch_of_name(std::string_view(name).substr(8)));
}

/// One line; false when it is none of this version's.
bool take_line(const std::string& line, Manifest& manifest) {
  std::istringstream words(line);
  std::string name, word;
  words >> name;
  const auto take = [&](auto& to, int base = 10) {
    if (!(words >> word)) return false;
    const auto value = number(word, base);
    if (value) to = static_cast<std::remove_reference_t<decltype(to)>>(*value);
    return value.has_value();
  };
  if (name == "time") return take(manifest.time_us);
  if (name == "program") return static_cast<bool>(std::getline(words >> std::ws, manifest.program));
  if (name == "mark") return take(manifest.mark_batch) && take(manifest.mark_epoch);
  if (name == "last-batch") return take(manifest.last_batch);
  if (name == "transactions") return take(manifest.first_sequence) && take(manifest.last_sequence);
  if (name == "file") {
    BackupFile& file = manifest.files.emplace_back();
    return words >> file.name && is_name_of_a_part(file.name) && take(file.bytes) &&
           take(file.checksum, 16);
  }
  if (name != "keys" || !(words >> word)) return false;
  std::set<std::uint16_t>* ids = word == "card_index"  ? &manifest.keys.card_index
                                 : word == "card_seal" ? &manifest.keys.card_seal
                                 : word == "password"  ? &manifest.keys.password
                                                       : nullptr;
  for (std::uint16_t id = 0; ids != nullptr && take(id);) ids->insert(id);
  return ids != nullptr && words.eof();
}

std::string read_text(FileLayer& files, const std::filesystem::path& path) {
  int error = 0;
  const auto file = files.open(path, {}, error);
  const std::int64_t size = file ? file->size() : -error;
  std::string text(size > 0 && size <= kMaxManifestBytes ? static_cast<std::size_t>(size) : 0,
                   '\0');
  const std::int64_t got = file ? file->read(text.data(), text.size(), 0) : size;
  if (got < 0)
    throw std::runtime_error("the backup's " + path.string() +
                             " cannot be read: " + error_text(static_cast<int>(-got)));
  text.resize(static_cast<std::size_t>(got));
  return text;
}

}  // namespace

void NeededKeys::add(const CardFileHead& head) {
  card_index.insert(head.index_key);
  card_seal.insert(head.seal_key);
  if (head.initial_password_key != 0) password.insert(head.initial_password_key);
}

void NeededKeys::add(const CardRecord& card) {
  if (card.password_key != 0) password.insert(card.password_key);
}

std::string to_text(const Manifest& manifest) {
  std::ostringstream text;
  text << kTitle << ' ' << kBackupVersion << "\ntime " << manifest.time_us << "\nprogram "
       << manifest.program << "\nmark " << manifest.mark_batch << ' ' << manifest.mark_epoch
       << "\nlast-batch " << manifest.last_batch << "\ntransactions " << manifest.first_sequence
       << ' ' << manifest.last_sequence << '\n'
       << keys_line("card_index", manifest.keys.card_index)
       << keys_line("card_seal", manifest.keys.card_seal)
       << keys_line("password", manifest.keys.password);
  for (const BackupFile& file : manifest.files)
    text << "file " << file.name << ' ' << file.bytes << ' ' << hex(file.checksum) << '\n';
  const std::string lines = text.str();
  return lines + std::string(kChecksumLine) + hex(crc32c(0, lines.data(), lines.size())) + "\n";
}

Manifest read_manifest(FileLayer& files, const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kManifestName;
  if (!std::filesystem::exists(path)) {
    if (std::filesystem::exists(folder / kUnfinishedManifestName))
      throw std::runtime_error("the backup in " + folder.string() +
                               " was not finished: it cannot be restored; take another one");
    throw std::runtime_error("there is no backup in " + folder.string() +
                             "; name a folder that `cpctl backup` has made");
  }
  const std::string text = read_text(files, path);
  std::istringstream lines(text);
  std::string title, line;
  std::uint32_t version = 0;
  std::getline(lines, line);
  if (!(std::istringstream(line) >> title >> version) || title != kTitle) damaged(path);
  if (version != kBackupVersion)
    throw std::runtime_error("the backup in " + folder.string() + " has format version " +
                             std::to_string(version) + ", this program reads " +
                             std::to_string(kBackupVersion) +
                             "; restore it with the program that wrote it, or a later one");
  const std::size_t end = text.rfind(kChecksumLine);
  if (end == std::string::npos ||
      text.substr(end) != std::string(kChecksumLine) + hex(crc32c(0, text.data(), end)) + "\n")
    damaged(path);
  Manifest manifest;
  while (std::getline(lines, line) && !line.starts_with(kChecksumLine))
    if (!take_line(line, manifest)) damaged(path);
  return manifest;
}

bool is_backup(const std::filesystem::path& folder) {
  return std::filesystem::exists(folder / kManifestName) ||
         std::filesystem::exists(folder / kUnfinishedManifestName);
}

BackupFile measure_file(FileLayer& files, const std::filesystem::path& folder,
                        const std::string& name,
                        const std::function<void(std::uint64_t bytes)>& step) {
  int error = 0;
  const auto file = files.open(folder / name, {}, error);
  const AlignedBuffer buffer = make_aligned_buffer(kMeasurePieceBytes);
  BackupFile measured{.name = name};
  while (error == 0) {
    const std::int64_t got = file->read(buffer.get(), kMeasurePieceBytes, measured.bytes);
    if (got == 0) return measured;
    if (got < 0) {
      error = static_cast<int>(-got);
      break;
    }
    const auto size = static_cast<std::size_t>(got);
    measured.checksum = crc32c(measured.checksum, buffer.get(), size);
    measured.bytes += size;
    step(size);
  }
  throw std::runtime_error((folder / name).string() + " cannot be read: " + error_text(error) +
                           "; see to the disk, then try again");
}

void write_small_file(FileLayer& files, const std::filesystem::path& path, std::string_view bytes) {
  int error = 0;
  const auto file = files.open(path, {.write = true, .create = true}, error);
  if (file) {
    const std::int64_t written = bytes.empty() ? 0 : file->write(bytes.data(), bytes.size(), 0);
    if (written < 0)
      error = static_cast<int>(-written);
    else
      error = static_cast<std::size_t>(written) == bytes.size() ? file->sync() : ENOSPC;
  }
  if (error != 0)
    throw std::runtime_error(path.string() + " cannot be written: " + error_text(error));
}

}  // namespace ledger
