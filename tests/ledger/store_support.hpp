#pragma once
/// What the store's tests share: folders that go away, files that fail, events that are kept.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ledger/durable_store.hpp"
#include "ledger/file_layer.hpp"
#include "ledger/journal_format.hpp"

namespace ledger::test {

/// A folder of its own under the system's folder for such things, removed with the object.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "ledger-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class EventLog : public StoreEvents {
 public:
  void report(StoreEvent event, std::string_view text) override {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(event, text);
  }
  std::size_t count(StoreEvent event) const {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const auto& [seen, text] : events_) count += seen == event ? 1 : 0;
    return count;
  }
  /// Of the latest such event.
  std::string text(StoreEvent event) const {
    const std::lock_guard lock(mutex_);
    std::string found;
    for (const auto& [seen, text] : events_)
      if (seen == event) found = text;
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<StoreEvent, std::string>> events_;
};

/// The system's files with a say in each call. Hooks are set before anyone else uses the files;
/// they are called by several threads.
class FaultyFiles : public FileLayer {
 public:
  using Path = std::filesystem::path;
  std::function<void(const char* what, const Path&)> before;  ///< every call
  /// Nothing waits for the disk: enough where the process dies and the system does not.
  bool without_sync = false;
  std::function<int(const Path&, OpenFlags)> open_error;
  std::function<int(const Path&)> rename_error, sync_error, sync_folder_error, reserve_error,
      read_error;
  /// 0: as usual; negative: that error, nothing written; positive: so many bytes only.
  std::function<std::int64_t(const Path&, std::size_t size, std::uint64_t at)> write_fault;

  std::unique_ptr<File> open(const Path& path, OpenFlags flags, int& error) override {
    call("open", path);
    error = open_error ? open_error(path, flags) : 0;
    if (error != 0) return nullptr;
    if (without_sync) flags.durable = false;
    auto file = system_files().open(path, flags, error);
    return file ? std::make_unique<FaultyFile>(*this, path, std::move(file)) : nullptr;
  }
  int rename(const Path& from, const Path& to) override {
    call("rename", to);
    const int error = rename_error ? rename_error(to) : 0;
    return error != 0 ? error : system_files().rename(from, to);
  }
  int remove(const Path& path) override {
    call("remove", path);
    return system_files().remove(path);
  }
  int make_folder(const Path& path) override { return system_files().make_folder(path); }
  int sync_folder(const Path& path) override {
    call("sync_folder", path);
    const int error = sync_folder_error ? sync_folder_error(path) : 0;
    return error != 0 || without_sync ? error : system_files().sync_folder(path);
  }
  int list(const Path& folder, std::vector<std::string>& names) override {
    return system_files().list(folder, names);
  }

 private:
  class FaultyFile : public File {
   public:
    FaultyFile(FaultyFiles& files, Path path, std::unique_ptr<File> file)
        : files_(files), path_(std::move(path)), file_(std::move(file)) {}
    std::int64_t write(const void* from, std::size_t size, std::uint64_t at) override {
      files_.call("write", path_);
      const std::int64_t fault = files_.write_fault ? files_.write_fault(path_, size, at) : 0;
      if (fault < 0) return fault;
      return file_->write(from, fault > 0 ? static_cast<std::size_t>(fault) : size, at);
    }
    std::int64_t read(void* to, std::size_t size, std::uint64_t at) override {
      const int error = files_.read_error ? files_.read_error(path_) : 0;
      return error != 0 ? -error : file_->read(to, size, at);
    }
    std::int64_t size() override { return file_->size(); }
    int reserve(std::uint64_t bytes) override {
      const int error = files_.reserve_error ? files_.reserve_error(path_) : 0;
      return error != 0 ? error : file_->reserve(bytes);
    }
    int sync() override {
      files_.call("sync", path_);
      const int error = files_.sync_error ? files_.sync_error(path_) : 0;
      return error != 0 || files_.without_sync ? error : file_->sync();
    }

   private:
    FaultyFiles& files_;
    Path path_;
    std::unique_ptr<File> file_;
  };
  void call(const char* what, const Path& path) const {
    if (before) before(what, path);
  }
};

inline std::string read_file(const std::filesystem::path& path) {
  std::string bytes(std::filesystem::file_size(path), '\0');
  std::ifstream(path, std::ios::binary)
      .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}
inline void write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}
/// Replaces every place where `from` stands by `to`, of the same length; how many there were.
inline int change_in_file(const std::filesystem::path& path, const std::string& from,
                          const std::string& to) {
  const std::string bytes = read_file(path);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  int places = 0;
  for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 1)) {
    file.seekp(static_cast<std::streamoff>(at));
    file << to;
    ++places;
  }
  return places;
}
/// Leaves out the hole at a file's end, which the data file has.
inline void copy_folder(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::remove_all(to);
  std::filesystem::create_directories(to);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(from)) {
    const auto target = to / std::filesystem::relative(entry.path(), from);
    if (entry.is_directory()) {
      std::filesystem::create_directories(target);
      continue;
    }
    std::string bytes = read_file(entry.path());
    const std::size_t size = bytes.size();
    bytes.resize(bytes.find_last_not_of('\0') + 1);
    write_file(target, bytes);
    std::filesystem::resize_file(target, size);
  }
}
/// All segments of a journal folder, oldest first.
inline std::vector<std::filesystem::path> segments_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (epoch_of_name(entry.path().filename().string())) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

/// Small enough to reach every bound.
inline StoreOptions small_options(const std::filesystem::path& folder) {
  StoreOptions options;
  options.folder = folder;
  options.window_us = 20'000;
  options.overlay_bytes = 1 << 20;
  options.segment_bytes = 256 * kBlockBytes;
  options.max_batch_bytes = 64 << 10;
  options.journal_bytes = 64 * options.segment_bytes;
  options.map_bytes = std::uint64_t{256} << 20;
  options.full_retry_us = 5'000;
  return options;
}

/// Options under which nothing is applied unless the test wants it.
inline StoreOptions still_options(const TempFolder& folder) {
  StoreOptions options = small_options(folder.path());
  options.window_us = 3'600'000'000;
  return options;
}

/// `key=value key=value ` from `first` on.
inline std::string scanned(Store& store, Table table, std::string_view first = {},
                           std::size_t limit = SIZE_MAX) {
  std::string seen;
  store.scan(table, first, limit, [&](std::string_view key, std::string_view value) {
    seen += std::string(key) + "=" + std::string(value) + " ";
    return true;
  });
  return seen;
}

inline CommitOutcome commit(Store& store, const WriteSet& batch) {
  int called = 0;
  CommitOutcome outcome{};
  store.commit(batch, [&](CommitOutcome got) {
    ++called;
    outcome = got;
  });
  EXPECT_EQ(called, 1);
  return outcome;
}
inline CommitOutcome put(Store& store, Table table, std::string_view key, std::string_view value) {
  WriteSet batch;
  batch.put(table, key, value);
  return commit(store, batch);
}
/// Waits while there is no room, as the switch does.
inline CommitOutcome commit_patiently(Store& store, const WriteSet& batch) {
  for (int i = 0; i < 20'000 && store.writable() == Writable::full; ++i) {
    store.tick();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return commit(store, batch);
}
inline CommitOutcome erase(Store& store, Table table, std::string_view key) {
  WriteSet batch;
  batch.erase(table, key);
  return commit(store, batch);
}
/// `-` for nothing.
template <class Readable>
std::string value_of(Readable& store, Table table, std::string_view key) {
  const auto found = store.get(table, key);
  return found ? std::string(*found) : "-";
}

/// Ticks until it is so; false after 20 s.
inline bool tick_until(Store& store, const std::function<bool()>& so) {
  for (int i = 0; i < 20'000 && !so(); ++i) {
    store.tick();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return so();
}

using Model = std::map<std::pair<Table, std::string>, std::string>;

/// Everything a snapshot shows.
inline Model all_of(Snapshot& snapshot) {
  Model all;
  for (int number = 1; number <= kTableCount; ++number) {
    const auto table = static_cast<Table>(number);
    snapshot.for_each(table, [&](std::string_view key, std::string_view value) {
      all[{table, std::string(key)}] = value;
      return true;
    });
  }
  return all;
}

}  // namespace ledger::test
