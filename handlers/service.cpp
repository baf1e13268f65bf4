#include "handlers/service.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/assert.hpp"
#include "handlers/answer_writer.hpp"
#include "handlers/approval.hpp"
#include "handlers/catalogue.hpp"
#include "handlers/originals.hpp"

namespace handlers {
namespace {

using ledger::PartyKind;
using ledger::Role;

constexpr unsigned kCash = 0;

bool has_role(const CatalogueRow& row, Role role) {
  return (row.roles >> static_cast<unsigned>(role) & 1) != 0;
}

/// Where the money of a sale or recharge comes from: cash is the agents'; what a bank or card
/// company would have to be asked for is not served.
Refusal check_funding(const CatalogueRow& row, const Request& request) {
  if (!names_a_payer(row.transaction)) return Refusal::none;
  if (request.from_account() != kCash) return Refusal::no_such_transaction;
  return request.station.role == Role::agent ? Refusal::none : Refusal::cash_not_permitted;
}

/// Who must stand in DE 42 for this transaction.
bool is_right_party(const CatalogueRow& row, PartyKind kind) {
  switch (row.transaction) {
    case Transaction::verify:
    case Transaction::hold:
    case Transaction::completion:
    case Transaction::purchase:
    case Transaction::refund:
      return kind == PartyKind::merchant;
    case Transaction::sale:
    case Transaction::recharge:
      return kind == PartyKind::agent;
    case Transaction::deposit:
      return kind == PartyKind::bank;
    default:
      return true;
  }
}

/// Terminal and merchant are this station's, and belong together.
Refusal check_place(const CatalogueRow& row, const Request& request,
                    const ledger::Directory& directory) {
  const ledger::TerminalRecord* terminal = directory.terminal(request.terminal);
  if (terminal == nullptr || terminal->station != request.station.id)
    return Refusal::terminal_not_permitted;
  const ledger::MerchantRecord* merchant = directory.merchant(request.merchant);
  if (merchant == nullptr) return Refusal::unknown_merchant;
  if (merchant->station != request.station.id || terminal->merchant != request.merchant ||
      !is_right_party(row, merchant->kind))
    return Refusal::terminal_not_permitted;
  return Refusal::none;
}

/// Everything before the duplicate key: what needs no card and is decided afresh each time.
Refusal check_request(const CatalogueRow& row, const Request& request, const Context& context,
                      Answer& answer) {
  if (const int element = first_bad_element(row, request, context.rules); element != 0) {
    answer.bad_element = static_cast<std::uint8_t>(element);
    return Refusal::format_error;
  }
  if (!has_role(row, request.station.role)) return Refusal::role_not_permitted;
  if (const Refusal refusal = check_funding(row, request); refusal != Refusal::none) return refusal;
  return check_place(row, request, context.directory);
}

/// The number alone does not tell 000000 from no DE 3 (reversals need none).
bool same_number(const Request& request, const codec::Message& answered, int element,
                 std::int64_t asked, std::int64_t first) {
  return request.message.has(element) == answered.has(element) && asked == first;
}

bool same_original_data(const Request& request, const codec::Message& answered) {
  const codec::Message& message = request.message;
  if (message.has(90) != answered.has(90)) return false;
  return !message.has(90) || message.digits<42>(90).view() == answered.digits<42>(90).view();
}

/// DE 103 of a deposit stands in the place of DE 2.
bool same_receiver(const Request& request, const codec::Message& answered) {
  const codec::Message& message = request.message;
  if (message.has(103) != answered.has(103)) return false;
  return !message.has(103) || message.text(103) == answered.text(103);
}

/// The card that DE 2 names, DE 3, 4, 90 and 103 are the first one's.
bool same_content(Exchange& exchange, const ledger::StoredTransaction& first) {
  const Request& request = exchange.request;
  const ledger::TransactionHead& head = first.head;
  codec::Message answered;
  const auto read = codec::read_message(codec::kIso87Binary, first.view().answer, answered);
  CP_ASSERT(read.has_value());
  const bool same_card = request.names_card() ? names_same_card(exchange, head)
                                              : head.card_form == ledger::CardForm::none;
  return same_card &&
         same_number(request, answered, 3, request.processing_code, head.processing_code) &&
         same_number(request, answered, 4, request.amount_won, head.amount_won) &&
         same_original_data(request, answered) && same_receiver(request, answered);
}

/// DE 2 of the first answer: what the first request called the card.
void echo_first_card(Exchange& exchange, const ledger::TransactionHead& head) {
  const bool by_pin = exchange.request.card.size == ledger::kPinNumberSize;
  if (head.card == 0 || by_pin == (head.card_form == ledger::CardForm::pin)) return;
  const auto file = ledger::read_card_file(exchange.context.draft, head.card);
  CP_ASSERT(file.has_value());
  const auto digits = by_pin ? exchange.context.vault.open(crypto::Secret::card_number, head.card,
                                                           file->head.seal_key, file->head.number)
                             : exchange.context.vault.open(crypto::Secret::pin_number, head.card,
                                                           file->head.seal_key, file->head.pin);
  if (!digits) throw std::runtime_error("the sealed number of a card does not open");
  codec::DigitText<19>& card = exchange.answer.card;
  card.size = digits->view().copy(card.data.data(), card.data.size());
}

/// Ids count from one, hashes of unknown numbers are anywhere: they do not meet.
std::uint64_t card_key(ledger::CardId known, std::uint64_t unknown) {
  return known != 0 ? known : unknown;
}

void replay(Exchange& exchange, const ledger::StoredTransaction& first) {
  Answer& answer = exchange.answer;
  const base::ByteView bytes = first.view().answer;
  CP_ASSERT(bytes.size() <= answer.replay.size());
  std::copy(bytes.begin(), bytes.end(), answer.replay.begin());
  answer.replay_size = bytes.size();
  answer.sequence = first.head.sequence;
  answer.card_key = card_key(first.head.card, first.head.unknown_card);
  codec::Message answered;
  const auto read = codec::read_message(codec::kIso87Binary, bytes, answered);
  CP_ASSERT(read.has_value());
  if (answered.has(37))
    std::copy_n(answered.text(37).data(), answer.reference.size(), answer.reference.data());
  else
    answer.reference = reference_of(first.head.time_us, first.head.sequence);
  echo_first_card(exchange, first.head);
}

/// Another request that is remembered has what a DE 90 would name this one by.
bool is_ambiguous(Exchange& exchange) {
  const Request& request = exchange.request;
  ledger::Draft& draft = exchange.context.draft;
  return find_in_chain(
             draft, Chain::original, ledger::latest_original(draft, request.keys.original),
             [&](const ledger::StoredTransaction& candidate) {
               return exchange.context.age_now - candidate.head.time_us < ledger::kRememberedUs &&
                      origin_of(candidate).terminal == request.terminal;
             })
      .has_value();
}

enum class Seen : std::uint8_t { no, replayed, refused };

/// The same request again gets the first answer; the same key with another content none.
Seen check_seen(const CatalogueRow& row, Exchange& exchange, Refusal& refusal) {
  ledger::Draft& draft = exchange.context.draft;
  const auto duplicate =
      ledger::find_duplicate(draft, exchange.request.keys.request, exchange.context.age_now);
  if (!duplicate || duplicate->sequence == 0) {
    if (duplicate) exchange.decision.wrong_password = duplicate->wrong_password;
    if (row.transaction == Transaction::reversal || !is_ambiguous(exchange)) return Seen::no;
    refusal = Refusal::key_conflict;
    return Seen::refused;
  }
  const auto first = ledger::read_transaction(draft, duplicate->sequence);
  CP_ASSERT(first.has_value());
  if (!same_content(exchange, *first)) {
    refusal = Refusal::key_conflict;
    return Seen::refused;
  }
  if (ledger::read_undone(draft, first->head.sequence).reversals > 0) {
    refusal = Refusal::original_was_reversed;
    return Seen::refused;
  }
  replay(exchange, *first);
  return Seen::replayed;
}

ledger::TransactionHead make_head(const CatalogueRow& row, const Exchange& exchange) {
  const Answer& answer = exchange.answer;
  const Decision& decision = exchange.decision;
  ledger::TransactionHead head{};
  head.sequence = answer.sequence;
  head.time_us = exchange.context.now;
  head.card = decision.card.id;
  head.unknown_card = decision.card.unknown;
  head.card_form = exchange.request.names_card() ? decision.card.form : ledger::CardForm::none;
  head.amount_won = exchange.request.amount_won;
  head.moved_won = decision.moved_won;
  head.original = decision.original;
  head.business_day = answer.business_day;
  head.processing_code = exchange.request.processing_code;
  head.mti = exchange.request.mti.value;
  head.station = exchange.request.station.id;
  head.code = answer_code(answer);
  head.approval = answer.approval;
  if (head.approval[0] == 0) head.approval.fill(' ');
  head.kind = row.kind;
  head.lasts_s = decision.lasts_s;
  head.points_bp = decision.points_bp;
  head.previous_recharge = decision.previous_recharge;
  head.entry = ledger::entry_kind(row.kind, exchange.request.station.role == Role::telephone);
  return head;
}

/// Writes the decision, approved or declined, so that the request is answered the same again.
void remember_decision(const CatalogueRow& row, Exchange& exchange) {
  Decision& decision = exchange.decision;
  const Request& request = exchange.request;
  if (request.names_card() && decision.card.id == 0 && decision.card.unknown == 0)
    decision.card =
        ledger::find_card(exchange.context.draft, exchange.context.vault, request.card.view());
  std::array<std::uint8_t, 1'200> space;
  const auto size = write_remembered(request.message, exchange.answer, space);
  CP_ASSERT(size.has_value());
  ledger::TransactionKeys keys = request.keys;
  keys.can_be_original = row.transaction != Transaction::reversal;
  keys.wrong_password = decision.wrong_password;
  const std::array<char, 12>& made = exchange.answer.reference;
  if (keys.reference.empty() && made[0] != 0) keys.reference = {made.data(), made.size()};
  ledger::remember(exchange.context.draft, make_head(row, exchange), keys, decision.entry,
                   base::ByteView(space.data(), *size));
}

void decide(const CatalogueRow& row, Exchange& exchange) {
  Answer& answer = exchange.answer;
  Context& context = exchange.context;
  if (!row.remembered) {
    answer.refusal = row.handler(exchange);
    return;
  }
  answer.sequence = context.draft.next_number(ledger::kSequenceCounter);
  const bool has_reference = exchange.request.message.has(37);
  const auto made = reference_of(context.now, answer.sequence);
  // What a reversal is called is not kept: its own DE 37 would tell how it named its original.
  if (!has_reference && row.transaction != Transaction::reversal) answer.reference = made;
  answer.refusal = row.handler(exchange);
  if (info(answer.refusal).remembered) {
    remember_decision(row, exchange);
    if (!has_reference) answer.reference = made;
  } else {
    context.draft.drop();
    answer.sequence = 0;
    answer.reference = {};  // the number goes to another transaction
  }
}

}  // namespace

Answer refuse(Refusal refusal, base::TimeUs now, int bad_element) {
  Answer answer;
  answer.refusal = refusal;
  answer.bad_element = static_cast<std::uint8_t>(bad_element);
  answer.business_day = base::business_day(now);
  return answer;
}

void make_reference(const codec::Message& message, Context& context, Answer& answer) {
  const bool has_one = message.has(37) || answer.reference[0] != 0 || answer.replay_size != 0;
  if (has_one || !message.mti().is_transaction()) return;
  answer.reference = reference_of(context.now, context.random.below(1'000'000));
}

Answer handle(const codec::Message& message, const Station& station, Context& context) {
  const Request request = read_request(message, station, context.now);
  Answer answer = refuse(Refusal::none, context.now);
  const std::uint16_t mti = request.mti.value;
  const bool has_processing_code = mti == 100 || mti == 200 || mti == 220;
  if (has_processing_code && !message.has(3)) return refuse(Refusal::format_error, context.now, 3);
  const CatalogueRow* row = find_row(request);
  if (row == nullptr) return refuse(Refusal::no_such_transaction, context.now);
  answer.refusal = check_request(*row, request, context, answer);
  if (answer.refusal != Refusal::none) return answer;

  Decision decision;
  Exchange exchange{request, context, answer, decision};
  if (row->remembered) {
    const Seen seen = check_seen(*row, exchange, answer.refusal);
    if (seen != Seen::no) return answer;
  }
  decide(*row, exchange);
  answer.card_key = card_key(decision.card.id, decision.card.unknown);
  return answer;
}

}  // namespace handlers
