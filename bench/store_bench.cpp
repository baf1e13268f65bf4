/// What it costs to make a purchase durable, three ways, on the disk that holds the given folder:
///
///   store_bench journal  one journal write a batch, nothing applied
///   store_bench store    the same with the apply running: what the switch does
///   store_bench lmdb     one LMDB commit a batch
///   store_bench reads    the reads of a purchase, most of them of absent keys
///
/// A purchase is of a random card out of a million and writes six entries. With `--rate` purchases
/// come on a schedule, all that wait are one batch, as in the switch, and a purchase's time counts
/// from when it came. Without, a batch is `--purchases` of them and one follows the other.

#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "ledger/durable_store.hpp"
#include "ledger/lmdb_file.hpp"
#include "ledger/write_set.hpp"

namespace {

using ledger::Table;
using ledger::WriteSet;

struct Settings {
  std::string mode;
  std::filesystem::path folder = "/tmp/store-bench";
  std::uint64_t cards = 1'000'000, purchases = 1;
  double rate = 0, seconds = 20, window_seconds = 15;
  std::uint64_t slice_pages = 16;
};

class Print : public ledger::StoreEvents {
 public:
  void report(ledger::StoreEvent event, std::string_view text) override {
    std::printf("  [%s] %s\n", std::string(ledger::event_name(event)).c_str(),
                std::string(text).c_str());
  }
};

std::string number_key(std::uint64_t number) {
  std::uint8_t bytes[8];
  base::store_big_endian(bytes, number);
  return {reinterpret_cast<char*>(bytes), sizeof bytes};
}

/// The sizes are about those of the ledger's records.
class Purchases {
 public:
  explicit Purchases(std::uint64_t cards) : cards_(cards) {}

  void add(WriteSet& batch) {
    const std::string card = number_key(random_() % cards_), row = number_key(++sequence_);
    const std::string tail = number_key(random_());
    value_.assign(64, static_cast<char>(sequence_));
    batch.put(Table::cards, card, value_);
    batch.put(Table::accounts, number_key(random_() % 200), std::string_view(value_).substr(0, 40));
    value_.assign(220, static_cast<char>(sequence_));
    batch.put(Table::transactions, row, value_);
    batch.put(Table::duplicates, "1122" + row + tail + "terminal merchant", row);
    batch.put(Table::originals, "1122" + row + tail + "original", row);
    batch.put(Table::references, tail + "reference", row);
  }

 private:
  const std::uint64_t cards_;
  std::mt19937_64 random_{1};
  std::uint64_t sequence_ = 0;
  std::string value_;
};

class Times {
 public:
  void add(std::int64_t time_us) { all_.push_back(static_cast<std::uint32_t>(time_us)); }
  void print(const Settings& settings, std::uint64_t batches, double seconds) {
    if (all_.empty()) return;
    std::sort(all_.begin(), all_.end());
    const auto at = [this](double share) {
      return all_[std::min(all_.size() - 1,
                           static_cast<std::size_t>(share * static_cast<double>(all_.size())))];
    };
    const auto count = static_cast<double>(all_.size());
    const auto over = all_.end() - std::upper_bound(all_.begin(), all_.end(), 1'000u);
    // bench/measured/programs.py reads this line.
    std::printf(
        "%s: %.0f purchases/s in %.0f batches/s; us p50 %u  p90 %u  p99 %u  p99.9 %u  max %u; "
        "over 1 ms %lld of %zu\n",
        settings.mode.c_str(), count / seconds, static_cast<double>(batches) / seconds, at(0.5),
        at(0.9), at(0.99), at(0.999), all_.back(), static_cast<long long>(over), all_.size());
  }

 private:
  std::vector<std::uint32_t> all_;
};

constexpr std::uint64_t kMostInBatch = 256;

/// Calls `one(purchases)` over and over, on the schedule if there is one, and prints their times.
template <class One, class Between>
void run(const Settings& settings, One one, Between between) {
  Times times;
  const std::int64_t begun = base::steady_now();
  const auto end = begun + static_cast<std::int64_t>(settings.seconds * 1e6);
  const auto due = [&](std::uint64_t n) {
    return begun + static_cast<std::int64_t>(static_cast<double>(n) * 1e6 / settings.rate);
  };
  std::uint64_t batches = 0;
  for (std::uint64_t next = 0; base::steady_now() < end; ++batches) {
    std::int64_t now = base::steady_now();
    const std::uint64_t first = next;
    if (settings.rate > 0) {
      // Sleeping is too coarse for what is left in the end.
      for (; now < due(next); now = base::steady_now())
        if (due(next) - now > 20)
          std::this_thread::sleep_for(std::chrono::microseconds(due(next) - now - 15));
      while (next - first < kMostInBatch && due(next) <= now) ++next;
    } else {
      next += settings.purchases;
    }
    one(next - first);
    const std::int64_t done = base::steady_now();
    for (std::uint64_t n = first; n < next; ++n)
      times.add(done - (settings.rate > 0 ? due(n) : now));
    between(done);
  }
  times.print(settings, batches, static_cast<double>(base::steady_now() - begun) / 1e6);
}

ledger::StoreOptions store_options(const Settings& settings) {
  ledger::StoreOptions options;
  options.folder = settings.folder;
  options.window_us = static_cast<std::int64_t>(settings.window_seconds * 1e6);
  options.slice_pages = static_cast<std::uint32_t>(settings.slice_pages);
  if (settings.mode == "journal") {
    options.window_us = std::int64_t{1} << 50;
    options.overlay_bytes = std::uint64_t{8} << 30;
    options.journal_bytes = std::uint64_t{32} << 30;
  }
  return options;
}

void commit(ledger::Store& store, const WriteSet& batch) {
  while (store.writable() == ledger::Writable::full) {
    store.tick();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  store.commit(batch, [](ledger::CommitOutcome outcome) {
    if (outcome == ledger::CommitOutcome::committed) return;
    std::fprintf(stderr, "a batch was not committed\n");
    std::exit(1);
  });
}

/// Brings the cards into the data file, unless an earlier run has.
void fill(const Settings& settings, Print& events) {
  Settings filling = settings;
  filling.mode = "store";
  const auto store = ledger::DurableStore::open(store_options(filling), events);
  if (store->get(Table::cards, number_key(settings.cards - 1))) return;
  std::printf("filling %llu cards\n", static_cast<unsigned long long>(settings.cards));
  WriteSet batch;
  const std::string value(64, 'c');
  for (std::uint64_t card = 0; card < settings.cards;) {
    batch.clear();
    for (int i = 0; i < 5'000 && card < settings.cards; ++i)
      batch.put(Table::cards, number_key(card++), value);
    commit(*store, batch);
    store->tick();
  }
  store->settle();
}

void print_figures(const ledger::StoreFigures& figures) {
  std::printf(
      "  sequence %llu, applied %llu, active %.1f MiB, frozen %.1f MiB, backlog %llu, "
      "journal %llu segments, data %.0f MiB\n",
      static_cast<unsigned long long>(figures.journal_sequence),
      static_cast<unsigned long long>(figures.applied_to),
      static_cast<double>(figures.active_bytes) / (1 << 20),
      static_cast<double>(figures.frozen_bytes) / (1 << 20),
      static_cast<unsigned long long>(figures.backlog_entries),
      static_cast<unsigned long long>(figures.journal_segments),
      static_cast<double>(figures.data_bytes) / (1 << 20));
}

void run_store(const Settings& settings, Print& events) {
  const auto store = ledger::DurableStore::open(store_options(settings), events);
  Purchases purchases(settings.cards);
  WriteSet batch;
  std::int64_t shown = base::steady_now();
  run(
      settings,
      [&](std::uint64_t count) {
        batch.clear();
        for (std::uint64_t i = 0; i < count; ++i) purchases.add(batch);
        commit(*store, batch);
      },
      [&](std::int64_t now) {
        store->tick();
        if (now - shown < 5'000'000) return;
        shown = now;
        print_figures(store->figures());
      });
  print_figures(store->figures());
}

void run_lmdb(const Settings& settings) {
  ledger::LmdbFile file(
      {.file = settings.folder / "ledger.mdb", .map_bytes = ledger::kDefaultMapBytes});
  Purchases purchases(settings.cards);
  WriteSet batch;
  run(
      settings,
      [&](std::uint64_t count) {
        batch.clear();
        for (std::uint64_t i = 0; i < count; ++i) purchases.add(batch);
        ledger::LmdbWriter writer(file);
        int error = writer.begin();
        batch.for_each_live([&](Table table, std::string_view key, std::string_view value, bool) {
          if (error == 0) error = writer.put(table, key, value);
        });
        if (error == 0) error = writer.commit();
        if (error != 0) throw std::runtime_error(ledger::lmdb_error_text(error));
      },
      [](std::int64_t) {});
}

/// Six misses and two hits a purchase; a thousand at a time, so p50 is nanoseconds a purchase.
void run_reads(Settings settings, Print& events) {
  const auto store = ledger::DurableStore::open(store_options(settings), events);
  Purchases purchases(settings.cards);
  WriteSet batch;
  for (int i = 0; i < 200'000; ++i) {  // an overlay as it is in the middle of a window
    purchases.add(batch);
    if (i % 100 != 99) continue;
    commit(*store, batch);
    batch.clear();
  }
  settings.purchases = 1'000;
  settings.rate = 0;
  std::mt19937_64 random(3);
  std::uint64_t found = 0;
  run(
      settings,
      [&](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
          const std::string key = "1123" + number_key(random());
          for (const Table table : {Table::duplicates, Table::originals, Table::references,
                                    Table::undone, Table::early_reversals, Table::holds})
            found += store->get(table, key) ? 1 : 0;
          found += store->get(Table::cards, number_key(random() % settings.cards)) ? 1 : 0;
          found += store->get(Table::accounts, number_key(random() % 200)) ? 1 : 0;
        }
      },
      [](std::int64_t) {});
  std::printf("  %llu found\n", static_cast<unsigned long long>(found));
}

int usage() {
  std::fprintf(
      stderr,
      "store_bench journal|store|lmdb|reads [--dir DIR] [--seconds S] [--rate PURCHASES/S]\n"
      "            [--purchases N] [--cards N] [--window SECONDS] [--slice-pages N]\n");
  return 2;
}

bool parse(int count, char** words, Settings& settings) {
  if (count < 2 || count % 2 != 0) return false;
  settings.mode = words[1];
  for (int i = 2; i < count; i += 2) {
    const std::string name = words[i];
    const std::string value = words[i + 1];
    if (name == "--dir")
      settings.folder = value;
    else if (name == "--seconds")
      settings.seconds = std::stod(value);
    else if (name == "--rate")
      settings.rate = std::stod(value);
    else if (name == "--purchases")
      settings.purchases = std::stoull(value);
    else if (name == "--cards")
      settings.cards = std::stoull(value);
    else if (name == "--window")
      settings.window_seconds = std::stod(value);
    else if (name == "--slice-pages")
      settings.slice_pages = std::stoull(value);
    else
      return false;
  }
  return true;
}

}  // namespace

int main(int count, char** words) {
  try {
    Settings settings;
    if (!parse(count, words, settings)) return usage();
    ::prctl(PR_SET_TIMERSLACK, 1);  // sleeps end when they should
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    Print events;
    fill(settings, events);
    if (settings.mode == "lmdb")
      run_lmdb(settings);
    else if (settings.mode == "reads")
      run_reads(settings, events);
    else if (settings.mode == "journal" || settings.mode == "store")
      run_store(settings, events);
    else
      return usage();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
