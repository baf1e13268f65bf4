#include "ledger/lmdb_file.hpp"

#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "ledger/crc32c.hpp"
#include "ledger/file_layer.hpp"
#include "ledger/journal_format.hpp"

namespace ledger {
namespace {

constexpr unsigned kMaxTables = 64;
constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kChecksumBytes = 4;
constexpr std::string_view kStoreTable = "store";
constexpr std::string_view kVersionKey = "version", kMarkKey = "mark";
/// The store's own table in checksums; no Table has the number 0.
constexpr Table kStore{};
constexpr std::size_t kMarkBytes = 16;
/// The file is made longer (not fuller) before LMDB needs it, so that a cut one can be told: LMDB
/// counts pages that it need not write. More than any one transaction adds.
constexpr std::uint64_t kAheadBytes = std::uint64_t{16} << 20;

MDB_val as_val(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }
std::string_view as_view(const MDB_val& val) {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

/// Of what is stored, so that a value under another key or in another table is damage too.
std::uint32_t checksum_of(Table table, std::string_view key, std::string_view value) {
  const auto number = static_cast<std::uint8_t>(table);
  std::uint32_t sum = crc32c(0, &number, 1);
  sum = crc32c(sum, key.data(), key.size());
  return crc32c(sum, value.data(), value.size());
}

std::string_view checked(Table table, std::string_view key, std::string_view stored) {
  if (stored.size() < kChecksumBytes) throw DamagedRecord(table, key, "it has no checksum");
  const std::string_view value = stored.substr(0, stored.size() - kChecksumBytes);
  const auto* sum = reinterpret_cast<const std::uint8_t*>(stored.data() + value.size());
  if (load_little_endian<std::uint32_t>(sum) != checksum_of(table, key, value))
    throw DamagedRecord(table, key, "its checksum is wrong");
  return value;
}

void fill(void* place, Table table, std::string_view key, std::string_view value) {
  auto* to = static_cast<std::uint8_t*>(place);
  if (!value.empty()) std::memcpy(to, value.data(), value.size());
  store_little_endian(to + value.size(), checksum_of(table, key, value));
}

/// Names on disk go by number, as the journal's entries do.
std::string table_on_disk(int number) {
  return {'t', static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

int put_own(MDB_txn* txn, unsigned store, std::string_view name, std::string_view value) {
  MDB_val key = as_val(name), place{value.size() + kChecksumBytes, nullptr};
  const int error = mdb_put(txn, store, &key, &place, MDB_RESERVE);
  if (error == 0) fill(place.mv_data, kStore, name, value);
  return error;
}

int put_version(MDB_txn* txn, unsigned store, std::uint32_t version) {
  std::uint8_t bytes[4];
  store_little_endian(bytes, version);
  return put_own(txn, store, kVersionKey, base::as_text(bytes));
}

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw std::runtime_error("the ledger's data file " + file.string() + " " + what);
}

AppliedMark read_mark(MDB_txn* txn, unsigned table) {
  MDB_val key = as_val(kMarkKey), stored{};
  const int error = mdb_get(txn, table, &key, &stored);
  if (error == MDB_NOTFOUND) return {};
  if (error != 0) throw DamagedRecord(kStore, kMarkKey, mdb_strerror(error));
  const std::string_view value = checked(kStore, kMarkKey, as_view(stored));
  if (value.size() != kMarkBytes) throw DamagedRecord(kStore, kMarkKey, "its size is wrong");
  const auto* at = reinterpret_cast<const std::uint8_t*>(value.data());
  return {load_little_endian<std::uint64_t>(at), load_little_endian<std::uint64_t>(at + 8)};
}

/// A new file gets its name when all of it is on disk. LMDB writes its first pages without a sync:
/// a power cut there could leave a file of zeros, which no start would take.
int make_if_absent(const LmdbOptions& options) {
  std::error_code failed;
  if (options.read_only || std::filesystem::exists(options.file, failed)) return failed.value();
  std::filesystem::path unfinished = options.file;
  unfinished += ".new";
  if (::unlink(unfinished.c_str()) != 0 && errno != ENOENT) return errno;  // what a crash left
  MDB_env* env = nullptr;
  int error = mdb_env_create(&env);
  if (error == 0) error = mdb_env_set_mapsize(env, options.map_bytes);
  if (error == 0) error = mdb_env_open(env, unfinished.c_str(), MDB_NOSUBDIR | MDB_NOLOCK, 0600);
  if (error == 0) error = mdb_env_sync(env, 1);
  mdb_env_close(env);
  if (error != 0) return error;
  std::filesystem::rename(unfinished, options.file, failed);
  return failed.value();
}

}  // namespace

LmdbFile::LmdbFile(LmdbOptions options) : options_(std::move(options)) {
  tables_.fill(kNoTable);
  int error = make_if_absent(options_);
  if (error == 0) error = mdb_env_create(&env_);
  if (error == 0) error = mdb_env_set_maxdbs(env_, kMaxTables);
  if (error == 0) error = mdb_env_set_mapsize(env_, options_.map_bytes);
  // NOTLS: a reader belongs to its object, not to the thread that began it. NORDAHEAD: reads are
  // at random places of a file that may be larger than memory.
  unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD;
  if (options_.read_only) flags |= MDB_RDONLY | MDB_NOLOCK;
  if (error == 0) error = mdb_env_open(env_, options_.file.c_str(), flags, 0600);
  try {
    if (error != 0)
      fail(options_.file, "does not open: " + lmdb_error_text(error) +
                              "; restore it from a backup (or, if nothing was ever stored, remove "
                              "it), then start again");
    open_tables();
  } catch (...) {
    mdb_env_close(env_);
    throw;
  }
}

LmdbFile::~LmdbFile() { mdb_env_close(env_); }

void LmdbFile::open_tables() {
  if (const std::size_t most = static_cast<std::size_t>(mdb_env_get_maxkeysize(env_));
      most < kMaxKeyBytes)
    fail(options_.file, "belongs to an LMDB with shorter keys; use the LMDB it was made with");
  check_size();
  MDB_txn* txn = nullptr;
  int error = options_.read_only ? 0 : keep_ahead();
  if (error == 0) error = mdb_txn_begin(env_, nullptr, options_.read_only ? MDB_RDONLY : 0, &txn);
  const auto open_one = [&](const std::string& name, unsigned& handle) {
    if (error != 0) return;
    error = mdb_dbi_open(txn, name.c_str(), options_.read_only ? 0 : MDB_CREATE, &handle);
    if (error == MDB_NOTFOUND) {  // read-only, and the first start did not get this far
      handle = kNoTable;
      error = 0;
    }
  };
  open_one(std::string(kStoreTable), store_);
  try {
    if (error == 0 && store_ != kNoTable) check_version(txn);
    for (int i = 0; i < kTableCount; ++i)
      open_one(table_on_disk(i + 1), tables_[static_cast<std::size_t>(i)]);
    if (error == 0) error = mdb_txn_commit(std::exchange(txn, nullptr));
    if (error != 0) fail(options_.file, "cannot be used: " + lmdb_error_text(error));
  } catch (...) {
    if (txn != nullptr) mdb_txn_abort(txn);
    throw;
  }
}

/// What the file says, which is written by the first start.
std::uint32_t LmdbFile::stored_version(MDB_txn* txn) {
  MDB_val key = as_val(kVersionKey), stored{};
  int error = mdb_get(txn, store_, &key, &stored);
  if (error == MDB_NOTFOUND) {
    error = options_.read_only ? 0 : put_version(txn, store_, kFormatVersion);
    if (error != 0) fail(options_.file, "cannot be written: " + lmdb_error_text(error));
    return kFormatVersion;
  }
  if (error != 0) fail(options_.file, "cannot be read: " + lmdb_error_text(error));
  try {
    const std::string_view value = checked(kStore, kVersionKey, as_view(stored));
    return value.size() != 4 ? 0
                             : load_little_endian<std::uint32_t>(
                                   reinterpret_cast<const std::uint8_t*>(value.data()));
  } catch (const DamagedRecord&) {
    fail(options_.file, "has a damaged format version; restore it from a backup");
  }
}

/// Before anything else is looked at.
void LmdbFile::check_version(MDB_txn* txn) {
  version_ = stored_version(txn);
  if (version_ < kOldestFormatVersion || version_ > kFormatVersion)
    fail(options_.file, "has format version " + std::to_string(version_) + ", this program reads " +
                            std::to_string(kOldestFormatVersion) + " to " +
                            std::to_string(kFormatVersion) +
                            "; use the program that wrote it, or a later one");
  if (options_.read_only && version_ != kFormatVersion)
    fail(options_.file, "has format version " + std::to_string(version_) +
                            "; start this program's cpswitch on it once, which converts it, or use "
                            "the program that wrote it");
}

/// Reading a page beyond a cut file's end would kill the process.
void LmdbFile::check_size() const {
  const std::uint64_t there = size_on_disk(), used = used_bytes();
  if (there < used)
    fail(options_.file, "is cut: " + std::to_string(there) + " of " + std::to_string(used) +
                            " bytes are there; restore it from a backup");
}

std::uint64_t LmdbFile::size_on_disk() const {
  mdb_filehandle_t fd = -1;
  struct stat status {};
  if (mdb_env_get_fd(env_, &fd) != 0 || ::fstat(fd, &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_size);
}

int LmdbFile::keep_ahead() {
  const std::uint64_t used = used_bytes();
  if (size_on_disk() >= used + kAheadBytes / 2) return 0;
  mdb_filehandle_t fd = -1;
  if (const int error = mdb_env_get_fd(env_, &fd); error != 0) return error;
  return ::ftruncate(fd, static_cast<off_t>(used + kAheadBytes)) == 0 ? 0 : errno;
}

AppliedMark LmdbFile::mark() const { return LmdbReader(*this).mark(); }

std::uint64_t LmdbFile::used_bytes() const {
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(env_, &info);
  mdb_env_stat(env_, &stat);
  return (info.me_last_pgno + 1) * stat.ms_psize;
}

void LmdbFile::unmap_pages() noexcept {
  MDB_envinfo info{};
  mdb_env_info(env_, &info);
  // A shared mapping of a file loses nothing. If it fails there is only more memory in use.
  ::madvise(info.me_mapaddr, used_bytes(), MADV_DONTNEED);
}

LmdbReader::LmdbReader(const LmdbFile& file) : file_(file) {
  const int error = mdb_txn_begin(file.env_, nullptr, MDB_RDONLY, &txn_);
  if (error != 0) fail(file.options_.file, "cannot be read: " + lmdb_error_text(error));
  for (std::string& last : last_keys_) last.reserve(kMaxKeyBytes + 1);
  note_last_keys();
}

LmdbReader::~LmdbReader() {
  mdb_txn_abort(txn_);
  if (other_ != nullptr) mdb_txn_abort(other_);
}

bool LmdbReader::renew() {
  const int error = other_ != nullptr ? mdb_txn_renew(other_)
                                      : mdb_txn_begin(file_.env_, nullptr, MDB_RDONLY, &other_);
  if (error != 0) return false;
  std::swap(txn_, other_);
  mdb_txn_reset(other_);
  note_last_keys();
  return true;
}

void LmdbReader::note_last_keys() {
  for (int number = 1; number <= kTableCount; ++number) {
    std::string& last = last_keys_[static_cast<std::size_t>(number) - 1];
    try {
      LmdbCursor cursor(*this, static_cast<Table>(number));
      cursor.seek_last() ? last.assign(cursor.key()) : last.assign({});
    } catch (const DamagedRecord&) {
      last.assign(kMaxKeyBytes + 1, '\xff');  // behind every key: each is looked for, and told of
    }
  }
}

std::optional<std::string_view> LmdbReader::get(Table table, std::string_view key) const {
  // Keys are never empty: of an empty table none is tried.
  if (key > last_keys_[static_cast<std::size_t>(table) - 1]) return std::nullopt;
  const unsigned handle = file_.handle(table);
  MDB_val wanted = as_val(key), stored{};
  const int error = mdb_get(txn_, handle, &wanted, &stored);
  if (error == MDB_NOTFOUND) return std::nullopt;
  if (error != 0) throw DamagedRecord(table, key, mdb_strerror(error));
  return checked(table, key, as_view(stored));
}

AppliedMark LmdbReader::mark() const {
  return file_.store_ == LmdbFile::kNoTable ? AppliedMark{} : read_mark(txn_, file_.store_);
}

LmdbCursor::LmdbCursor(const LmdbReader& reader, Table table) : table_(table) {
  const unsigned handle = reader.file_.handle(table);
  if (handle == LmdbFile::kNoTable) return;
  const int error = mdb_cursor_open(reader.txn_, handle, &cursor_);
  if (error != 0) throw DamagedRecord(table, {}, mdb_strerror(error));
}

LmdbCursor::~LmdbCursor() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

bool LmdbCursor::seek(std::string_view first) {
  key_ = first;
  return move(first.empty() ? MDB_FIRST : MDB_SET_RANGE);
}

bool LmdbCursor::seek_last() { return move(MDB_LAST); }

bool LmdbCursor::next() { return move(MDB_NEXT); }

bool LmdbCursor::move(int operation) {
  if (cursor_ == nullptr) return false;
  MDB_val key = as_val(key_), stored{};
  const int error = mdb_cursor_get(cursor_, &key, &stored, static_cast<MDB_cursor_op>(operation));
  if (error == MDB_NOTFOUND) return false;
  if (error != 0) throw DamagedRecord(table_, key_, mdb_strerror(error));
  key_ = as_view(key);
  stored_ = as_view(stored);
  return true;
}

std::string_view LmdbCursor::value() const { return checked(table_, key_, stored_); }

LmdbWriter::LmdbWriter(LmdbFile& file) : file_(file) {}

LmdbWriter::~LmdbWriter() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
  if (txn_ != nullptr) mdb_txn_abort(txn_);
}

int LmdbWriter::begin() {
  if (const int error = file_.keep_ahead(); error != 0) return error;
  return mdb_txn_begin(file_.env_, nullptr, 0, &txn_);
}

int LmdbWriter::use(Table table) {
  if (cursor_ != nullptr && table == table_) return 0;
  if (cursor_ != nullptr) mdb_cursor_close(std::exchange(cursor_, nullptr));
  table_ = table;
  return mdb_cursor_open(txn_, file_.handle(table), &cursor_);
}

/// A dirty page is one piece of memory: places that lie further apart than a page's size are on
/// two. Pages that lie side by side may so be taken for one, but never many of them: what was
/// written needs its pages as well. An estimate is enough, for it only decides where a slice ends.
void LmdbWriter::touched(const void* place, std::size_t size) {
  const auto at = reinterpret_cast<std::uintptr_t>(place);
  written_ += size;
  const std::uintptr_t low = std::min(at, low_), high = std::max(at, high_);
  if (pages_ > 0 && high - low < kPageBytes) {
    low_ = low;
    high_ = high;
    return;
  }
  ++pages_;
  low_ = high_ = at;
}

unsigned LmdbWriter::pages() const {
  return std::max(pages_, static_cast<unsigned>(written_ / kPageBytes));
}

int LmdbWriter::put(Table table, std::string_view key, std::string_view value) {
  if (const int error = use(table); error != 0) return error;
  MDB_val at = as_val(key), place{value.size() + kChecksumBytes, nullptr};
  if (const int error = mdb_cursor_put(cursor_, &at, &place, MDB_RESERVE); error != 0) return error;
  fill(place.mv_data, table, key, value);
  touched(place.mv_data, key.size() + place.mv_size);
  return 0;
}

int LmdbWriter::erase(Table table, std::string_view key) {
  if (const int error = use(table); error != 0) return error;
  MDB_val at = as_val(key), stored{};
  int error = mdb_cursor_get(cursor_, &at, &stored, MDB_SET_KEY);
  if (error == MDB_NOTFOUND) return 0;
  if (error == 0) {
    touched(stored.mv_data, stored.mv_size);
    error = mdb_cursor_del(cursor_, 0);
  }
  return error;
}

int LmdbWriter::set_mark(const AppliedMark& mark) {
  std::uint8_t bytes[kMarkBytes];
  store_little_endian(bytes, mark.sequence);
  store_little_endian(bytes + 8, mark.epoch);
  return put_own(txn_, file_.store_, kMarkKey, base::as_text(bytes));
}

int LmdbWriter::set_version(std::uint32_t version) {
  return put_version(txn_, file_.store_, version);
}

int LmdbWriter::commit() {
  if (cursor_ != nullptr) mdb_cursor_close(std::exchange(cursor_, nullptr));
  if (file_.options_.commit_fault) {
    if (const int error = file_.options_.commit_fault(); error != 0) return error;
  }
  const int error = mdb_txn_commit(std::exchange(txn_, nullptr));
  if (error == 0) file_.commits_.fetch_add(1, std::memory_order_release);
  return error;
}

int LmdbWriter::seek(Table table, std::string_view first, bool& found) {
  if (const int error = use(table); error != 0) return error;
  MDB_val key = as_val(first), stored{};
  const int error =
      mdb_cursor_get(cursor_, &key, &stored, first.empty() ? MDB_FIRST : MDB_SET_RANGE);
  if (error == 0) {
    key_ = as_view(key);
    stored_ = as_view(stored);
  }
  return moved(error, found);
}

int LmdbWriter::next(bool& found) {
  MDB_val key{}, stored{};
  const int error = mdb_cursor_get(cursor_, &key, &stored, MDB_NEXT);
  if (error == 0) {
    key_ = as_view(key);
    stored_ = as_view(stored);
  }
  return moved(error, found);
}

int LmdbWriter::erase_and_next(bool& found) {
  touched(stored_.data(), stored_.size());
  if (const int error = mdb_cursor_del(cursor_, 0); error != 0) return error;
  return next(found);  // LMDB remembers that the cursor already stands at the one behind
}

int LmdbWriter::moved(int error, bool& found) {
  found = error == 0;
  return error == MDB_NOTFOUND ? 0 : error;
}

std::string_view LmdbWriter::value() const { return checked(table_, key_, stored_); }

std::string lmdb_error_text(int error) { return mdb_strerror(error); }

bool lmdb_no_room(int error) { return error == MDB_MAP_FULL || is_no_room(error); }

bool lmdb_map_full(int error) { return error == MDB_MAP_FULL; }

bool lmdb_must_restart(int error) {
  return error == MDB_PANIC || error == MDB_CORRUPTED || error == MDB_PAGE_NOTFOUND;
}

}  // namespace ledger
