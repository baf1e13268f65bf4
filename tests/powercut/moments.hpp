#pragma once
/// Where in a trace the power goes, and what the switch was doing there.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/powercut/trace_reader.hpp"

namespace powercut {

enum class Phase : std::uint8_t {
  first_start,  ///< of an empty folder, until it serves
  recovery,     ///< any other start, until it serves
  apply,        ///< a write or sync of LMDB's file
  segment,      ///< a segment is made, used again, renamed
  journal,      ///< a write to the journal
  serving,      ///< anything else: answers leave
};
inline constexpr std::size_t kPhaseCount = 6;
std::string_view phase_name(Phase phase);

/// The records before `record` have happened; what of them was under way or not synced, `seed`
/// decides.
struct Moment {
  std::size_t record = 0;
  std::uint64_t seed = 0;
  Phase phase = Phase::serving;
};

/// The phase of each record. `recovers`: the first process in it found data.
std::vector<Phase> phases_of(const TraceReader& trace, bool recovers);

/// So many moments, in order of their records: each phase has its share, as far as it occurs.
std::vector<Moment> choose_moments(const std::vector<Phase>& phases, std::size_t count,
                                   std::uint64_t seed);

}  // namespace powercut
