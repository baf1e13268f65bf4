#pragma once
/// The tables of the ledger; docs/ledger_format.md stands beside this file and records.hpp.

#include <cstdint>
#include <string_view>

namespace ledger {

/// The numbers are on disk: never reuse or renumber one.
enum class Table : std::uint8_t {
  meta = 1,              ///< counters and the seed mark, by name
  merchants = 2,         ///< merchants and agents, by merchant id
  terminals = 3,         ///< terminal id → station and merchant
  products = 4,          ///< by product number
  cards = 5,             ///< what changes with a purchase: balance, state … by card id
  card_files = 6,        ///< what rarely changes: sealed numbers, verifiers, owner … by card id
  card_numbers = 7,      ///< index hash of the card number → card id
  pin_numbers = 8,       ///< index hash of the PIN# → card id
  accounts = 9,          ///< every account that is no card, by kind and id
  transactions = 10,     ///< register of all remembered messages, by sequence
  duplicates = 11,       ///< key of a request → transaction
  originals = 12,        ///< what a DE 90 can name → latest transaction
  references = 13,       ///< station and DE 37 → latest transaction
  undone = 14,           ///< what reversals and refunds did to a transaction, by its sequence
  early_reversals = 15,  ///< reversals that came before their original
  orders = 16,           ///< sales: cards allotted, by order id
  totals = 17,           ///< business day, station, merchant, terminal → sums
  holds = 18,            ///< by the sequence of their first message
  station_keys = 19,     ///< keys by key exchange, sealed; by station and use
  card_holds = 20,       ///< card id → its open holds
  hold_due = 21,         ///< half-minute and place → hold that is over then
  card_milestones = 22,  ///< card and number → every so manyth posting to it
  card_summaries = 23,   ///< card → sums of its postings by kind, up to one of them
  rates = 24,            ///< second since 1970 → what calls cost from then on
  limits = 25,           ///< one record
  lots = 26,             ///< cards that were made for agents, by lot number
};
inline constexpr int kTableCount = 26;

std::string_view table_name(Table table);

}  // namespace ledger
