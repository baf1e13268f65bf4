#include "handlers/refusals.hpp"

#include <array>

namespace handlers {
namespace {

using enum Refusal;

// In the order of the checks. 30, 58, 63, 91, 92 and 96 are not remembered: a resend is a fresh
// attempt.
constexpr std::array<RefusalInfo, kRefusalCount> kTable{{
    {none, "00", "approved", true, ""},
    {approved_for_less, "10", "approved for less", true, ""},
    {mac_wrong, "63", "MAC missing or wrong", false, ""},
    {format_error, "30", "format error", false, ""},
    {not_signed_on, "58", "not signed on", false, ""},
    {no_transport_key, "58", "station has no transport key", false, ""},
    {no_such_key, "58", "station uses no such key", false, ""},
    {no_such_transaction, "12", "no such transaction", true, ""},
    {role_not_permitted, "58", "not permitted to this station", false, ""},
    {cash_not_permitted, "58", "cash is the agents'", false, ""},
    {terminal_not_permitted, "58", "not this station's terminal or merchant", false, ""},
    {unknown_merchant, "03", "unknown merchant or agent", true, ""},
    {key_conflict, "94", "same key, other content", true, ""},
    {amount_zero, "13", "amount is zero", true, ""},
    {amount_no_multiple, "13", "amount is no multiple of what it comes in", true, ""},
    {amount_not_zero, "13", "a rated call has no amount", true, ""},
    {amount_not_the_lines, "13", "amount is not its lines' total", true, ""},
    {unknown_face_value, "13", "unknown face value", true, ""},
    {more_than_is_left, "13", "more than is left", true, ""},
    {not_the_cards_face_value, "13", "not the card's face value", true, ""},
    {reversed_in_part_only_whole, "13", "can be reversed only as a whole", true, ""},
    {no_route, "92", "no route for this card", false, ""},
    {original_not_found, "25", "original not found", true, ""},
    {another_cards_original, "25", "original has another card or amount", true, ""},
    {original_was_reversed, "25", "reversed before", true, ""},
    {nothing_left, "25", "nothing left to refund", true, ""},
    {no_longer_to_be_undone, "25", "no longer to be undone", true, ""},
    {order_not_found, "25", "no such order of this station", true, ""},
    {hold_not_found, "25", "no such hold of this merchant", true, ""},
    {another_cards_hold, "25", "hold is another card's", true, ""},
    {hold_is_over, "25", "hold completed, released or forgotten", true, ""},
    {hold_is_no_call, "25", "hold is no rated call's", true, ""},
    {hold_is_a_call, "25", "hold is a rated call's", true, ""},
    {already_activated, "25", "already activated", true, ""},
    {no_such_card, "14", "no such card", true, ""},
    {wrong_check_digit, "14", "wrong check digit", true, ""},
    {card_closed, "14", "card closed", true, ""},
    {card_not_activated, "78", "card not activated", true, ""},
    {card_blocked, "62", "card blocked", true, ""},
    {card_expired, "54", "card expired", true, ""},
    {wrong_password, "55", "wrong password", true, ""},
    {fifth_wrong_password, "75", "fifth wrong password, card blocked", true, ""},
    {not_the_owner, "55", "not the registered owner", true, ""},
    {wrong_card_state, "57", "wrong card state for this", true, ""},
    {refund_to_closed_card, "57", "card closed", true, ""},
    {category_not_in_mix, "57", "category not in the card's mix", true, ""},
    {category_not_the_merchants, "57", "category is not the merchant's", true, ""},
    {over_transaction_limit, "61", "over the transaction limit", true, "TXN"},
    {over_daily_limit, "61", "over the daily limit", true, "DAY"},
    {over_cap, "61", "over the cap of a card or of one deposit", true, "CAP"},
    {over_prefund, "61", "over the agent's prefund", true, "PREFUND"},
    {not_enough_balance, "51", "not enough available balance", true, ""},
    {not_enough_points, "51", "not enough points", true, ""},
    {too_many_holds, "96", "the card has as many open holds as it may", false, ""},
    {no_rates, "96", "there is no rate table", false, ""},
    {call_too_long, "96", "the call would last longer than a hold may", false, ""},
    {too_many_guesses, "96", "too many guesses wait, not looked at", false, ""},
    {system_error, "96", "system error, nothing moved", false, ""},
}};

constexpr bool in_order() {
  for (int i = 0; i < kRefusalCount; ++i)
    if (static_cast<int>(kTable[static_cast<std::size_t>(i)].refusal) != i) return false;
  return true;
}
static_assert(in_order(), "the table's rows stand in the order of the enumeration");

}  // namespace

const RefusalInfo& info(Refusal refusal) { return kTable[static_cast<std::size_t>(refusal)]; }

std::string_view code_words(std::string_view code) {
  std::string_view words = "unknown";
  for (const RefusalInfo& row : kTable) {
    if (row.code != code) continue;
    if (words != "unknown") return "declined as before";
    words = row.words;
  }
  return words;
}

}  // namespace handlers
