#include "tests/powercut/disk.hpp"

#include <fcntl.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace powercut {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string read_whole(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// LMDB writes its lock file through a map, which no recorder sees. It makes it anew at each start
/// anyway, so nothing of it is compared.
bool is_mapped(const std::string& path) { return path.ends_with(".mdb-lock"); }

void strip_zeros(std::string& bytes) { bytes.resize(bytes.find_last_not_of('\0') + 1); }

}  // namespace

Disk::Disk(const std::filesystem::path& base, Fault fault) : fault_(fault) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(base)) {
    const std::string path = std::filesystem::relative(entry.path(), base).string();
    FilePointer file;
    if (entry.is_regular_file()) {
      file = std::make_shared<File>();
      file->synced = read_whole(entry.path());
      file->seen_size = file->synced_size = file->synced.size();
      strip_zeros(file->synced);
      file->seen = file->synced;
    } else if (!entry.is_directory()) {
      continue;
    }
    seen_[path] = synced_[path] = file;
  }
}

void Disk::take(const TraceReader& trace, std::size_t number) {
  const TraceRecord& record = trace.record(number);
  const std::uint64_t place = trace.place(number);
  const std::string text(TraceReader::payload(record));
  switch (record.event) {
    case Event::open:
      return open(record, place);
    case Event::write_begin:
      return begin_write(record, place);
    case Event::write_end:
      return end_write(trace.record_at(record.begin), record.begin, record.result);
    case Event::sync_begin:
      syncs_[place] = {place, writes_under_way_};
      return;
    case Event::sync_end:
      return end_sync(trace.record_at(record.begin), record.begin, record.result);
    case Event::resize: {
      File& file = *handles_.at(record.handle).file;
      if (record.size == file.seen_size) return;
      if (record.size < file.seen.size()) file.seen.resize(record.size);
      file.seen_size = record.size;
      file.sizes.push_back({place, record.size});
      return;
    }
    case Event::rename: {
      const std::string from = text.substr(0, text.find('\0'));
      return change_name(from, text.substr(from.size() + 1), seen_.at(from), place);
    }
    case Event::remove:
      return change_name(text.substr(0, text.find('\0')), "", nullptr, place);
    case Event::make_folder:
      return change_name("", text.substr(0, text.find('\0')), nullptr, place);
    case Event::start:
    case Event::listen:
    case Event::sent:
      return;
  }
}

void Disk::open(const TraceRecord& record, std::uint64_t place) {
  Handle& handle = handles_[record.handle];
  handle.path = std::string(TraceReader::payload(record));
  handle.synced_writes = (record.flags & (O_DSYNC | O_SYNC)) != 0;
  if ((record.flags & O_DIRECTORY) != 0) return;
  const auto found = seen_.find(handle.path);
  if (found != seen_.end()) {
    handle.file = found->second;
  } else {
    handle.file = std::make_shared<File>();
    change_name("", handle.path, handle.file, place);
  }
  if ((record.flags & O_TRUNC) == 0 || handle.file->seen_size == 0) return;
  handle.file->seen.clear();
  handle.file->seen_size = 0;
  handle.file->sizes.push_back({place, 0});
}

void Disk::put(std::string& bytes, std::uint64_t at, std::string_view piece) {
  if (bytes.size() < at + piece.size()) bytes.resize(at + piece.size());
  std::copy(piece.begin(), piece.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

void Disk::begin_write(const TraceRecord& record, std::uint64_t place) {
  File& file = *handles_.at(record.handle).file;
  const bool zeros = (record.flags & TraceRecord::kOnlyZeros) != 0;
  const std::string nothing(zeros ? record.size : 0, '\0');
  put(file.seen, record.offset, zeros ? nothing : TraceReader::payload(record));
  const std::uint64_t end = record.offset + record.size;
  if (end > file.seen_size) {
    file.seen_size = end;
    file.sizes.push_back({place, end});
  }
  for (std::uint64_t sector = record.offset / kSectorBytes; sector * kSectorBytes < end; ++sector) {
    Version version{place, {}};
    const std::uint64_t at = sector * kSectorBytes;
    std::copy_n(file.seen.begin() + static_cast<std::ptrdiff_t>(at),
                std::min<std::uint64_t>(kSectorBytes, file.seen.size() - at),
                version.bytes.begin());
    file.versions[sector].push_back(version);
  }
  writes_under_way_.insert(place);
}

void Disk::end_write(const TraceRecord& begin, std::uint64_t place, std::int64_t result) {
  if (result != static_cast<std::int64_t>(begin.size))
    throw std::runtime_error("a recorded write failed or was short; make room and run it again");
  writes_under_way_.erase(place);
  const Handle& handle = handles_.at(begin.handle);
  if (!handle.synced_writes || pretends(handle)) return;
  Covered itself{place + 1, {}};
  const std::uint64_t end = begin.offset + begin.size;
  for (std::uint64_t sector = begin.offset / kSectorBytes; sector * kSectorBytes < end; ++sector)
    sync_sector(*handle.file, sector, itself);
  // Of its size as much as is needed to read it again.
  handle.file->synced_size = std::max(handle.file->synced_size, end);
}

void Disk::sync_sector(File& file, std::uint64_t sector, const Covered& covered) {
  const auto found = file.versions.find(sector);
  if (found == file.versions.end()) return;
  std::vector<Version>& versions = found->second;
  std::size_t done = 0;
  for (std::size_t i = 0; i < versions.size(); ++i)
    if (covered.has(versions[i].write)) done = i + 1;
  if (done == 0) return;
  put(file.synced, sector * kSectorBytes, {versions[done - 1].bytes.data(), kSectorBytes});
  versions.erase(versions.begin(), versions.begin() + static_cast<std::ptrdiff_t>(done));
  if (versions.empty()) file.versions.erase(found);
}

void Disk::sync_file(File& file, const Covered& covered) {
  std::vector<std::uint64_t> sectors;
  for (const auto& [sector, versions] : file.versions) sectors.push_back(sector);
  for (const std::uint64_t sector : sectors) sync_sector(file, sector, covered);
  const auto open = std::find_if(file.sizes.begin(), file.sizes.end(),
                                 [&](const auto& change) { return !covered.has(change.place); });
  if (open != file.sizes.begin()) {
    file.synced_size = std::prev(open)->size;
    // What a shorter file has lost does not come back when it grows.
    if (file.synced.size() > file.synced_size) file.synced.resize(file.synced_size);
  }
  file.sizes.erase(file.sizes.begin(), open);
}

void Disk::end_sync(const TraceRecord& begin, std::uint64_t place, std::int64_t result) {
  const Covered covered = std::move(syncs_.at(place));
  syncs_.erase(place);
  if (result != 0) throw std::runtime_error("a recorded sync failed; run it again");
  const Handle& handle = handles_.at(begin.handle);
  if (pretends(handle)) return;
  if (handle.file) return sync_file(*handle.file, covered);
  std::vector<NameChange> left;
  for (NameChange& change : changes_) {
    const std::string& path = change.to.empty() ? change.from : change.to;
    if (change.place < covered.place && folder_of(path) == handle.path)
      apply(synced_, change);
    else
      left.push_back(std::move(change));
  }
  changes_ = std::move(left);
}

void Disk::change_name(std::string from, std::string to, FilePointer file, std::uint64_t place) {
  if (!from.empty() && !to.empty() && folder_of(from) != folder_of(to))
    throw std::runtime_error("a file moves between folders, for which this test has no rules");
  if (!from.empty() && !to.empty())
    for (auto& [number, handle] : handles_)
      if (handle.path == from) handle.path = to;
  changes_.push_back({std::move(from), std::move(to), std::move(file), place});
  apply(seen_, changes_.back());
}

void Disk::apply(Names& names, const NameChange& change) {
  if (!change.from.empty()) names.erase(change.from);
  if (!change.to.empty()) names[change.to] = change.file;
}

bool Disk::pretends(const Handle& handle) const {
  const std::string name = name_of(handle.path);
  switch (fault_) {
    case Fault::none:
    case Fault::early_answer:
      return false;
    case Fault::data_file_sync:
      return name == "ledger.mdb" && !handle.synced_writes;
    case Fault::journal_write:
      return name.starts_with("segment-");
    case Fault::segment_sync:
      return name.starts_with("next-");
    case Fault::folder_sync:
      return !handle.file && name == "journal";
  }
  return false;
}

std::string Disk::path_of(const TraceRecord& record) const {
  const auto found = handles_.find(record.handle);
  return found == handles_.end() ? "" : found->second.path;
}

std::string Disk::difference(const std::filesystem::path& folder) const {
  const Disk real(folder, Fault::none);
  for (const auto& [path, file] : real.seen_) {
    const auto found = seen_.find(path);
    if (found == seen_.end()) return path + " is there, the trace does not know it";
    if (!file || is_mapped(path)) continue;
    std::string seen = found->second->seen;
    strip_zeros(seen);
    if (found->second->seen_size != file->seen_size || seen != file->seen)
      return path + " is not what the trace makes of it";
  }
  for (const auto& [path, file] : seen_)
    if (!real.seen_.contains(path)) return path + " is not there, by the trace it is";
  return {};
}

// ------------------------------------------------------------------------------------------- a cut

namespace {

/// One of 0 … most, the ends more often than the others.
std::size_t some_of(Chance& chance, std::size_t most) {
  const std::uint64_t how = chance.below(4);
  return how == 0 ? 0 : how == 1 ? most : chance.below(most + 1);
}

/// Of a mapped file there may be anything on the disk.
void scribble(Chance& chance, std::string& bytes, std::uint64_t size) {
  bytes.resize(std::min<std::uint64_t>(size, 4'096));
  for (char& byte : bytes) byte = static_cast<char>(chance.any());
}

/// Blocks of zeros stay holes: most of a segment is zeros.
void write_sparse(const std::filesystem::path& file, std::string_view bytes, std::uint64_t size) {
  constexpr std::size_t kBlock = 65'536;
  {
    std::ofstream out(file, std::ios::binary);
    for (std::size_t at = 0; at < std::min<std::uint64_t>(bytes.size(), size); at += kBlock) {
      const std::string_view block = bytes.substr(at, std::min<std::uint64_t>(kBlock, size - at));
      if (block.find_first_not_of('\0') == std::string_view::npos) continue;
      out.seekp(static_cast<std::streamoff>(at));
      out.write(block.data(), static_cast<std::streamsize>(block.size()));
    }
  }
  std::filesystem::resize_file(file, size);
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace

/// How much of what is not synced a cut leaves, and in what grain.
class Disk::Survival {
 public:
  explicit Survival(Chance& chance)
      : chance_(chance),
        grain_(static_cast<Grain>(chance.below(6))),
        share_per_mille_(kShares[chance.below(kShares.size())]),
        salt_(chance.any()) {}

  void begin_file(std::size_t sectors) {
    number_ = 0;
    chosen_ = sectors == 0 ? 0 : chance_.below(sectors);
  }

  /// What the next sector holds; null: what was last synced.
  const Version* of(const std::vector<Version>& versions) {
    const bool is_chosen = number_++ == chosen_;
    switch (grain_) {
      case Grain::nothing:
        return nullptr;
      case Grain::everything:
        return &versions.back();
      case Grain::sectors:
        return chance_.happens(share_per_mille_) ? any(versions) : nullptr;
      case Grain::writes: {
        const auto last =
            std::find_if(versions.rbegin(), versions.rend(), [&](const auto& version) {
              return scrambled(salt_ ^ version.write) % 1'000 < share_per_mille_;
            });
        return last == versions.rend() ? nullptr : &*last;
      }
      case Grain::all_but_one:
        return is_chosen ? nullptr : &versions.back();
      case Grain::only_one:
        return is_chosen ? any(versions) : nullptr;
    }
    return nullptr;
  }

 private:
  enum class Grain : std::uint8_t { nothing, everything, sectors, writes, all_but_one, only_one };
  static constexpr std::array<std::uint64_t, 5> kShares{20, 200, 500, 800, 980};

  const Version* any(const std::vector<Version>& versions) {
    return &versions[chance_.below(versions.size())];
  }

  Chance& chance_;
  const Grain grain_;
  const std::uint64_t share_per_mille_, salt_;
  std::size_t number_ = 0, chosen_ = 0;
};

void Disk::leave(Chance& chance, const std::filesystem::path& folder) const {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  Names names = synced_;
  const std::size_t changes = some_of(chance, changes_.size());
  for (std::size_t i = 0; i < changes; ++i) apply(names, changes_[i]);
  Survival survival(chance);
  for (const auto& [path, file] : names) {  // in order: a folder comes before what is in it
    if (!std::filesystem::is_directory(folder / folder_of(path))) continue;
    if (!file) {
      std::filesystem::create_directory(folder / path);
      continue;
    }
    const std::size_t sizes = some_of(chance, file->sizes.size());
    const std::uint64_t size = sizes == 0 ? file->synced_size : file->sizes[sizes - 1].size;
    std::string bytes = file->synced;
    survival.begin_file(file->versions.size());
    for (const auto& [sector, versions] : file->versions)
      if (const Version* left = survival.of(versions); left != nullptr)
        put(bytes, sector * kSectorBytes, {left->bytes.data(), kSectorBytes});
    if (is_mapped(path)) scribble(chance, bytes, size);
    write_sparse(folder / path, bytes, size);
  }
}

}  // namespace powercut
