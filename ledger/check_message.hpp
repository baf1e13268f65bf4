#pragma once
/// What a stored answer tells of its transaction: where it came from and how it can be named.
/// Inside check_*.cpp only.

#include <optional>
#include <string>

#include "codec/message.hpp"
#include "ledger/check_source.hpp"
#include "ledger/records.hpp"
#include "ledger/register.hpp"

namespace ledger::checking {

/// A stored transaction taken apart. Views are those of the bytes it was read from.
struct Stored {
  TransactionHead head{};
  TransactionView view{};
  bool has_answer = false;  ///< every kind but an opening has one
  codec::Message answer;    ///< when has_answer
  TerminalId terminal{};
  MerchantId merchant{};

  bool can_be_original() const { return has_answer && head.kind != TransactionKind::reversal; }
  RequestKey request_key() const;
  OriginalKey original_key() const;
  ReferenceKey reference() const;  ///< key of `references`
  /// Of an approved reversal of something that is not there: how it named it.
  EarlyKey early_key() const;
  /// The order id in a sale's answer.
  std::optional<std::string_view> order() const;
};

/// A purchase or a completion: what a card spends.
inline bool is_spending(const TransactionHead& head) {
  return head.kind == TransactionKind::purchase || head.kind == TransactionKind::completion;
}

/// Where an approved transaction counts in `totals`: the record's key, and which of its four sums.
struct TotalsMark {
  KeyText<29> key;
  unsigned column = 0;
};
/// Nothing when it moved nothing, a completion aside, or is of a kind that does not count.
std::optional<TotalsMark> totals_mark(const Stored& stored, const Stored* original);

/// Takes the record apart into `stored`; else what is wrong with it. The answer has every element
/// that the keys are made of.
std::string read_stored(std::string_view bytes, Stored& stored);

/// Reads single transactions of the register; what it gives is valid until the next read.
class StoredReader {
 public:
  explicit StoredReader(Source& source) : source_(source) {}
  /// Nothing when it is not there, damaged or an opening; only the first is told by `absent`.
  const Stored* read(Sequence sequence, bool* absent = nullptr);

 private:
  Source& source_;
  Stored stored_;
  std::string bytes_;
};

/// Once more through the register, for those that can be taken apart and answered a message.
void for_each_stored(Source& source, Sequence last,
                     const std::function<void(const Stored& stored)>& visit);

}  // namespace ledger::checking
