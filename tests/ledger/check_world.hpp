#pragma once
/// A small ledger written as the switch writes it, message by message, for the tests of the check.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/check.hpp"
#include "ledger/rates.hpp"
#include "ledger/register.hpp"
#include "ledger/station_keys.hpp"
#include "tests/ledger/ledger_support.hpp"

namespace ledger::test {

/// 2026-11-22 10:00 in Seoul.
inline constexpr base::TimeUs kMorning = 1'795'309'200'000'000;

inline const MerchantId kMart = MerchantId::of("DEMOMART0000001");
inline const MerchantId kAgent = MerchantId::of("DEMOAGENT000001");
inline const MerchantId kOperator = MerchantId::of("DEMOOPERATOR001");
inline constexpr StationId kMartStation = 3, kAgentStation = 6, kOperatorStation = 1;

/// What a request says; the rest follows from its place and time.
struct Said {
  std::uint16_t mti = 200;
  std::uint32_t processing = 0;
  std::int64_t amount_won = 0;
  CardName card{CardForm::none};
  bool at_agent = false;
  std::string terminal = "POS00001";
  std::string stan;           ///< empty: the next one
  std::string reference;      ///< DE 37; empty: one of its own, `-`: none
  std::string transmitted;    ///< DE 7; empty: of the time
  std::string original_data;  ///< DE 90
  bool with_local_time = true;
};

/// What was decided.
struct Did {
  TransactionKind kind = TransactionKind::purchase;
  std::string code = "00";
  std::string approval;
  Entry entry;
  std::int64_t moved_won = 0;
  Sequence original = 0;
  std::uint32_t lasts_s = 0;
  std::uint16_t points_bp = 0;
  Sequence previous_recharge = 0;
  std::string amounts;  ///< DE 54
  std::string tags;     ///< DE 48
};

class World : public SmallLedger {
 public:
  /// Merchants, terminals, products, prefunds and a lot of three stock cards (1 to 3).
  World();

  base::TimeUs now = kMorning;
  base::Date day() const { return base::business_day(now); }

  // Each is a message of its own, a minute after the one before, and gives its sequence.
  Sequence sell_new(int count);
  Sequence sell_stock(CardId id);
  Sequence activate(CardId id);
  Sequence purchase(CardId id, std::int64_t amount_won) { return purchase(id, amount_won, {}); }
  Sequence purchase(CardId id, std::int64_t amount_won, Said said);
  Sequence decline(CardId id, std::int64_t amount_won);
  Sequence decline_unknown();
  Sequence refund(Sequence purchase, std::int64_t amount_won);
  /// Gives back so much of a purchase or refund; 0 when nothing is left of it.
  Sequence reverse(Sequence original, std::int64_t amount_won);
  Sequence reverse_sale(Sequence sale);
  /// A reversal of what has not come: named by DE 90, DE 37, or DE 11 12 13.
  Sequence reverse_early(EarlyBy by);
  /// An inquiry with a wrong password: only the key is remembered.
  void count_wrong_password(CardId id);
  Sequence hold(CardId id, std::int64_t amount_won);
  Sequence raise(Sequence hold, std::int64_t amount_won);
  /// For less when the hold is less.
  Sequence complete(Sequence hold, std::int64_t amount_won);
  void sweep_holds();
  void load_rates(RatesFrom from, std::vector<RateRow> rows);
  /// A rated call: its first grant, a further one, its end.
  Sequence call(CardId id, const CallRate& rate, std::uint32_t seconds);
  Sequence renew(Sequence call, std::uint32_t seconds);
  Sequence end_call(Sequence call, std::uint32_t seconds);
  Sequence block(CardId id);
  Sequence recharge(CardId id, std::int64_t amount_won);
  /// A point for a won.
  Sequence purchase_with_points(CardId id, std::int64_t amount_won);
  Sequence exchange_points(CardId id, std::int64_t points);
  /// What a first page of the card's statement leaves behind.
  void summarize(CardId id);
  /// A lot of so many stock cards; one is begun and not complete when fewer are made.
  std::uint32_t make_lot(std::uint32_t wanted, std::uint32_t made);
  /// Station 3 gets a PIN key.
  void exchange_key();

  CheckReport check(bool with_vault = true);

  // The stored bytes, to be damaged.
  using Record = std::pair<std::string, std::string>;  // key, value
  std::vector<Record> records(Table table);
  std::string value(Table table, std::string_view key);
  void put(Table table, std::string_view key, std::string_view value);
  void erase(Table table, std::string_view key);
  std::int64_t balance_won(CardId id);

 private:
  Sequence begin();
  void remember(Draft& draft, Sequence sequence, const Said& said, const Did& did);
  std::string write_answer(const Said& said, const Did& did, base::Date business_day);
  void count(Draft& draft, const Said& said, TotalsColumn column, std::int64_t amount_won);
  std::string told_balance(Draft& draft, CardId id, std::int64_t change_won);
  Sequence sell(CardId stock_card, int count);
  Sequence hold(CardId id, std::int64_t amount_won, Sequence raised);
  Sequence call(CardId id, const CallRate& rate, std::uint32_t seconds, Sequence renewed);
  /// `amount_won` is DE 4, which a call's completion has none of.
  Sequence complete(Sequence hold, std::int64_t wanted_won, std::int64_t amount_won);
  /// What its answer granted; 0: it is no call's.
  std::uint32_t granted_s(Sequence hold);
  HoldRecord hold_record(Sequence hold);
  StoredTransaction stored(Sequence sequence);
  void undo(Draft& draft, Sequence original, std::int64_t reversed_won, std::int64_t refunded_won,
            std::uint32_t reversals);

  int stan_ = 0;
  std::map<Sequence, Said> said_;
};

/// DE 38 of a hold.
std::string hold_name(Sequence hold);

/// What calls cost in the full world.
inline constexpr CallRate kOtherRate{0, 42, 180}, kAbroadRate{200, 680, 60};

/// Every kind of record in every table, nothing wrong in it.
std::unique_ptr<World> make_full_world();

// ------------------------------------------------------------------------------ for expectations

/// All findings, to be shown when a test fails.
std::string listed(const CheckReport& report);
/// Whether one of them is of this record.
bool names(const CheckReport& report, Table table, std::string_view key);

inline std::string of_number(std::uint64_t number) { return std::string(number_key(number)); }

/// Alters a field of a fixed-size record (or of the fixed head of a longer one).
template <class Record, class Field, class Change>
std::string with(std::string value, Field Record::*field, Change&& change) {
  Record record = *record_from<Record>(value);
  change(record.*field);
  return std::string(bytes_of(record)) + value.substr(sizeof record);
}
template <class Record, class Field>
std::string plus(std::string value, Field Record::*field, int by = 1) {
  return with<Record>(std::move(value), field, [&](Field& number) {
    number = static_cast<Field>(static_cast<std::int64_t>(number) + by);
  });
}

}  // namespace ledger::test
