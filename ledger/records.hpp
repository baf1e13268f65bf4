#pragma once
/// Keys and values of every table, as they lie on disk; docs/ledger_format.md stands beside this.
///
/// Values are packed structs (record_bytes.hpp). Money is whole won. Texts are blank-padded as on
/// the wire. Nothing here is ever a card number, PIN# or password in clear.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "crypto/card_vault.hpp"
#include "ledger/parties.hpp"
#include "ledger/record_bytes.hpp"

namespace ledger {

using CardId = std::uint64_t;
/// Number of a remembered transaction: 1, 2, 3 … without gaps; the log's ledger sequence.
using Sequence = std::uint64_t;
using StationId = std::uint16_t;

using MerchantId = FixedText<15>;
using TerminalId = FixedText<8>;
using OrderId = FixedText<16>;

// ---------------------------------------------------------------------------------- accounts

/// The numbers are on disk.
enum class AccountKind : std::uint8_t {
  card = 1,               ///< what a card holds; its balance stands in the card's record
  merchant_payable = 2,   ///< what is owed to a merchant
  prefund = 3,            ///< what an agent paid in advance
  prefund_received = 4,   ///< the other side of opening prefunds
  bank_receivable = 5,    ///< what a bank owes for the deposits it took
  points_expense = 6,     ///< in points: the other side of what cards earned
  card_points = 7,        ///< in points: a card's, whose balance stands in the card's record
  promotion_expense = 8,  ///< what exchanged points cost
};
inline constexpr std::uint8_t kLastAccountKind = 8;

/// Points are a currency of their own in the same books: they sum to zero by themselves.
constexpr bool is_in_points(AccountKind kind) {
  return kind == AccountKind::points_expense || kind == AccountKind::card_points;
}

/// Kind and name: id of a merchant, an agent or a bank, or the card id in its first eight bytes.
struct AccountKey {
  AccountKind kind;
  std::array<char, 15> name;

  static AccountKey card(CardId id) { return of_card(AccountKind::card, id); }
  static AccountKey card_points(CardId id) { return of_card(AccountKind::card_points, id); }
  static AccountKey of(AccountKind kind, const MerchantId& name) { return {kind, name.characters}; }
  static AccountKey prefund_received() {
    return of(AccountKind::prefund_received, MerchantId::of(""));
  }
  static AccountKey points_expense() { return of(AccountKind::points_expense, MerchantId::of("")); }
  static AccountKey promotion_expense() {
    return of(AccountKind::promotion_expense, MerchantId::of(""));
  }
  CardId card_id() const {
    return base::load_big_endian<CardId>(reinterpret_cast<const std::uint8_t*>(name.data()));
  }
  friend auto operator<=>(const AccountKey&, const AccountKey&) = default;

 private:
  static AccountKey of_card(AccountKind kind, CardId id) {
    AccountKey key{kind, {}};
    base::store_big_endian(reinterpret_cast<std::uint8_t*>(key.name.data()), id);
    return key;
  }
};

struct AccountRecord {
  std::int64_t balance_won;  ///< or points; positive: we owe; the sum of its postings
  Sequence last_sequence;    ///< the latest transaction that posted to it
};

/// What twelve digits can tell, in DE 54 and elsewhere; more is told as so much.
inline constexpr std::int64_t kMostToldWon = 999'999'999'999;

/// One line of double entry: positive gets, negative gives. A transaction's lines sum to zero, in
/// won and in points.
struct Posting {
  AccountKey account;
  std::int64_t amount_won;  ///< or points, as the account's kind has it
};

// ---------------------------------------------------------------------------------- cards

/// The numbers are on disk. `expired` is no stored state: the clock decides.
enum class CardState : std::uint8_t { stock = 1, sold = 2, active = 3, closed = 4 };

/// Why a card is blocked; bits.
enum BlockReason : std::uint8_t {
  kBlockedByPassword = 1,  ///< the fifth wrong one in a row
  kBlockedByOwner = 2,     ///< reported lost or stolen at the site
  kBlockedByOperator = 4,
};
inline constexpr std::uint8_t kBlockReasons = 7;

/// What a purchase changes. Key: card id.
struct CardRecord {
  std::int64_t balance_won;
  std::int64_t held_won;   ///< sum of the card's open holds
  std::int64_t spent_won;  ///< purchases of `spent_day`, for the daily limit
  Sequence last_sequence;  ///< the latest transaction that posted to the card
  base::Date spent_day;    ///< business day
  base::Date last_day;     ///< last day of validity, 0 for stock
  std::uint32_t posting_count;
  CardState state;
  std::uint8_t blocked;          ///< BlockReason bits, 0: not blocked
  std::uint8_t wrong_passwords;  ///< in a row
  std::uint8_t product;
  crypto::PasswordVerifier verifier;  ///< here, so that a purchase needs no look at the card's file
  std::uint16_t password_key;         ///< under which it was made
  std::uint8_t had_hold;              ///< since its sale, open or over
  std::uint8_t registered;            ///< its file names an owner
  std::uint32_t holds_end_s;  ///< when the first of its open holds expires, in seconds; 0: none
  std::int64_t points;        ///< below zero when what earned them was refunded later
  Sequence last_recharge;     ///< the latest one, undone or not; 0: none

  std::int64_t available_won() const { return balance_won - held_won; }
  bool is_expired(base::Date today) const { return last_day != 0 && today > last_day; }
};

/// What rarely changes. Key: card id. After it: the sealed initial password when `has_initial`,
/// then the customer id, then the hint.
struct CardFileHead {
  CardId id;
  Sequence sold_by;  ///< the sale's transaction; 0 for stock
  crypto::IndexHash number_hash, pin_hash;
  crypto::PasswordVerifier initial_verifier;  ///< of lot cards, so that a reversed sale restores it
  crypto::Sealed number, pin;
  std::uint16_t seal_key, index_key;
  std::uint16_t initial_password_key;  ///< under which `initial_verifier` was made
  std::uint8_t product;
  std::uint8_t from_lot;
  std::uint8_t has_initial;
  std::uint8_t customer_size, hint_size;
  std::array<std::uint8_t, 3> reserved;
  std::uint32_t lot;  ///< that it was made in by a command; 0: none
};

/// A card file taken apart.
struct CardFile {
  CardFileHead head{};
  crypto::Sealed initial{};
  std::string customer, hint;
};
std::string encode(const CardFile& file);
std::optional<CardFile> decode_card_file(std::string_view bytes);

/// The numbers are on disk. A lot that is `making` and that nobody works at was interrupted.
enum class LotState : std::uint8_t { making = 1, complete = 2 };

/// Cards that a command made for agents, all of one product. Key: lot number (u32). Its cards name
/// it in their files.
struct LotRecord {
  CardId first_card;        ///< 0: none yet; the others are behind it, with sold ones in between
  base::TimeUs time_us;     ///< when it was begun
  base::TimeUs printed_us;  ///< when its file for the card printer was written last; 0: never
  std::uint32_t number;
  std::uint32_t wanted, made;  ///< cards
  std::uint8_t product;
  LotState state;
  std::array<std::uint8_t, 2> reserved;
};
inline KeyText<4> lot_key(std::uint32_t number) { return KeyText<4>().number(number); }

/// Value of card_numbers and pin_numbers. Key: index hash.
struct CardReference {
  CardId card;
};

/// The numbers are on disk. An open hold reserves nothing from its expiry on; `expired` says that
/// somebody has seen it since.
enum class HoldState : std::uint8_t { open = 1, completed = 2, released = 3, expired = 4 };

/// What a call costs: the connection once, and every started unit.
struct CallRate {
  std::uint32_t connection_won;
  std::uint32_t unit_won;
  std::uint32_t unit_s;  ///< 0: no rated call

  friend bool operator==(const CallRate&, const CallRate&) = default;
};

/// Key: sequence of the hold's first message, which is the hold's name (DE 38).
struct HoldRecord {
  CardId card;
  std::int64_t amount_won;  ///< reserved, or what was when it ended
  base::TimeUs expires_us;
  Sequence ended_by;  ///< its completion, or the reversal that released the last part; else 0
  HoldState state;
  std::array<std::uint8_t, 7> reserved;
  CallRate rate;  ///< of a rated call
  std::uint32_t granted_s;
};

/// Key of `hold_due`: half-minute since 1970 at whose begin holds are over, and a place in it, from
/// 1. Value: the hold; at place 0: how many there are.
using DueKey = KeyText<8>;
inline DueKey due_key(std::uint32_t slot, std::uint32_t place) {
  return DueKey().number(slot).number(place);
}

// ---------------------------------------------------------------------------------- register

enum class TransactionKind : std::uint8_t {
  opening = 1,  ///< the prefunds of the first start
  purchase = 2,
  refund = 3,
  reversal = 4,
  sale = 5,
  activation = 6,
  hold = 7,  ///< or a raise of one
  completion = 8,
  password_change = 9,
  registration = 10,
  block = 11,
  unblock = 12,
  deposit = 13,
  recharge = 14,
  points_exchange = 15,
};
inline constexpr TransactionKind kLastTransactionKind = TransactionKind::points_exchange;

/// What a card's statement calls a posting to it; in the order of its summary.
enum class EntryKind : std::uint8_t {
  none,  ///< nothing was posted to a card
  sale,
  recharge,
  purchase,  ///< or a completion
  call,      ///< whatever a card paid at a telephone station
  refund,
  reversal,
  deposit,
  points_exchange,
  payout,
  fee,
};
inline constexpr std::size_t kEntryKinds = 11;

/// How DE 2 named the card, so that a repeated answer echoes the same.
enum class CardForm : std::uint8_t { none, number, pin, unknown };

/// A remembered message and what it did. Key: sequence. After it: `posting_count` Postings, a
/// CardLine for each of them that posts won to a card, then `answer_size` bytes: the answer in
/// iso87-binary without DE 2 and MAC. Never changed.
struct TransactionHead {
  Sequence sequence;
  base::TimeUs time_us;
  CardId card;              ///< 0: none or unknown
  std::int64_t amount_won;  ///< DE 4 as requested
  std::int64_t moved_won;   ///< what was really moved
  Sequence original;  ///< what a refund or reversal acted on; the hold that a message raised or
                      ///< completed; 0: none
  Sequence previous_original;   ///< older transaction under the same key of `originals`
  Sequence previous_reference;  ///< older transaction under the same key of `references`
  Sequence previous_recharge;   ///< of a recharge: the card's one before it; 0: none
  std::uint64_t unknown_card;   ///< part of the index hash of a DE 2 that names no card of ours
  base::Date business_day;
  std::uint32_t processing_code;
  std::uint16_t mti;  ///< without the repeat bit
  StationId station;
  std::array<char, 2> code;      ///< DE 39
  std::array<char, 6> approval;  ///< DE 38, blanks: none
  TransactionKind kind;
  CardForm card_form;
  std::uint16_t answer_size;
  std::uint32_t posting_count;
  std::uint32_t lasts_s;    ///< of a hold: so long from this message on; else 0
  std::uint16_t points_bp;  ///< rate at which the card earns points with it
  EntryKind entry;
  std::array<std::uint8_t, 5> reserved;

  /// As a whole (00) or for less (10).
  bool approved() const { return (code[0] == '0' || code[0] == '1') && code[1] == '0'; }
};

/// A posting as the card's statement has it; its postings form a chain, newest first.
struct CardLine {
  Sequence previous;         ///< transaction of the card's posting before; 0: none
  std::int64_t balance_won;  ///< after it
  std::uint32_t number;      ///< 1, 2 … of the card
  std::uint32_t reserved;
};

/// What a transaction posted to one card.
struct CardEntry {
  std::int64_t amount_won;
  CardLine line;
};

/// A view over a stored transaction; valid as long as the stored bytes.
struct TransactionView {
  TransactionHead head{};
  std::string_view postings;  ///< posting_count × Posting
  std::string_view lines;     ///< CardLines, in the order of the postings
  base::ByteView answer;

  Posting posting(std::size_t index) const {
    return *record_from<Posting>(postings.substr(index * sizeof(Posting)));
  }
  std::size_t line_count() const;
  /// Nothing when it posted no won to the card.
  std::optional<CardEntry> entry_of(CardId card) const;
};
std::optional<TransactionView> decode_transaction(std::string_view bytes);

/// Every so many postings a card has a milestone, so that its statement finds a month without going
/// through all that came later.
inline constexpr std::uint32_t kMilestoneEvery = 32;
/// Key of `card_milestones`: card, and which of its milestones from 1.
using MilestoneKey = KeyText<12>;
inline MilestoneKey milestone_key(CardId card, std::uint32_t number) {
  return MilestoneKey().number(card).number(number);
}
struct MilestoneRecord {
  Sequence sequence;
  base::TimeUs time_us;  ///< the transaction's
};

/// What one kind of entries adds up to.
struct EntrySum {
  std::int64_t amount_won;  ///< positive: the card got it
  base::Date latest;        ///< 0: there was none
  std::uint32_t reserved;
};
/// Key: card id. Sums of the card's entries up to one of them; the rest is added when they are
/// asked for. Kept when somebody has asked.
struct SummaryRecord {
  Sequence sequence;     ///< of the latest entry in it
  std::uint32_t number;  ///< … and which it is
  std::uint32_t reserved;
  std::array<EntrySum, kEntryKinds> sums;  ///< by EntryKind; that of `none` is empty
};

/// What a statement calls what such a message posts to a card.
EntryKind entry_kind(TransactionKind kind, bool at_telephone_station);

/// Key of a request (and of `duplicates`), beginning with its local date and time.
struct RequestKey {
  std::array<char, 4> local_date;  ///< DE 13; blanks: absent (reversals)
  std::array<char, 6> local_time;  ///< DE 12
  std::array<char, 6> stan;        ///< DE 11
  StationId station;
  std::uint16_t mti;  ///< without the repeat bit
  TerminalId terminal;
  MerchantId merchant;

  KeyText<43> key() const;
};
struct DuplicateRecord {
  Sequence sequence;             ///< 0: only a wrong password was counted under this key
  base::TimeUs time_us;          ///< of arrival
  std::uint64_t wrong_password;  ///< part of its keyed hash, the last counted; 0: none was
};

/// What a DE 90 can name, but for DE 41 (key of `originals`). Value: latest sequence.
struct OriginalKey {
  std::array<char, 10> transmitted;  ///< DE 7
  std::array<char, 6> stan;
  StationId station;
  std::uint16_t mti;
  MerchantId merchant;

  KeyText<35> key() const;
};
/// Key of `references`: DE 37 of a terminal. Value: latest sequence.
using ReferenceKey = KeyText<37>;
ReferenceKey reference_key(StationId station, const MerchantId& merchant,
                           const TerminalId& terminal, std::string_view reference);

/// Value of `originals` and `references`.
struct LatestRecord {
  Sequence sequence;
};

/// Key: sequence of the transaction that was acted on.
struct UndoneRecord {
  std::int64_t reversed_won;
  std::int64_t refunded_won;
  std::uint32_t reversals;  ///< reversals answered 00, those that moved nothing too
  std::uint32_t reserved;
};

/// How an early reversal named its original; first byte of the key of `early_reversals`.
enum class EarlyBy : std::uint8_t { original = 'O', reference = 'R', request = 'K' };
struct EarlyReversalRecord {
  Sequence sequence;  ///< of the reversal
  base::TimeUs time_us;
};

/// Key: order id. After it: card_count × CardId.
struct OrderHead {
  Sequence sale;
  StationId station;
  std::uint16_t reserved;
  std::uint32_t card_count;
};

// ---------------------------------------------------------------------------------- totals

/// Key of `totals`: business day, station, merchant, terminal.
KeyText<29> totals_key(base::Date day, StationId station, const MerchantId& merchant,
                       const TerminalId& terminal);

struct CountAndSum {
  std::uint64_t count;
  std::int64_t amount_won;
};
struct TotalsRecord {
  CountAndSum debits;  ///< purchases, completions
  CountAndSum debit_reversals;
  CountAndSum credits;  ///< refunds; an agent's sales and recharges, a bank's deposits
  CountAndSum credit_reversals;
};

// ---------------------------------------------------------------------------------- directory

/// Key: merchant id. Merchants and everybody else who stands in DE 42.
struct MerchantRecord {
  StationId station;
  std::uint16_t mcc;  ///< 0: none (not a merchant)
  std::uint16_t fee_bp;
  PartyKind kind;
  std::uint8_t reserved;
  FixedText<28> account;           ///< bank account for pay-outs
  FixedText<40> name_ko, name_en;  ///< UTF-8, blank-padded
};

/// Key: terminal id.
struct TerminalRecord {
  MerchantId merchant;
  std::uint8_t reserved;
  StationId station;
};

/// Key: product number (one byte).
struct ProductRecord {
  std::int64_t face_won;
  std::uint32_t validity_days;
  std::uint16_t points_bp;
  std::uint8_t mix;  ///< bits of Category
  std::uint8_t number;
  FixedText<40> name;
  std::uint8_t ended;  ///< no longer sold
  std::array<std::uint8_t, 7> reserved;
};
inline constexpr std::int64_t kMostFaceWon = 999'999;  ///< six digits in a sale's tag 0001
inline constexpr std::uint32_t kMostValidityDays = 36'500;
inline constexpr std::uint16_t kMostPointsBp = 10'000;

/// What an amount may come to: 61. Key: one byte 0.
struct LimitsRecord {
  std::int64_t transaction_won;  ///< one purchase or completion
  std::int64_t daily_won;        ///< purchases and completions of a card and business day
  std::int64_t balance_won;      ///< nothing that is paid into a card lifts its balance above it
  std::int64_t recharge_won;     ///< at most so much is paid into a card at a time
};
inline constexpr std::string_view kLimitsKey{"\0", 1};
/// Where nobody has said others.
inline constexpr LimitsRecord kUsualLimits{1'000'000, 3'000'000, 1'000'000, 1'000'000};

}  // namespace ledger
