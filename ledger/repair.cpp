#include "ledger/repair.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "base/assert.hpp"
#include "ledger/data_folder.hpp"
#include "ledger/journal_format.hpp"

namespace ledger {
namespace {

/// Segments are copied in pieces; what a disk has no room for shows before anything is changed.
constexpr std::size_t kWritePieceBytes = std::size_t{1} << 20;

[[noreturn]] void cannot(const std::string& what, const std::filesystem::path& path, int error) {
  throw std::runtime_error(what + " " + path.string() + ": " + error_text(error) +
                           "; make room on the disk or mend it, then run the repair again");
}

std::string folder_name(base::TimeUs now) {
  const base::CivilTime t = base::civil_seoul(now);
  char text[80];
  std::snprintf(text, sizeof text, "repair-%04d%02d%02d-%02d%02d%02d", t.year, t.month, t.day,
                t.hour, t.minute, t.second);
  return text;
}

}  // namespace

JournalRepair::JournalRepair(const std::filesystem::path& folder, FileLayer& files)
    : folder_(folder), files_(files), snapshot_(folder) {
  try {
    report_ = snapshot_.replay(files_);
  } catch (const JournalDamaged& damaged) {
    damage_ = damaged.damage();
  }
}

/// The damaged one and those after it, oldest first.
std::vector<JournalRepair::Segment> JournalRepair::segments_from_damage() {
  std::vector<std::string> names;
  const std::filesystem::path journal = journal_folder(folder_);
  if (const int error = files_.list(journal, names); error != 0)
    cannot("there is no reading", journal, error);
  const auto first = epoch_of_name(damage_->segment.filename().string());
  CP_ASSERT(first.has_value());
  std::vector<Segment> found;
  for (const std::string& name : names)
    if (const auto epoch = epoch_of_name(name); epoch && *epoch >= *first)
      found.push_back({*epoch, journal / name});
  std::sort(found.begin(), found.end(),
            [](const Segment& a, const Segment& b) { return a.epoch < b.epoch; });
  return found;
}

std::vector<std::uint8_t> JournalRepair::load(const std::filesystem::path& path) {
  int error = 0;
  const auto file = files_.open(path, {}, error);
  if (!file) cannot("there is no opening", path, error);
  const std::int64_t size = file->size();
  if (size < 0) cannot("there is no reading", path, static_cast<int>(-size));
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  const std::int64_t got = file->read(bytes.data(), bytes.size(), 0);
  if (got != size) cannot("there is no reading", path, got < 0 ? static_cast<int>(-got) : EIO);
  return bytes;
}

/// On disk when it returns, but for its name.
void JournalRepair::write_file(const std::filesystem::path& path, std::string_view bytes) {
  int error = 0;
  const auto file = files_.open(path, {.write = true, .create = true}, error);
  if (!file) cannot("there is no making", path, error);
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string_view piece = bytes.substr(at, kWritePieceBytes);
    const std::int64_t written = file->write(piece.data(), piece.size(), at);
    if (written <= 0)
      cannot("there is no writing", path, written < 0 ? static_cast<int>(-written) : ENOSPC);
    at += static_cast<std::size_t>(written);
  }
  if (const int failed = file->sync(); failed != 0) cannot("there is no syncing", path, failed);
}

/// A folder that was not there before.
std::filesystem::path JournalRepair::make_aside(base::TimeUs now) {
  const std::string name = folder_name(now);
  std::filesystem::path aside = folder_ / name;
  for (int i = 2; std::filesystem::exists(aside); ++i)
    aside = folder_ / (name + "-" + std::to_string(i));
  if (const int error = files_.make_folder(aside); error != 0)
    cannot("there is no making", aside, error);
  return aside;
}

/// The segment as it is to be: up to the damage, or whole again around its records.
std::vector<std::uint8_t> JournalRepair::mended_image(const Segment& segment) {
  std::vector<std::uint8_t> bytes = load(segment.path);
  bytes.resize(std::max<std::size_t>(bytes.size(), kMinSegmentBytes));
  const auto header = decode_segment_header(bytes.data());
  const bool readable = header && header->epoch == segment.epoch;
  const std::uint64_t size = readable ? header->segment_bytes : round_up_to_block(bytes.size());
  bytes.resize(size);  // what a cut file has lost is zeros, as where nothing was written
  if (damage_->kind == JournalDamage::Kind::record)
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(damage_->offset), bytes.end(), 0);
  else if (!readable)  // of what follows its last record nothing is known: as of one used before
    encode_segment_header({segment.epoch, size, true}, bytes.data());
  return bytes;
}

std::filesystem::path JournalRepair::apply(const std::string& account, base::TimeUs now) {
  CP_ASSERT(damage_.has_value());
  const std::filesystem::path journal = journal_folder(folder_);
  const std::vector<Segment> segments = segments_from_damage();
  CP_ASSERT(!segments.empty() && segments.front().path == damage_->segment);
  const auto sync = [this](const std::filesystem::path& folder) {
    if (const int error = files_.sync_folder(folder); error != 0)
      cannot("there is no syncing", folder, error);
  };
  const auto rename = [this](const std::filesystem::path& from, const std::filesystem::path& to) {
    if (const int error = files_.rename(from, to); error != 0)
      cannot("there is no renaming", from, error);
  };

  std::filesystem::path aside = make_aside(now);
  for (const Segment& segment : segments) {
    const std::vector<std::uint8_t> bytes = load(segment.path);
    write_file(aside / segment.path.filename(), base::as_text(bytes));
  }
  write_file(aside / "report.txt", account);
  sync(aside);
  sync(folder_);

  // Under the name of one that is being prepared a segment holds nothing, and still tells its epoch
  // to the next start, which removes it. While the damaged one stands, the start stops as before.
  const std::vector<std::uint8_t> image = mended_image(segments.front());
  const std::filesystem::path prepared = journal / unfinished_name(segments.front().epoch);
  write_file(prepared, base::as_text(image));
  if (damage_->kind == JournalDamage::Kind::record)
    for (std::size_t i = segments.size(); i-- > 1;)
      rename(segments[i].path, journal / unfinished_name(segments[i].epoch));
  sync(journal);
  rename(prepared, segments.front().path);
  sync(journal);
  return aside;
}

}  // namespace ledger
