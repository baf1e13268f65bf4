#pragma once
/// A disk as a trace leaves it: what is certainly on it, and what may be.
///
///   take(record) → files and names as processes see them, and what of it is not yet synced
///   leave(Chance, folder) → one folder that a power cut at this moment may leave behind
///
/// The rules are those of POSIX, which promise less than ext4 keeps:
///   bytes   a 512-byte sector holds what was last synced, or any version written to it since
///   size    what was last synced, or any size since
///   names   those whose folder was synced since, and any first part of the changes after that
/// A sync covers what had ended when it began; a write to a file opened with O_DSYNC or O_SYNC is
/// synced, itself only, when it has ended. Until then each of its sectors is there or not.

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/powercut/chance.hpp"
#include "tests/powercut/trace_reader.hpp"

namespace powercut {

inline constexpr std::size_t kSectorBytes = 512;

/// What is planted to prove that the test finds it: a sync that the disk only pretends to do; or a
/// switch that answers too early.
enum class Fault : std::uint8_t {
  none,
  data_file_sync,  ///< of LMDB's file; its synced writes (the meta pages) are honest
  journal_write,   ///< a synced write to a segment, or the sync behind it
  segment_sync,    ///< of a segment being prepared
  folder_sync,     ///< of the journal's folder
  early_answer,    ///< when its batch begins to be written
};

class Disk {
 public:
  /// Empty; or, with a folder, everything in it is there and synced.
  explicit Disk(Fault fault = Fault::none) : fault_(fault) {}
  Disk(const std::filesystem::path& base, Fault fault);

  /// The next record. `place` is where it lies in the trace.
  void take(const TraceReader& trace, std::size_t number);

  /// Writes one possible outcome of a cut into a folder, which is made anew.
  void leave(Chance& chance, const std::filesystem::path& folder) const;

  /// Compares what processes see with a real folder; a sentence about the first difference, or
  /// empty. So the trace is proved to tell everything.
  std::string difference(const std::filesystem::path& folder) const;

  /// The path of the file a record is about, as it is now; empty: none.
  std::string path_of(const TraceRecord& record) const;

 private:
  using Sector = std::array<char, kSectorBytes>;
  struct Version {
    std::uint64_t write;  // place of its write_begin
    Sector bytes;
  };
  struct SizeChange {
    std::uint64_t place;  // of its write_begin or resize
    std::uint64_t size;
  };
  struct File {
    std::string seen, synced;  // bytes, as long as they were ever written
    std::uint64_t seen_size = 0, synced_size = 0;
    std::map<std::uint64_t, std::vector<Version>> versions;  // by sector, since the last sync
    std::vector<SizeChange> sizes;
  };
  using FilePointer = std::shared_ptr<File>;  // null: a folder
  using Names = std::map<std::string, FilePointer>;
  struct NameChange {
    std::string from, to;  // empty from: made; empty to: removed
    FilePointer file;      // null: a folder
    std::uint64_t place;
  };
  struct Handle {
    FilePointer file;
    std::string path;
    bool synced_writes = false;
  };
  class Survival;
  /// What a sync that begins at a place covers.
  struct Covered {
    std::uint64_t place = 0;
    std::set<std::uint64_t> under_way;  // writes begun before it, not ended
    bool has(std::uint64_t write) const { return write < place && !under_way.contains(write); }
  };

  void open(const TraceRecord& record, std::uint64_t place);
  void begin_write(const TraceRecord& record, std::uint64_t place);
  void end_write(const TraceRecord& begin, std::uint64_t place, std::int64_t result);
  void end_sync(const TraceRecord& begin, std::uint64_t place, std::int64_t result);
  void change_name(std::string from, std::string to, FilePointer file, std::uint64_t place);
  bool pretends(const Handle& handle) const;
  static void sync_file(File& file, const Covered& covered);
  static void sync_sector(File& file, std::uint64_t sector, const Covered& covered);
  static void apply(Names& names, const NameChange& change);
  static void put(std::string& bytes, std::uint64_t at, std::string_view piece);

  const Fault fault_;
  Names seen_, synced_;
  std::vector<NameChange> changes_;  // in order, not yet synced
  std::unordered_map<std::uint32_t, Handle> handles_;
  std::unordered_map<std::uint64_t, Covered> syncs_;  // under way, by place of sync_begin
  std::set<std::uint64_t> writes_under_way_;
};

}  // namespace powercut
