#include "switch/card_view.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "codec/describe.hpp"
#include "ledger/cards.hpp"
#include "ledger/holds.hpp"

namespace core {

namespace json = boost::json;

namespace {

std::string_view state_text(ledger::CardState state) {
  switch (state) {
    case ledger::CardState::stock:
      return "stock";
    case ledger::CardState::sold:
      return "sold";
    case ledger::CardState::active:
      return "active";
    case ledger::CardState::closed:
      return "closed";
  }
  return "unknown";
}

json::array block_reasons(std::uint8_t blocked) {
  json::array reasons;
  if ((blocked & ledger::kBlockedByPassword) != 0) reasons.emplace_back("wrong passwords");
  if ((blocked & ledger::kBlockedByOwner) != 0) reasons.emplace_back("lost or stolen");
  if ((blocked & ledger::kBlockedByOperator) != 0) reasons.emplace_back("operator");
  return reasons;
}

json::value last_day(base::Date date) {
  if (date == 0) return nullptr;
  return json::value(fmt::format("{:04}-{:02}-{:02}", date / 10'000, date / 100 % 100, date % 100));
}

}  // namespace

std::optional<json::object> describe_card(ledger::Draft& draft, crypto::CardVault& vault,
                                          const ledger::Directory& directory, ledger::CardId id,
                                          base::TimeUs now) {
  const auto card = ledger::read_card_at(draft, id, now);
  const auto file = ledger::read_card_file(draft, id);
  if (!card || !file) return std::nullopt;
  const auto number =
      vault.open(crypto::Secret::card_number, id, file->head.seal_key, file->head.number);
  const ledger::ProductRecord* product = directory.product(card->product);
  return json::object{
      {"kind", "card"},
      {"card", number ? codec::mask_card(*number) : "its sealed number cannot be opened"},
      {"state", state_text(card->state)},
      {"blocked", card->blocked != 0},
      {"blocked_by", block_reasons(card->blocked)},
      {"expired", card->is_expired(base::seoul_date(now))},
      {"balance_won", card->balance_won},
      {"held_won", card->held_won},
      {"available_won", card->available_won()},
      {"open_holds", ledger::open_holds(draft, id).size()},
      {"valid_until", last_day(card->last_day)},
      {"wrong_passwords", card->wrong_passwords},
      {"product", product == nullptr ? "unknown" : product->name.trimmed()},
      {"product_id", card->product},
      {"face_won", product == nullptr ? 0 : product->face_won},
      {"owner_registered", !file->customer.empty()},
      {"from_lot", file->head.from_lot != 0}};
}

}  // namespace core
