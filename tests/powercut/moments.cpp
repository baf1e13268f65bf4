#include "tests/powercut/moments.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "tests/powercut/chance.hpp"

namespace powercut {
namespace {

/// Out of a thousand.
constexpr std::array<std::uint64_t, kPhaseCount> kShares{60, 180, 380, 130, 150, 100};

Phase phase_of_path(std::string_view path, Event event) {
  if (path.find("ledger.mdb") != std::string_view::npos) return Phase::apply;
  if (path.find("/segment-") != std::string_view::npos)
    return event == Event::write_begin || event == Event::write_end || event == Event::sync_begin ||
                   event == Event::sync_end
               ? Phase::journal
               : Phase::segment;
  return path.find("/journal") != std::string_view::npos ? Phase::segment : Phase::serving;
}

}  // namespace

std::string_view phase_name(Phase phase) {
  constexpr std::array<std::string_view, kPhaseCount> kNames{"first start", "recovery", "apply",
                                                             "segment",     "journal",  "serving"};
  return kNames[static_cast<std::size_t>(phase)];
}

std::vector<Phase> phases_of(const TraceReader& trace, bool recovers) {
  std::vector<Phase> phases;
  std::unordered_map<std::uint32_t, std::string> paths;
  bool serves = false, first = !recovers;
  for (std::size_t number = 0; number < trace.size(); ++number) {
    const TraceRecord& record = trace.record(number);
    const std::string text(TraceReader::payload(record).substr(0, 200));
    if (record.event == Event::start) {
      first = first && number == 0;
      serves = false;
    }
    if (record.event == Event::listen) serves = true;
    if (record.event == Event::open) paths[record.handle] = text;
    const bool has_names = record.event == Event::rename || record.event == Event::remove;
    if (!serves)
      phases.push_back(first ? Phase::first_start : Phase::recovery);
    else
      phases.push_back(phase_of_path(has_names ? text : paths[record.handle], record.event));
  }
  return phases;
}

std::vector<Moment> choose_moments(const std::vector<Phase>& phases, std::size_t count,
                                   std::uint64_t seed) {
  std::array<std::vector<std::size_t>, kPhaseCount> places;
  for (std::size_t number = 0; number < phases.size(); ++number)
    places[static_cast<std::size_t>(phases[number])].push_back(number + 1);
  std::uint64_t shares = 0;
  for (std::size_t phase = 0; phase < kPhaseCount; ++phase)
    if (!places[phase].empty()) shares += kShares[phase];
  Chance chance(seed);
  std::vector<Moment> moments;
  // Each phase gets its share, the last one what rounding leaves: few moments must do too.
  std::uint64_t counted = 0;
  for (std::size_t phase = 0; phase < kPhaseCount; ++phase) {
    if (places[phase].empty()) continue;
    counted += kShares[phase];
    while (moments.size() < count * counted / shares) {
      const std::size_t record = places[phase][chance.below(places[phase].size())];
      moments.push_back({record, chance.any() >> 16, static_cast<Phase>(phase)});
    }
  }
  std::sort(moments.begin(), moments.end(),
            [](const Moment& a, const Moment& b) { return a.record < b.record; });
  return moments;
}

}  // namespace powercut
