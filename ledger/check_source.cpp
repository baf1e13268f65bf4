#include "ledger/check_source.hpp"

#include <algorithm>
#include <exception>
#include <new>

#include "ledger/damaged_record.hpp"
#include "ledger/durable_store.hpp"

namespace ledger::checking {
namespace {

constexpr std::size_t kFindingsKept = 100;
/// Behind a damaged record numbers are tried until so many in a row are not there.
constexpr std::uint64_t kAbsentInARow = 1'000;

std::string hex(std::string_view key) { return base::to_hex(base::as_bytes(key)); }

}  // namespace

// ------------------------------------------------------------------------------------- progress

void Progress::begin(int share, std::string_view doing, std::uint64_t expected) {
  from_ += share_;
  share_ = share;
  doing_ = doing;
  done_ = 0;
  expected_ = std::max<std::uint64_t>(expected, 1);
  show();
}

void Progress::end() {
  from_ = 1'000;
  share_ = 0;
  doing_ = "done";
  show();
}

void Progress::show() {
  const double part = std::min(1.0, static_cast<double>(done_) / static_cast<double>(expected_));
  const int now = std::min(1'000, from_ + static_cast<int>(share_ * part));
  if (now <= told_ && done_ != 0) return;
  told_ = std::max(told_, now);
  if (tell_) tell_(told_, doing_);
}

// --------------------------------------------------------------------------------------- source

void Source::add(Table table, std::string_view key, std::string what) {
  add_hex(table, hex(key), std::move(what));
}

void Source::add_hex(Table table, std::string key_hex, std::string what) {
  ++report_.finding_count;
  if (report_.findings.size() < kFindingsKept)
    report_.findings.push_back({table, std::move(key_hex), std::move(what)});
}

void Source::add_size(Table table, std::string_view key, std::size_t size, std::size_t wanted) {
  add(table, key,
      "has " + std::to_string(size) + " bytes and should have " + std::to_string(wanted));
}

void Source::add_unreadable(Table table, std::string key_hex) {
  if (unreadable_.emplace(table, key_hex).second)
    add_hex(table, std::move(key_hex), "cannot be read: its bytes are not what was written");
}

Source::Found Source::get(Table table, std::string_view key) {
  try {
    const auto value = snapshot_.get(table, key);
    if (value) return {Found::State::there, *value};
    return {};
  } catch (const SnapshotExpired&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    add_unreadable(table, hex(key));
    return {Found::State::damaged, {}};
  }
}

void Source::for_each(Table table, const Visit& visit) {
  std::exception_ptr visitors;  // what a visitor throws is no damage
  std::string last;
  try {
    snapshot_.for_each(table, [&](std::string_view key, std::string_view value) {
      try {
        progress.step();
        visit(key, value);
        last = key;
      } catch (...) {
        visitors = std::current_exception();
      }
      return visitors == nullptr;
    });
  } catch (const SnapshotExpired&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const DamagedRecord& damaged) {
    add_unreadable(table, damaged.key_hex());
  } catch (const std::exception&) {
    add(table, last, "the table cannot be read beyond this record");
  }
  if (visitors) std::rethrow_exception(visitors);
}

void Source::for_each_number(Table table, std::uint64_t last, const VisitNumber& visit) {
  std::uint64_t number = 0, absent = 0;
  for_each(table, [&](std::string_view key, std::string_view value) {
    if (key.size() != sizeof number) return add(table, key, "the key is no number of 8 bytes");
    number = base::load_big_endian<std::uint64_t>(base::as_bytes(key).data());
    visit(number, value);
  });
  while (number < last && absent < kAbsentInARow) {
    const Found found = get(table, number_key(++number));
    absent = found.absent() ? absent + 1 : 0;
    if (!found.there()) continue;
    progress.step();
    visit(number, std::string(found.value));
  }
}

}  // namespace ledger::checking
