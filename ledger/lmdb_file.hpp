#pragma once
/// The tables on disk: LMDB, each value with a checksum of its own.
///
/// lmdb_file.cpp is the only file that includes lmdb.h. LMDB is used with its default syncs only:
/// what a commit returned from is on disk. The map is reserved once at start and never resized.
/// docs/ledger_format.md, "LMDB and its mark", stands beside this file.

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/damaged_record.hpp"
#include "ledger/tables.hpp"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace ledger {

/// What this program writes; it reads the older ones too, and converts them (conversion.hpp).
inline constexpr std::uint32_t kFormatVersion = 4, kOldestFormatVersion = 1;

/// How far LMDB holds the journal for good: last batch, and the epoch of the segment it is in.
struct AppliedMark {
  std::uint64_t sequence = 0, epoch = 0;
};

struct LmdbOptions {
  std::filesystem::path file;
  std::uint64_t map_bytes = 0;
  bool read_only = false;  ///< for one who holds the folder's lock: touches nothing, locks nothing
  /// For tests: asked before each commit; what is not 0 is the commit's error.
  std::function<int()> commit_fault = {};
};

/// The environment and its tables. Any thread.
class LmdbFile {
 public:
  /// Throws std::runtime_error with a sentence: no such file, another version, no LMDB file.
  explicit LmdbFile(LmdbOptions options);
  ~LmdbFile();
  LmdbFile(const LmdbFile&) = delete;
  LmdbFile& operator=(const LmdbFile&) = delete;

  /// As the newest commit left it.
  AppliedMark mark() const;
  /// Of the tables when they were opened: from kOldestFormatVersion to kFormatVersion.
  std::uint32_t version() const { return version_; }
  /// Pages in use, free ones included.
  std::uint64_t used_bytes() const;
  /// Gives back the memory that shows the file: what is read again is mapped again, from the
  /// system's cache. Else a long-running process would slowly hold all that was ever read. Any
  /// thread, beside readers and a writer.
  void unmap_pages() noexcept;
  /// Commits since the file was opened: a reader that was begun at another count may be behind.
  std::uint64_t commits() const { return commits_.load(std::memory_order_acquire); }

 private:
  friend class LmdbReader;
  friend class LmdbCursor;
  friend class LmdbWriter;
  static constexpr unsigned kNoTable = ~0U;

  void open_tables();
  void check_version(MDB_txn* txn);
  std::uint32_t stored_version(MDB_txn* txn);
  void check_size() const;
  std::uint64_t size_on_disk() const;
  int keep_ahead();
  unsigned handle(Table table) const { return tables_[static_cast<std::size_t>(table) - 1]; }

  const LmdbOptions options_;
  MDB_env* env_ = nullptr;
  std::array<unsigned, kTableCount> tables_{};
  unsigned store_ = kNoTable;  // format version and mark
  std::uint32_t version_ = kFormatVersion;
  std::atomic<std::uint64_t> commits_{0};
};

/// The tables at one commit. One thread at a time; an open one keeps pages from being used again.
class LmdbReader {
 public:
  /// Throws std::runtime_error when LMDB does not let it begin.
  explicit LmdbReader(const LmdbFile& file);
  ~LmdbReader();
  LmdbReader(const LmdbReader&) = delete;
  LmdbReader& operator=(const LmdbReader&) = delete;

  /// Moves to the newest commit; false, and nothing has changed, when LMDB does not let it.
  bool renew();
  /// Valid until renew(). Throws DamagedRecord. Quick for a key behind the table's last one: what
  /// is asked most is whether a message is there already, under keys that begin with its time.
  std::optional<std::string_view> get(Table table, std::string_view key) const;
  AppliedMark mark() const;

 private:
  friend class LmdbCursor;
  void note_last_keys();

  const LmdbFile& file_;
  MDB_txn* txn_ = nullptr;
  MDB_txn* other_ = nullptr;  // reset; so that a renewal that fails leaves txn_ as it is
  std::array<std::string, kTableCount> last_keys_;  // empty: so is the table
};

/// Walks a table of a reader in key order. Views are valid until the reader is renewed.
class LmdbCursor {
 public:
  LmdbCursor(const LmdbReader& reader, Table table);
  ~LmdbCursor();
  LmdbCursor(const LmdbCursor&) = delete;
  LmdbCursor& operator=(const LmdbCursor&) = delete;

  /// To the first key that is not less than `first`; false at the end. Throws DamagedRecord.
  bool seek(std::string_view first);
  bool seek_last();  ///< false: the table is empty
  bool next();
  std::string_view key() const { return key_; }
  /// Throws DamagedRecord.
  std::string_view value() const;

 private:
  bool move(int operation);
  const Table table_;
  MDB_cursor* cursor_ = nullptr;
  std::string_view key_, stored_;
};

/// One write transaction; without commit() nothing has happened. Every int is 0 or LMDB's or the
/// system's error; after one, the only thing left to do is to destroy the writer.
class LmdbWriter {
 public:
  explicit LmdbWriter(LmdbFile& file);
  ~LmdbWriter();
  LmdbWriter(const LmdbWriter&) = delete;
  LmdbWriter& operator=(const LmdbWriter&) = delete;

  int begin();
  /// Fast when keys of one table come in order.
  int put(Table table, std::string_view key, std::string_view value);
  int erase(Table table, std::string_view key);  ///< an absent key is no error
  int set_mark(const AppliedMark& mark);
  int set_version(std::uint32_t version);
  /// Durable when it returns 0.
  int commit();

  /// To the first key of the table that is not less than `first`; `found` false at the end.
  int seek(Table table, std::string_view first, bool& found);
  std::string_view key() const { return key_; }
  std::string_view value() const;  ///< throws DamagedRecord
  int erase_and_next(bool& found);
  int next(bool& found);

  /// About how many pages the transaction has made dirty.
  unsigned pages() const;

 private:
  int use(Table table);
  void touched(const void* place, std::size_t size);
  int moved(int error, bool& found);

  LmdbFile& file_;
  MDB_txn* txn_ = nullptr;
  MDB_cursor* cursor_ = nullptr;
  Table table_{};
  std::string_view key_, stored_;
  std::uintptr_t low_ = 0, high_ = 0;  // of the places on the page last written
  std::uint64_t written_ = 0;
  unsigned pages_ = 0;
};

/// LMDB's or the system's text for an error of LmdbWriter.
std::string lmdb_error_text(int error);
/// True when the disk or the map is full: it may work later.
bool lmdb_no_room(int error);
/// True when it is the map, which takes a restart with a larger one.
bool lmdb_map_full(int error);
/// True when LMDB will not work again before a restart.
bool lmdb_must_restart(int error);

}  // namespace ledger
