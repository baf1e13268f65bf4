#pragma once
/// Going on with a journal that is damaged in the middle: what it would cost, and doing it.
///
///   JournalRepair(folder): lock, replay up to the damage → damage()?
///   → books(): what would be left; survey(): what would be lost. Nothing is changed so far.
///   → apply(): a copy aside, then the journal ends where the damage begins
///
/// The last step is one rename, so that a process that dies on the way leaves the damage or the end
/// of it, and may be run again. One thread; no switch may have the folder open.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/card_vault.hpp"
#include "ledger/file_layer.hpp"
#include "ledger/offline_snapshot.hpp"
#include "ledger/records.hpp"

namespace ledger {

/// A transaction in a whole batch behind the damage.
struct LostTransaction {
  std::uint64_t batch = 0;  ///< the journal record it is in
  TransactionHead head{};
  std::string terminal, merchant, stan;  ///< DE 41, 42, 11; empty where it has none
  std::string card;                      ///< masked; empty: none, or it cannot be told
};

/// What lies behind the damage.
struct JournalLosses {
  std::uint64_t first_batch = 0, last_batch = 0;  ///< all that would be given up
  std::uint64_t whole_batches = 0;                ///< … and can be read
  std::uint64_t unreadable_batches = 0;           ///< … and cannot
  std::uint64_t transactions = 0;                 ///< in these
  /// The register's last number as far as they tell; with gaps where batches cannot be read.
  Sequence last_transaction = 0;
};

class JournalRepair {
 public:
  /// Throws std::runtime_error as a start does, but for damage that it can deal with.
  explicit JournalRepair(const std::filesystem::path& folder, FileLayer& files = system_files());

  /// Nothing: the journal is whole, or ends in a torn tail that a start drops by itself.
  const std::optional<JournalDamage>& damage() const { return damage_; }
  /// Of a journal without damage.
  const RecoveryReport& report() const { return report_; }
  /// Everything before the damage, as the next start would have it.
  Snapshot& books() { return snapshot_; }

  using Visit = std::function<void(const LostTransaction& lost)>;
  /// Looks at what lies behind the damage. With a vault, cards are named by their masked number.
  JournalLosses survey(crypto::CardVault* vault, const Visit& visit);

  /// What is done for this damage: a record's is cut away with all that follows it; a segment's
  /// header and size are written anew and every record stays that is there. Keeps a copy of each
  /// segment from the damaged one on in a folder `repair-<time>` of the data folder, with `account`
  /// as its `report.txt`, and returns that folder. Throws std::runtime_error; the journal is then
  /// as damaged as before, or mended already when it says so.
  std::filesystem::path apply(const std::string& account, base::TimeUs now);

 private:
  struct Segment {
    std::uint64_t epoch = 0;
    std::filesystem::path path;
  };
  std::vector<Segment> segments_from_damage();
  std::vector<std::uint8_t> load(const std::filesystem::path& path);
  void write_file(const std::filesystem::path& path, std::string_view bytes);
  std::filesystem::path make_aside(base::TimeUs now);
  std::vector<std::uint8_t> mended_image(const Segment& segment);

  const std::filesystem::path folder_;
  FileLayer& files_;
  OfflineSnapshot snapshot_;
  std::optional<JournalDamage> damage_;
  RecoveryReport report_;
};

}  // namespace ledger
