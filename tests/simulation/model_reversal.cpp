/// Finding originals, and undoing them.

#include "model.hpp"

namespace model {
namespace {

constexpr const char* kByOriginal = "DE 90";
constexpr const char* kByReference = "DE 37";
constexpr const char* kByTime = "DE 11 12 13";

std::string joined(std::initializer_list<std::string> parts) {
  std::string text;
  for (const std::string& part : parts) text += part + "/";
  return text;
}

/// An early reversal says this of its original, which says the same of itself.
std::string by_original(const Request& at, const OriginalData& original) {
  return joined({kByOriginal, at.station, at.get(42), at.get(41), original.mti, original.stan,
                 original.transmitted});
}
std::string by_reference(const Request& at) {
  return joined({kByReference, at.station, at.get(42), at.get(41), at.get(37)});
}
std::string by_time(const Request& at) {
  return joined({kByTime, at.station, at.get(42), at.get(41), at.get(11), at.get(12), at.get(13)});
}

/// DE 4; 0 without it.
Won amount_of(const Request& request) { return request.has(4) ? std::stoll(request.get(4)) : 0; }

/// DE 95: what the transaction really was; 0 without it.
Won real_amount(const Request& request) {
  return request.has(95) ? std::stoll(request.get(95).substr(0, 12)) : 0;
}

bool names(const OriginalData& original, const Entry& entry) {
  return entry.operation != "reversal" && entry.mti == original.mti &&
         entry.asked->get(11) == original.stan && entry.asked->get(7) == original.transmitted;
}

bool can_be_named(const OriginalData& original) {
  return original.mti.starts_with("01") || original.mti.starts_with("02");
}

}  // namespace

bool Model::stopped_early(const Request& request) const {
  const OriginalData self{without_repeat(request.mti), request.get(11), request.get(7)};
  for (const EarlyReversal& early : books_.early) {
    if (!fresh(early.time)) continue;
    if (early.says == by_original(request, self) || early.says == by_time(request) ||
        (request.has(37) && early.says == by_reference(request)))
      return true;
  }
  return false;
}

/// By DE 90, several: the one of the same terminal, then the one of the same card. By DE 37 and 38:
/// the merchant's latest purchase with both or completion of the hold with both, one of the same
/// card if there is any.
int Model::refund_original(const Request& request) const {
  int same_terminal = -1, same_card = -1, any = -1, count = 0;
  for (std::size_t i = 0; i < books_.entries.size(); ++i) {
    const Entry& entry = books_.entries[i];
    if (entry.station != request.station || entry.asked->get(42) != request.get(42)) continue;
    const bool named = request.has(90) ? names(original_data(request), entry)
                                       : entry.paid() && entry.reference == request.get(37) &&
                                             entry.name() == request.get(38);
    if (!named) continue;
    any = static_cast<int>(i);
    ++count;
    if (entry.asked->get(41) == request.get(41)) same_terminal = any;
    if (entry.card == named_card(request)) same_card = any;
  }
  if (request.has(90)) {
    if (!can_be_named(original_data(request))) return -1;
    if (same_terminal >= 0) return same_terminal;
    if (same_card >= 0) return same_card;
    return count == 1 ? any : -1;
  }
  return same_card >= 0 ? same_card : any;
}

/// The latest of this terminal that is named; by DE 37 the latest not yet undone, else the latest.
int Model::reversal_original(const Request& request) const {
  int undone = -1;
  for (std::size_t i = books_.entries.size(); i-- > 0;) {
    const Entry& entry = books_.entries[i];
    if (entry.operation == "reversal" || entry.station != request.station ||
        entry.asked->get(42) != request.get(42) || entry.asked->get(41) != request.get(41))
      continue;
    if (request.has(90)) {
      if (names(original_data(request), entry)) return static_cast<int>(i);
    } else if (request.has(37)) {
      if (entry.reference != request.get(37)) continue;
      if (entry.reversals == 0 || entry.left() > 0) return static_cast<int>(i);
      if (undone < 0) undone = static_cast<int>(i);
    } else if (by_time(request) == by_time(*entry.asked) && fresh(entry.time)) {
      return static_cast<int>(i);
    }
  }
  return undone;
}

std::string Model::reverse(const Request& request, Decision& decision) {
  if (foreign(request)) return "92";
  if (request.has(90) && !can_be_named(original_data(request))) return "25";
  const int index = reversal_original(request);
  if (index < 0) {
    books_.early.push_back({request.has(90)   ? by_original(request, original_data(request))
                            : request.has(37) ? by_reference(request)
                                              : by_time(request),
                            now_});
    return "00";
  }
  Entry& original = books_.entries[static_cast<std::size_t>(index)];
  if (request.has(2) && named_card(request) != original.card) return "25";
  if (request.has(4) && amount_of(request) != amount_of(*original.asked)) return "25";
  return undo(original, request, decision);
}

std::string Model::undo(Entry& original, const Request& request, Decision& decision) {
  const bool undone = original.reversals > 0 && original.left() == 0;
  const Won real = real_amount(request);
  if (original.approved() && real > original.left()) return "13";
  if (original.approved() && !undone) {
    const Won back = original.left() - real;
    const std::string code = original.paid()                  ? undo_purchase(original, back)
                             : original.operation == "refund" ? undo_refund(original, back)
                             : original.operation == "hold"   ? undo_hold(original, back)
                             : original.operation == "deposit"
                                 ? undo_deposit(original, back, decision)
                             : original.operation == "recharge" ? undo_recharge(original, back)
                             : original.operation == "exchange" ? undo_exchange(original, back)
                             : original.operation == "sale"     ? undo_sale(original, real)
                                                                : "25";
    if (!code.empty()) return code;
    const Won points = original.points();
    original.reversed += back;
    move_points(original, points);
    decision.moved = back;
  }
  ++original.reversals;
  return "00";
}

std::string Model::undo_purchase(Entry& original, Won back) {
  if (back == 0) return "";
  if (original.refunded > 0) return "25";
  const int index = original.cards[0];
  Card& card = books_.cards[static_cast<std::size_t>(index)];
  if (card.spent_day == business_day(original.time)) card.spent -= back;
  give(index, back, "RV");
  books_.payable[original.asked->get(42)] -= back;
  return "";
}

std::string Model::undo_refund(Entry& original, Won back) {
  if (back == 0) return "";
  const int index = original.cards[0];
  if (available(index, now_) < back) return "51";
  give(index, -back, "RV");
  books_.payable[original.asked->get(42)] += back;
  Entry& purchase = books_.entries[static_cast<std::size_t>(original.of)];
  const Won points = purchase.points();
  purchase.refunded -= back;
  move_points(purchase, points);
  return "";
}

/// It must still be there.
std::string Model::undo_deposit(Entry& original, Won back, Decision& decision) {
  if (back == 0) return "";
  if (!original.cards.empty()) {
    if (available(original.cards[0], now_) < back) return "51";
    give(original.cards[0], -back, "RV");
  } else {
    Won& prefund = books_.prefund[original.asked->get(103)];
    if (prefund < back) {
      decision.answer.reason = "PREFUND";
      return "61";
    }
    prefund -= back;
  }
  books_.owed[original.asked->get(42)] -= back;
  return "";
}

/// The part that this message set aside, whether the hold has expired or not.
std::string Model::undo_hold(Entry& original, Won back) {
  if (back == 0) return "";
  Hold& held = books_.holds[static_cast<std::size_t>(original.hold)];
  if (held.completed) return "25";
  held.amount -= back;
  return "";
}

/// All cards back or none: new ones are closed, one from stock goes back to it, as it was, if
/// nothing was posted or held since.
std::string Model::undo_sale(Entry& original, Won real) {
  if (real != 0) return "13";
  for (const int index : original.cards) {
    const Card& card = books_.cards[static_cast<std::size_t>(index)];
    const bool unused_stock =
        card.from_stock && card.state == Card::State::active && card.untouched;
    if (card.state != Card::State::sold && !unused_stock) return "25";
  }
  for (const int index : original.cards) {
    Card& card = books_.cards[static_cast<std::size_t>(index)];
    books_.prefund[original.asked->get(42)] += card.balance;
    give(index, -card.balance, "RV");
    card.state = card.from_stock ? Card::State::stock : Card::State::closed;
    if (!card.from_stock) continue;
    card.password = card.initial_password;
    card.hint.clear();
    card.owner.clear();
    card.blocks.erase("password");
    card.wrong_passwords = 0;
    card.last_day = 0;
  }
  return "";
}

}  // namespace model
