#pragma once
/// What the journal holds beyond LMDB's mark: read at start, before anything else is read.
///
///   list segments by epoch → begin with the last one whose first record is not beyond the mark's
///   next → follow the records, each exactly one after the other, from segment to segment
///   → hand over the entries of those after the mark
///
/// One write is in flight at a time, so only the last record can be unfinished: it is dropped, and
/// told. A record that cannot be read while a later one can is damage, and so is a gap: both stop
/// the start. What LMDB holds already may be damaged. Only reads, so it can be repeated at will.

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ledger/file_layer.hpp"
#include "ledger/journal.hpp"
#include "ledger/journal_format.hpp"
#include "ledger/lmdb_file.hpp"

namespace ledger {

struct RecoveryReport {
  std::uint64_t last_sequence = 0;           ///< last record with entries, or the mark
  std::uint64_t next_epoch = 1;              ///< greater than any that was ever in use
  std::uint64_t batches = 0, entries = 0;    ///< handed over
  std::deque<FullSegment> needed;            ///< until LMDB holds their last record, oldest first
  std::vector<std::filesystem::path> spare;  ///< hold nothing needed
  std::string end;                           ///< where the journal ended, for a sentence
  std::string dropped;                       ///< sentence about the unfinished record, or empty
  std::string missing;      ///< sentence about a segment that should follow the last, or empty
  std::string passed_over;  ///< sentence about damage that LMDB makes up for, or empty
};

/// Called for each entry after the mark, in order of commit.
using Replay = std::function<void(std::uint64_t sequence, const JournalEntry& entry)>;

/// Where the records come to an end although later ones were made durable.
struct JournalDamage {
  enum class Kind : std::uint8_t {
    record,   ///< a record cannot be read or is missing
    segment,  ///< the segment's header cannot be read, or its file is cut; its records may be whole
  };
  Kind kind = Kind::record;
  std::filesystem::path segment;
  std::uint64_t offset = 0;      ///< where the first lost record begins, or would
  std::uint64_t first_lost = 0;  ///< its sequence
  std::string what;              ///< a clause
};

/// Stops the start; ledger/repair.hpp can cut the journal there.
class JournalDamaged : public std::runtime_error {
 public:
  explicit JournalDamaged(JournalDamage damage);
  const JournalDamage& damage() const { return damage_; }

 private:
  JournalDamage damage_;
};

/// Reads the segments in `folder`. Throws std::runtime_error with a sentence that names segment and
/// offset and says what to do. After JournalDamaged, everything before the damage has been handed
/// over; after any other, what was handed over must be forgotten.
RecoveryReport read_journal(FileLayer& files, const std::filesystem::path& folder,
                            const AppliedMark& mark, const Replay& replay);

}  // namespace ledger
