/// 0200/90: an agent sells cards for cash: new ones, or the stock card named in DE 2.

#include <array>

#include "base/assert.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/number_text.hpp"
#include "handlers/originals.hpp"
#include "handlers/tag_values.hpp"

namespace handlers {
namespace {

using ledger::AccountKey;
using ledger::AccountKind;
using ledger::CardId;

/// The lines of tag 0001, known face values only.
struct Order {
  struct Line {
    std::int64_t face_won = 0;
    const ledger::ProductRecord* product = nullptr;  ///< a stock card's own, once it is known
    unsigned quantity = 0;
  };
  std::array<Line, OrderLines::kMost> lines{};
  std::size_t line_count = 0;
  unsigned card_count = 0;
  std::int64_t total_won = 0;
};

/// A stock card is sold by its face value, also when its product has ended.
Refusal read_order(const Exchange& exchange, Order& order) {
  const ledger::Directory& directory = exchange.context.directory;
  const bool one_card_named = exchange.request.names_card();
  const auto wanted = read_order_lines(*exchange.request.tags.find(1));
  CP_ASSERT(wanted.has_value());  // the catalogue has looked
  for (; order.line_count < wanted->count; ++order.line_count) {
    Order::Line& line = order.lines[order.line_count];
    line.face_won = wanted->lines[order.line_count].face_won;
    line.product = directory.product_of_face(line.face_won);
    line.quantity = wanted->lines[order.line_count].quantity;
    if (one_card_named ? !directory.has_face(line.face_won) : line.product == nullptr)
      return Refusal::unknown_face_value;
    if (line.quantity == 0) return Refusal::amount_not_the_lines;
    order.card_count += line.quantity;
    order.total_won += line.face_won * line.quantity;
  }
  if (exchange.request.amount_won == 0) return Refusal::amount_zero;
  if (order.total_won != exchange.request.amount_won || (one_card_named && order.card_count != 1))
    return Refusal::amount_not_the_lines;
  return Refusal::none;
}

/// The named card must be in stock, unblocked, and of the face value that is paid for.
Refusal check_stock_card(Exchange& exchange, Order::Line& line, ledger::CardRecord& card) {
  if (const Refusal refusal = find_named_card(exchange, card); refusal != Refusal::none)
    return refusal;
  if (card.state == ledger::CardState::closed) return Refusal::card_closed;
  line.product = exchange.context.directory.product(card.product);
  CP_ASSERT(line.product != nullptr);  // products are never removed
  if (line.product->face_won != line.face_won) return Refusal::not_the_cards_face_value;
  if (card.state != ledger::CardState::stock) return Refusal::wrong_card_state;
  return card.blocked != 0 ? Refusal::card_blocked : Refusal::none;
}

std::string_view customer_of(const Request& request) {
  return request.tags.find(12).value_or(std::string_view());
}

/// A stock card becomes active at once; its initial password stays its password.
void sell_stock_card(Exchange& exchange, CardId id, ledger::CardRecord card, base::Date last_day) {
  ledger::Draft& draft = exchange.context.draft;
  card.state = ledger::CardState::active;
  card.last_day = last_day;
  card.had_hold = 0;
  card.registered = exchange.request.tags.find(12) ? 1 : 0;
  ledger::write_card(draft, id, card);
  auto file = ledger::read_card_file(draft, id);
  CP_ASSERT(file.has_value());
  file->head.sold_by = exchange.answer.sequence;
  file->head.has_initial = 0;
  file->customer = customer_of(exchange.request);
  ledger::write_card_file(draft, *file);
}

CardId make_sold_card(Exchange& exchange, const ledger::ProductRecord& product,
                      base::Date last_day) {
  Context& context = exchange.context;
  ledger::NewCard wanted;
  wanted.product = &product;
  wanted.last_day = last_day;
  wanted.sold_by = exchange.answer.sequence;
  wanted.customer = customer_of(exchange.request);
  return ledger::make_card(context.draft, {context.vault, context.random, context.rules.bin},
                           wanted);
}

void answer_sale(Exchange& exchange, const ledger::OrderId& order, const Order& lines,
                 std::int64_t prefund_won) {
  Answer& answer = exchange.answer;
  answer.amounts[0] = {{'3', '0'}, {'0', '2'}, prefund_won};
  answer.amount_count = 1;
  codec::TagWriter tags(answer.tags);
  tags.add(2, order.view());
  tags.add(3, number_text<3>(lines.card_count).view());
  answer.tags_size = tags.content().size();
}

ledger::OrderId order_id(base::Date day, ledger::Sequence sequence) {
  std::string text(number_text<8>(day).view());
  text += number_text<8>(sequence % 100'000'000).view();
  return ledger::OrderId::of(text);
}

}  // namespace

Refusal sell(Exchange& exchange) {
  const Request& request = exchange.request;
  Context& context = exchange.context;
  Order order;
  if (const Refusal refusal = read_order(exchange, order); refusal != Refusal::none) return refusal;
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;
  const bool from_stock = request.names_card();
  ledger::CardRecord stock_card;
  if (from_stock) {
    if (const Refusal refusal = check_stock_card(exchange, order.lines[0], stock_card);
        refusal != Refusal::none)
      return refusal;
  }
  const AccountKey prefund = AccountKey::of(AccountKind::prefund, request.merchant);
  const std::int64_t before_won = ledger::account_balance_won(context.draft, prefund);
  if (order.total_won > before_won) return Refusal::over_prefund;

  std::string cards;
  const auto pay_for = [&](CardId id, const ledger::ProductRecord& product) {
    exchange.decision.entry.move(prefund, AccountKey::card(id), product.face_won);
    cards += ledger::bytes_of(id);
  };
  for (std::size_t i = 0; i < order.line_count; ++i) {
    const ledger::ProductRecord& product = *order.lines[i].product;
    const base::Date last_day =
        base::add_days(context.today(), static_cast<int>(product.validity_days));
    for (unsigned k = 0; k < order.lines[i].quantity; ++k) {
      if (from_stock) sell_stock_card(exchange, exchange.decision.card.id, stock_card, last_day);
      pay_for(from_stock ? exchange.decision.card.id : make_sold_card(exchange, product, last_day),
              product);
    }
  }
  const ledger::OrderId id = order_id(context.business_day(), exchange.answer.sequence);
  const ledger::OrderHead head{exchange.answer.sequence, request.station.id, 0, order.card_count};
  context.draft.put(ledger::Table::orders, id.view(), std::string(ledger::bytes_of(head)) + cards);
  exchange.decision.moved_won = order.total_won;
  count(exchange, &ledger::TotalsRecord::credits, order.total_won);
  answer_sale(exchange, id, order, before_won - order.total_won);
  return Refusal::none;
}

}  // namespace handlers
