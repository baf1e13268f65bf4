/// The rules of the simulated disk, with traces made by hand: what was synced is there after every
/// cut, and what was not is lost, reordered and torn after some.

#include "tests/powercut/disk.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

namespace powercut {
namespace {

constexpr int kCuts = 200;

/// A trace as the recorder would leave it, record by record.
class Recorded {
 public:
  Recorded() {
    std::string name = (std::filesystem::temp_directory_path() / "powercut-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    bytes_.resize(sizeof(TraceHeader));
  }
  ~Recorded() { std::filesystem::remove_all(folder_); }
  Recorded(const Recorded&) = delete;
  Recorded& operator=(const Recorded&) = delete;

  std::uint64_t add(Event event, std::uint32_t handle, const std::string& payload = {},
                    std::uint64_t offset = 0, std::uint64_t begin = 0, std::uint32_t flags = 0) {
    TraceRecord record{};
    record.bytes = (sizeof record + payload.size() + 7) / 8 * 8;
    record.event = event;
    record.handle = handle;
    record.begin = begin;
    record.offset = offset;
    record.size = event == Event::resize ? offset : payload.size();
    record.result = event == Event::write_end ? static_cast<std::int64_t>(last_write_) : 0;
    record.flags = flags;
    record.payload_bytes = static_cast<std::uint32_t>(payload.size());
    const std::uint64_t place = bytes_.size();
    bytes_.append(reinterpret_cast<const char*>(&record), sizeof record).append(payload);
    bytes_.resize(place + record.bytes);
    return place;
  }
  std::uint64_t begin_write(std::uint32_t handle, const std::string& bytes,
                            std::uint64_t offset = 0) {
    last_write_ = bytes.size();
    return add(Event::write_begin, handle, bytes, offset);
  }
  void write(std::uint32_t handle, const std::string& bytes, std::uint64_t offset = 0) {
    const std::uint64_t begin = begin_write(handle, bytes, offset);
    add(Event::write_end, handle, {}, 0, begin);
  }
  void sync(std::uint32_t handle) { add(Event::sync_end, handle, {}, 0, begin_sync(handle)); }
  std::uint64_t begin_sync(std::uint32_t handle) { return add(Event::sync_begin, handle); }
  void open(std::uint32_t handle, const std::string& path, int flags = 0) {
    add(Event::open, handle, path, 0, 0, static_cast<std::uint32_t>(flags));
  }
  void rename(const std::string& from, const std::string& to) {
    add(Event::rename, 0, from + '\0' + to);
  }

  /// What the file holds after each of many cuts at the end; `-`: it is not there.
  std::set<std::string> after_cuts(const std::string& file) {
    TraceHeader header{};
    header.magic = kTraceMagic;
    header.used = bytes_.size();
    std::string whole = bytes_;
    std::memcpy(whole.data(), static_cast<const void*>(&header), sizeof header);
    std::ofstream(folder_ / "trace", std::ios::binary) << whole;
    const TraceReader trace(folder_ / "trace");
    Disk disk;
    for (std::size_t number = 0; number < trace.size(); ++number) disk.take(trace, number);
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < kCuts; ++seed) {
      Chance chance(seed);
      disk.leave(chance, folder_ / "image");
      std::ifstream in(folder_ / "image" / file, std::ios::binary);
      seen.insert(in ? std::string(std::istreambuf_iterator<char>(in), {}) : "-");
    }
    return seen;
  }

 private:
  std::filesystem::path folder_;
  std::string bytes_;
  std::size_t last_write_ = 0;
};

std::string sectors(const std::string& letters) {
  std::string bytes;
  for (const char letter : letters) bytes.append(kSectorBytes, letter);
  return bytes;
}

/// A file `a` of two sectors, synced, its name too.
void synced_file(Recorded& trace) {
  trace.open(1, "", O_DIRECTORY);
  trace.open(2, "a");
  trace.write(2, sectors("oo"));
  trace.sync(2);
  trace.sync(1);
}

using Seen = std::set<std::string>;

TEST(PowercutDisk, WhatWasSyncedIsThereAfterEveryCut) {
  Recorded trace;
  synced_file(trace);
  EXPECT_EQ(trace.after_cuts("a"), Seen{sectors("oo")});
}

TEST(PowercutDisk, AnUnsyncedWriteIsTornAtAnySector) {
  Recorded trace;
  synced_file(trace);
  trace.write(2, sectors("nn"));
  EXPECT_EQ(trace.after_cuts("a"),
            (Seen{sectors("oo"), sectors("no"), sectors("on"), sectors("nn")}));
}

TEST(PowercutDisk, AnOlderVersionMayBeTheOneThatReachedTheDisk) {
  Recorded trace;
  synced_file(trace);
  trace.write(2, sectors("1"));
  trace.write(2, sectors("2"));
  EXPECT_EQ(trace.after_cuts("a"), (Seen{sectors("oo"), sectors("1o"), sectors("2o")}));
}

TEST(PowercutDisk, ASyncCoversOnlyWhatHadEndedWhenItBegan) {
  Recorded trace;
  synced_file(trace);
  const std::uint64_t first = trace.begin_write(2, sectors("1"));
  const std::uint64_t sync = trace.begin_sync(2);
  trace.add(Event::write_end, 2, {}, 0, first);
  trace.add(Event::sync_end, 2, {}, 0, sync);
  EXPECT_EQ(trace.after_cuts("a"), (Seen{sectors("oo"), sectors("1o")}));
  trace.sync(2);
  EXPECT_EQ(trace.after_cuts("a"), Seen{sectors("1o")});
}

TEST(PowercutDisk, ASyncedWriteIsTornUntilItHasEndedAndSyncsNothingElse) {
  Recorded trace;
  synced_file(trace);
  trace.write(2, sectors("1"));
  trace.open(3, "a", O_DSYNC);
  const std::uint64_t begin = trace.begin_write(3, sectors("d"), kSectorBytes);
  EXPECT_EQ(trace.after_cuts("a"),
            (Seen{sectors("oo"), sectors("1o"), sectors("od"), sectors("1d")}));
  trace.add(Event::write_end, 3, {}, 0, begin);
  EXPECT_EQ(trace.after_cuts("a"), (Seen{sectors("od"), sectors("1d")}));
}

TEST(PowercutDisk, ASizeIsKeptOnceSyncedAndBytesWithoutItAreLost) {
  Recorded trace;
  synced_file(trace);
  trace.write(2, sectors("n"), 2 * kSectorBytes);
  EXPECT_EQ(trace.after_cuts("a"),
            (Seen{sectors("oo"), sectors("oon"), sectors("oo") + std::string(kSectorBytes, '\0')}));
}

TEST(PowercutDisk, ANameIsCertainOnlyAfterItsFolderWasSynced) {
  Recorded trace;
  synced_file(trace);
  trace.rename("a", "b");
  EXPECT_EQ(trace.after_cuts("a"), (Seen{"-", sectors("oo")}));
  EXPECT_EQ(trace.after_cuts("b"), (Seen{"-", sectors("oo")}));
  trace.sync(1);
  EXPECT_EQ(trace.after_cuts("a"), Seen{"-"});
  EXPECT_EQ(trace.after_cuts("b"), Seen{sectors("oo")});
}

TEST(PowercutDisk, ASyncedFileWithoutASyncedNameMayBeGone) {
  Recorded trace;
  trace.open(2, "a");
  trace.write(2, sectors("n"));
  trace.sync(2);
  EXPECT_EQ(trace.after_cuts("a"), (Seen{"-", sectors("n")}));
}

}  // namespace
}  // namespace powercut
