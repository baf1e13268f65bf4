#pragma once
/// Every way a request can be refused has one name, and one table gives its DE 39 and its words.

#include <cstdint>
#include <string_view>

namespace handlers {

enum class Refusal : std::uint8_t {
  none,               ///< approved
  approved_for_less,  ///< approved too: DE 4 says how much
  mac_wrong,
  format_error,
  not_signed_on,
  no_transport_key,
  no_such_key,
  no_such_transaction,
  role_not_permitted,
  cash_not_permitted,
  terminal_not_permitted,
  unknown_merchant,
  key_conflict,
  amount_zero,
  amount_no_multiple,
  amount_not_zero,
  amount_not_the_lines,
  unknown_face_value,
  more_than_is_left,
  not_the_cards_face_value,
  reversed_in_part_only_whole,
  no_route,
  original_not_found,
  another_cards_original,
  original_was_reversed,
  nothing_left,
  no_longer_to_be_undone,
  order_not_found,
  hold_not_found,
  another_cards_hold,
  hold_is_over,
  hold_is_no_call,
  hold_is_a_call,
  already_activated,
  no_such_card,
  wrong_check_digit,
  card_closed,
  card_not_activated,
  card_blocked,
  card_expired,
  wrong_password,
  fifth_wrong_password,
  not_the_owner,
  wrong_card_state,
  refund_to_closed_card,
  category_not_in_mix,
  category_not_the_merchants,
  over_transaction_limit,
  over_daily_limit,
  over_cap,
  over_prefund,
  not_enough_balance,
  not_enough_points,
  too_many_holds,
  no_rates,
  call_too_long,
  too_many_guesses,
  system_error,
};
inline constexpr int kRefusalCount = static_cast<int>(Refusal::system_error) + 1;

struct RefusalInfo {
  Refusal refusal;
  std::string_view code;   ///< DE 39
  std::string_view words;  ///< for the log
  bool remembered;         ///< a repeated request gets the same answer, else it is tried afresh
  std::string_view limit;  ///< DE 44 of a 61: CAP, PREFUND, TXN, DAY
};

/// The row of the one table.
const RefusalInfo& info(Refusal refusal);

/// What a DE 39 means, for the log of an answer that is replayed.
std::string_view code_words(std::string_view code);

}  // namespace handlers
