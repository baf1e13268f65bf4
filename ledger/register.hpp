#pragma once
/// The register: every remembered message, what it did and what it was answered; and the ways in
/// which a later message can name it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/books.hpp"
#include "ledger/draft.hpp"
#include "ledger/records.hpp"

namespace ledger {

/// A remembered message is answered the same for this long; later its key counts as new.
inline constexpr base::TimeUs kRememberedUs = 8 * base::kMicrosPerDay;
/// Transactions under one key of `originals` or `references` that are looked at, newest first. Only
/// terminals of one merchant with the same second and STAN, or repeats of one terminal's DE 37,
/// make a chain; beyond the bound the message is answered 96, never as if nothing were there.
inline constexpr int kChainLimit = 4'096;

/// A transaction copied out of the store, so that it stays while the draft is written to.
struct StoredTransaction {
  TransactionHead head{};
  std::string bytes;  ///< the whole record

  TransactionView view() const { return *decode_transaction(bytes); }
};
std::optional<StoredTransaction> read_transaction(Draft& draft, Sequence sequence);

/// How a message is found again.
struct TransactionKeys {
  RequestKey request;
  OriginalKey original;
  std::string_view reference;  ///< DE 37
  /// Reversals are found by their own key only: nothing names them as an original.
  bool can_be_original = true;
  /// The last that was counted under the request's key; 0: none.
  std::uint64_t wrong_password = 0;
};

/// Writes the record, its keys and its postings. `head` has everything but the previous original
/// and reference, posting_count and answer_size.
void remember(Draft& draft, TransactionHead head, const TransactionKeys& keys, const Entry& entry,
              base::ByteView answer);

/// Writes postings that no message asked for (an opening prefund) as a transaction of its own.
void record_opening(Draft& draft, const Entry& entry, base::TimeUs now);

/// What is remembered under this key, unless it came too long ago.
std::optional<DuplicateRecord> find_duplicate(Draft& draft, const RequestKey& key,
                                              base::TimeUs now);
/// Remembers that this wrong password was counted under this key, beside the transaction that is
/// known by it: a hold, where a verify has the same. Whether it came too long ago goes by
/// `age_now`.
void remember_wrong_password(Draft& draft, const RequestKey& key, std::uint64_t password,
                             base::TimeUs now, base::TimeUs age_now);

/// The latest transaction under a key; go on with head.previous_original or previous_reference.
Sequence latest_original(Draft& draft, const OriginalKey& key);
Sequence latest_reference(Draft& draft, const RequestKey& place, std::string_view reference);

UndoneRecord read_undone(Draft& draft, Sequence sequence);
void write_undone(Draft& draft, Sequence sequence, const UndoneRecord& undone);

/// Keys of `early_reversals`: what a reversal that came first said of its original.
using EarlyKey = KeyText<64>;
EarlyKey early_key(const OriginalKey& original, const TerminalId& terminal);
EarlyKey early_key(StationId station, std::string_view reference, const TerminalId& terminal,
                   const MerchantId& merchant);
/// By DE 11 12 13 41 42; the class does not count, since the reversal could not say it.
EarlyKey early_key(const RequestKey& request);
void remember_early_reversal(Draft& draft, const EarlyKey& key, Sequence sequence,
                             base::TimeUs now);
/// Whether a reversal of such a message was answered before it came.
bool was_reversed_early(Draft& draft, const TransactionKeys& keys, base::TimeUs now);

}  // namespace ledger
