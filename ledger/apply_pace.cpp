#include "ledger/apply_pace.hpp"

#include <algorithm>
#include <numeric>

namespace ledger {

void ApplyPace::begin(const EntryCounts& entries) {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    Part& part = parts_[i];
    if (part.done != 0)
      part.pages_each = static_cast<double>(part.pages) / static_cast<double>(part.done);
    part.expected = i == kPurge ? part.done : entries[i];
    part.done = part.pages = 0;
  }
}

void ApplyPace::wrote(Table table, std::uint64_t entries, std::uint64_t pages) {
  parts_[static_cast<std::size_t>(table) - 1].add(entries, pages);
}

void ApplyPace::purged(std::uint64_t looked, std::uint64_t pages) {
  parts_[kPurge].add(looked, pages);
}

double ApplyPace::progress() const {
  double all = 0, done = 0;
  for (const Part& part : parts_) {
    all += part.pages_each * static_cast<double>(part.expected);
    done += part.pages_each * static_cast<double>(std::min(part.done, part.expected));
  }
  return all == 0 ? 1 : done / all;
}

std::uint64_t ApplyPace::entries() const {
  return std::accumulate(parts_.begin(), parts_.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Part& part) { return sum + part.expected; });
}

}  // namespace ledger
