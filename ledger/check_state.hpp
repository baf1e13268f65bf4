#pragma once
/// What the register's transactions add up to, kept to be compared with the tables. Inside
/// check_*.cpp only.
///
/// Memory: 72 bytes a card, and some tens for each merchant, terminal, account, open hold, hour of
/// the register (duplicates) and day (totals), purchase with points that was given back; nothing
/// for each transaction. Where a table does not agree, two bits a transaction, or the sums of the
/// days that differ, are added while it is looked for which record is wrong.

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/check_entries.hpp"
#include "ledger/check_holds.hpp"
#include "ledger/check_rates.hpp"
#include "ledger/check_source.hpp"

namespace ledger::checking {

/// A state a card is never in: not yet sold, and from no lot as far as the register can tell.
inline constexpr CardState kNeverSold{};

/// What the transactions so far did to a card.
struct CardSums {
  std::int64_t balance_won = 0;
  std::int64_t spent_won = 0;
  std::int64_t points = 0;
  Sequence last_sequence = 0;
  Sequence last_recharge = 0;
  Sequence sold_by = 0;
  std::int32_t sold_won = 0;  ///< face value it was sold at
  std::uint32_t postings = 0;
  base::Date spent_day = 0;
  base::Date sold_day = 0;       ///< local date of the latest sale
  CardState state = kNeverSold;  ///< stock again after a reversed sale
  bool sold_from_stock = false;  ///< hence of a lot
  std::uint8_t product = 0;      ///< as its record says, for the card's file
  std::uint8_t blocked = 0;      ///< by owner or operator
  bool had_hold = false;         ///< since its sale
  bool registered = false;       ///< as its record says, for the card's file
  bool has_record = false, has_file = false;
};

static_assert(sizeof(CardSums) == 72);

struct AccountSums {
  std::int64_t balance_won = 0;
  Sequence last_sequence = 0;
  bool has_record = false;
};

/// Merchants, terminals, products: small, kept whole. Behind a record that cannot be read the
/// others of its table are fetched when they are asked for.
class Parties {
 public:
  std::map<std::string, MerchantRecord, std::less<>> merchants;
  std::map<std::string, TerminalRecord, std::less<>> terminals;
  std::map<std::uint8_t, ProductRecord> products;

  /// Null when it is not there or cannot be read; `absent` only when it is not there.
  const MerchantRecord* merchant(Source& source, std::string_view id, bool& absent);
  const TerminalRecord* terminal(Source& source, std::string_view id, bool& absent);
  const ProductRecord* product(Source& source, std::uint8_t number, bool& absent);
};

/// A lot, and those of its cards that were met.
struct LotSums {
  LotRecord record{};
  std::uint32_t cards = 0, of_other_product = 0;
  CardId first_card = 0;
};

/// A reversal that came before its original, young enough to be still remembered.
struct EarlyReversal {
  std::string key;
  Sequence sequence;
  base::TimeUs time_us;
};

/// Younger duplicates and early reversals must be there; older ones may have been purged.
inline constexpr base::TimeUs kMustBeThereUs = 7 * base::kMicrosPerDay;
inline constexpr base::TimeUs kMicrosPerHour = 3'600 * base::kMicrosPerSecond;
/// Later than any clock here.
inline constexpr base::TimeUs kLastTimeUs = 4'102'444'800 * base::kMicrosPerSecond;  // 2100

inline bool is_plausible_time(base::TimeUs time_us) { return time_us > 0 && time_us < kLastTimeUs; }

/// Stands for a counter that cannot be read: beyond every number.
inline constexpr std::uint64_t kUnknownCounter = UINT64_MAX;

struct State {
  Parties parties;
  std::uint64_t sequence_counter = 0, card_counter = 0;  ///< from meta, or kUnknownCounter
  CardId last_card = 0;                                  ///< highest plausible key of `cards`
  Sequence last_transaction = 0;
  base::TimeUs newest_us = 0;

  std::vector<CardSums> cards;  ///< by card id − 1
  std::map<AccountKey, AccountSums> accounts;
  std::deque<EarlyReversal> early;
  std::map<std::uint32_t, LotSums> lots;
  Holds holds;
  CallRates rates;
  Entries entries;
  /// What was refunded or reversed of a purchase that earned points.
  std::unordered_map<Sequence, std::int64_t> given_back_won;

  // What is left when the tables' marks are taken from the transactions': 0 when they agree.
  Fingerprint originals = 0, references = 0, orders = 0, undone = 0;
  Fingerprint card_numbers = 0, pin_numbers = 0;
  std::unordered_map<std::int64_t, Fingerprint> duplicates;  ///< by hour
  std::map<base::Date, Fingerprint> totals;                  ///< by business day

  /// Nothing for a card that is not there.
  CardSums* card(CardId id) { return id - 1 < cards.size() ? &cards[id - 1] : nullptr; }
  bool has_transaction(Sequence sequence) const {
    return sequence >= 1 && sequence <= last_transaction;
  }
};

// The parts, in this order.
void check_meta(Source& source, State& state);
void check_parties(Source& source, State& state);
void check_rates(Source& source, State& state);
void check_station_keys(Source& source, crypto::CardVault* vault);
void count_cards(Source& source, State& state);
void check_transactions(Source& source, State& state, CheckReport& report);
/// Before the cards, which are compared with what their open holds reserve.
void check_holds(Source& source, State& state, CheckReport& report);
void check_accounts(Source& source, State& state, CheckReport& report);
void check_cards(Source& source, State& state, CheckReport& report);
void check_card_files(Source& source, State& state, crypto::CardVault* vault);
/// Before the card files, which name their lot.
void read_lots(Source& source, State& state, CheckReport& report);
/// What is wrong with the lot that this file names, which has one card more now; empty: nothing.
std::string lot_complaint(Source& source, State& state, const CardFileHead& head);
/// Behind them.
void check_lots(Source& source, State& state);
void check_card_indexes(Source& source, State& state);
void check_totals(Source& source, State& state, CheckReport& report);
void check_undone(Source& source, State& state);
void check_early_reversals(Source& source, State& state);
void check_orders(Source& source, State& state, CheckReport& report);
void check_duplicates(Source& source, State& state, CheckReport& report);
void check_chains(Source& source, State& state);

}  // namespace ledger::checking
