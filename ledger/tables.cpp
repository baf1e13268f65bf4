#include "ledger/tables.hpp"

namespace ledger {

std::string_view table_name(Table table) {
  switch (table) {
    case Table::meta:
      return "meta";
    case Table::merchants:
      return "merchants";
    case Table::terminals:
      return "terminals";
    case Table::products:
      return "products";
    case Table::cards:
      return "cards";
    case Table::card_files:
      return "card_files";
    case Table::card_numbers:
      return "card_numbers";
    case Table::pin_numbers:
      return "pin_numbers";
    case Table::accounts:
      return "accounts";
    case Table::transactions:
      return "transactions";
    case Table::duplicates:
      return "duplicates";
    case Table::originals:
      return "originals";
    case Table::references:
      return "references";
    case Table::undone:
      return "undone";
    case Table::early_reversals:
      return "early_reversals";
    case Table::orders:
      return "orders";
    case Table::totals:
      return "totals";
    case Table::holds:
      return "holds";
    case Table::station_keys:
      return "station_keys";
    case Table::card_holds:
      return "card_holds";
    case Table::hold_due:
      return "hold_due";
    case Table::card_milestones:
      return "card_milestones";
    case Table::card_summaries:
      return "card_summaries";
    case Table::rates:
      return "rates";
    case Table::limits:
      return "limits";
    case Table::lots:
      return "lots";
  }
  return "?";
}

}  // namespace ledger
