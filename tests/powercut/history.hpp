#pragma once
/// What the journal was given, batch by batch, and what peers were answered: what must be there
/// after a cut, entry by entry.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/store.hpp"

namespace powercut {

/// An answer that left.
struct Answer {
  std::size_t record = 0;  ///< of the trace, that sent it
  std::string key;         ///< of its request in `duplicates`
  /// One of these the register must have. None: only a wrong password was counted, or it told what
  /// had become of the request.
  std::vector<std::string> texts;
};

/// Lines `record key text/text` in hexadecimal, `-` for no text, in order of their records.
std::vector<Answer> read_answers(const std::filesystem::path& file);

class History {
 public:
  explicit History(std::vector<Answer> answers) : answers_(std::move(answers)) {}

  /// A write to a segment has begun: `bytes` is a record, `epoch` is its segment's. Throws
  /// std::runtime_error when it is none or does not follow.
  void add_record(std::string_view bytes, std::uint64_t epoch);
  /// More than a week goes by: what is remembered for a week may be purged from now on.
  void let_a_week_pass() { purged_to_ = begun_; }
  /// All answers sent by records before this one have left. Throws when one is of a request that no
  /// batch has, or says something else than the register.
  void answered_before(std::size_t record);

  /// The last batch that is in an answer that has left: must be there.
  std::uint64_t required() const { return required_; }
  /// The last record that was begun, a batch's or a start's: more cannot be there.
  std::uint64_t begun() const { return begun_; }
  /// The last batch that was begun.
  std::uint64_t last_batch() const { return last_batch_; }
  /// Answers that have left and that stand for a batch.
  std::size_t answers() const { return counted_; }

  /// A sentence about the first entry in which `store` is not as it was after this batch; empty:
  /// none.
  std::string difference(ledger::Store& store, std::uint64_t batch) const;

 private:
  using Key = std::pair<ledger::Table, std::string>;
  struct Version {
    std::uint64_t batch;
    std::optional<std::string> value;
  };
  const Version* at(const Key& key, std::uint64_t batch) const;
  bool may_be_purged(ledger::Table table, const Version& version) const;
  void check_answer(const Answer& answer, std::uint64_t batch) const;

  const std::vector<Answer> answers_;
  std::size_t next_answer_ = 0, counted_ = 0;
  std::uint64_t required_ = 0, begun_ = 0, last_batch_ = 0;
  std::uint64_t purged_to_ = 0;
  std::map<Key, std::vector<Version>> entries_;
};

}  // namespace powercut
