#include "tests/ledger/check_world.hpp"

#include <cstdio>

#include "codec/de48.hpp"
#include "codec/writer.hpp"
#include "ledger/holds.hpp"
#include "ledger/lots.hpp"

namespace ledger::test {
namespace {

std::string digits(std::uint64_t value, int width) {
  char text[24];
  std::snprintf(text, sizeof text, "%0*llu", width, static_cast<unsigned long long>(value));
  return text;
}

std::string transmitted_at(base::TimeUs now) {
  const base::CivilTime t = base::civil_utc(now);
  return digits(static_cast<unsigned>(t.month), 2) + digits(static_cast<unsigned>(t.day), 2) +
         digits(static_cast<unsigned>(t.hour * 10'000 + t.minute * 100 + t.second), 6);
}

std::string local_date(base::TimeUs now) { return digits(base::seoul_date(now) % 10'000, 4); }

std::string local_time(base::TimeUs now) {
  const base::CivilTime t = base::civil_seoul(now);
  return digits(static_cast<unsigned>(t.hour * 10'000 + t.minute * 100 + t.second), 6);
}

template <std::size_t Size>
std::array<char, Size> characters(std::string_view text) {
  return FixedText<Size>::of(text).characters;
}

void write_party(Draft& draft, const MerchantId& id, StationId station, PartyKind kind,
                 std::uint16_t mcc) {
  MerchantRecord record{};
  record.station = station;
  record.mcc = mcc;
  record.kind = kind;
  record.account = FixedText<28>::of("1100000001");
  record.name_ko = record.name_en = FixedText<40>::of(id.trimmed());
  draft.write(Table::merchants, id.view(), record);
}

void write_terminal(Draft& draft, std::string_view id, const MerchantId& merchant,
                    StationId station) {
  TerminalRecord record{};
  record.merchant = merchant;
  record.station = station;
  draft.write(Table::terminals, id, record);
}

const ProductRecord kTen = product(2, 10'000), kFive = product(1, 5'000);

}  // namespace

World::World() {
  write([&](Draft& draft) {
    write_party(draft, kMart, kMartStation, PartyKind::merchant, 5411);
    write_party(draft, kAgent, kAgentStation, PartyKind::agent, 0);
    write_party(draft, kOperator, kOperatorStation, PartyKind::operating, 0);
    for (const char* id : {"POS00001", "POS00002"}) write_terminal(draft, id, kMart, kMartStation);
    write_terminal(draft, "AGT00001", kAgent, kAgentStation);
    write_terminal(draft, "OPER0001", kOperator, kOperatorStation);
    draft.write(Table::products, bytes_of(kTen.number), kTen);
    draft.write(Table::products, bytes_of(kFive.number), kFive);
    draft.write(Table::limits, kLimitsKey, kUsualLimits);
    draft.write(Table::meta, "seeded", static_cast<std::uint64_t>(now));
    Entry opening;
    opening.move(AccountKey::prefund_received(), AccountKey::of(AccountKind::prefund, kAgent),
                 1'000'000);
    record_opening(draft, opening, now);
    for (int i = 0; i < 3; ++i) {
      NewCard wanted;
      wanted.product = &kTen;
      wanted.state = CardState::stock;
      wanted.from_lot = true;
      make_card(draft, maker(), wanted);
    }
  });
}

Sequence World::begin() {
  now += 60 * base::kMicrosPerSecond;
  ++stan_;
  Draft draft(store, batch);
  return draft.read<std::uint64_t>(Table::meta, kSequenceCounter).value_or(0) + 1;
}

// -------------------------------------------------------------------------------- the register

std::string World::write_answer(const Said& said, const Did& did, base::Date business_day) {
  std::array<std::uint8_t, 1'200> space;
  codec::Writer writer(codec::kIso87Binary, space);
  writer.begin(codec::Mti{said.mti}.answer());
  const bool is_reversal = said.mti >= 400;
  if (!is_reversal) writer.number(3, said.processing);
  const bool tells_moved = did.kind == TransactionKind::completion;
  if (!is_reversal)
    writer.number(4, static_cast<std::uint64_t>(tells_moved ? did.moved_won : said.amount_won));
  writer.digits(7, said.transmitted);
  writer.digits(11, said.stan);
  if (said.with_local_time) writer.digits(12, local_time(now));
  if (said.with_local_time) writer.digits(13, local_date(now));
  writer.number(15, base::month_day(business_day));
  if (said.reference != "-") writer.text(37, said.reference);
  if (!did.approval.empty()) writer.text(38, did.approval);
  writer.text(39, did.code);
  writer.text(41, said.terminal);
  writer.text(42, said.at_agent ? kAgent.view() : kMart.view());
  if (!did.tags.empty()) writer.text(48, did.tags);
  if (!did.amounts.empty()) writer.text(54, did.amounts);
  if (!said.original_data.empty()) writer.digits(90, said.original_data);
  return std::string(base::as_text(base::ByteView(space.data(), writer.finish().value())));
}

void World::remember(Draft& draft, Sequence sequence, const Said& as_said, const Did& did) {
  Said said = as_said;
  if (said.at_agent) said.terminal = "AGT00001";
  if (said.stan.empty()) said.stan = digits(static_cast<unsigned>(stan_), 6);
  if (said.transmitted.empty()) said.transmitted = transmitted_at(now);
  if (said.reference.empty()) said.reference = "R" + digits(sequence, 11);
  TransactionHead head{};
  head.sequence = draft.next_number(kSequenceCounter);
  ASSERT_EQ(head.sequence, sequence);
  head.time_us = now;
  head.card = said.card.id;
  head.unknown_card = said.card.unknown;
  head.card_form = said.card.form;
  head.amount_won = said.amount_won;
  head.moved_won = did.moved_won;
  head.original = did.original;
  head.business_day = day();
  head.processing_code = said.processing;
  head.mti = said.mti;
  head.station = said.at_agent ? kAgentStation : kMartStation;
  head.code = characters<2>(did.code);
  head.approval = characters<6>(did.approval);
  head.kind = did.kind;
  head.lasts_s = did.lasts_s;
  head.points_bp = did.points_bp;
  head.previous_recharge = did.previous_recharge;
  head.entry = entry_kind(did.kind, false);

  TransactionKeys names;
  const std::string transmitted = said.transmitted;  // stands for the local time of a reversal
  names.request.local_date =
      characters<4>(said.with_local_time ? local_date(now) : transmitted.substr(0, 4));
  names.request.local_time =
      characters<6>(said.with_local_time ? local_time(now) : transmitted.substr(4));
  names.request.stan = names.original.stan = characters<6>(said.stan);
  names.request.station = names.original.station = head.station;
  names.request.mti = names.original.mti = said.mti;
  names.request.terminal = TerminalId::of(said.terminal);
  names.request.merchant = names.original.merchant = said.at_agent ? kAgent : kMart;
  names.original.transmitted = characters<10>(said.transmitted);
  if (said.reference != "-") names.reference = said.reference;
  names.can_be_original = did.kind != TransactionKind::reversal;
  const std::string answer = write_answer(said, did, head.business_day);
  ledger::remember(draft, head, names, did.entry, base::as_bytes(answer));
  said_[sequence] = said;
}

void World::count(Draft& draft, const Said& said, TotalsColumn column, std::int64_t amount_won) {
  count_in_totals(
      draft,
      {day(), said.at_agent ? kAgentStation : kMartStation, said.at_agent ? kAgent : kMart,
       TerminalId::of(said.at_agent ? "AGT00001" : said.terminal)},
      column, amount_won);
}

std::string World::told_balance(Draft& draft, CardId id, std::int64_t change_won) {
  const CardRecord card = read_card(draft, id).value();
  const auto group = [](const char* type, std::int64_t amount_won) {
    return std::string("00") + type + "410C" + digits(static_cast<std::uint64_t>(amount_won), 12);
  };
  return group("01", card.balance_won + change_won) +
         group("02", card.available_won() + change_won);
}

StoredTransaction World::stored(Sequence sequence) {
  Draft draft(store, batch);
  return read_transaction(draft, sequence).value();
}

void World::undo(Draft& draft, Sequence original, std::int64_t reversed_won,
                 std::int64_t refunded_won, std::uint32_t reversals) {
  UndoneRecord undone = read_undone(draft, original);
  undone.reversed_won += reversed_won;
  undone.refunded_won += refunded_won;
  undone.reversals += reversals;
  write_undone(draft, original, undone);
}

// ---------------------------------------------------------------------------------------- sales

Sequence World::sell(CardId stock_card, int card_count) {
  const Sequence sequence = begin();
  write([&](Draft& draft) {
    Said said;
    said.processing = 900'000;
    said.at_agent = true;
    if (stock_card != 0) said.card = {CardForm::number, stock_card};
    Did did;
    did.kind = TransactionKind::sale;
    const AccountKey prefund = AccountKey::of(AccountKind::prefund, kAgent);
    const base::Date last_day = base::add_days(base::seoul_date(now), 1'825);
    std::string cards;
    for (int i = 0; i < card_count; ++i) {
      CardId id = stock_card;
      if (stock_card != 0) {
        CardRecord card = read_card(draft, id).value();
        card.state = CardState::active;
        card.last_day = last_day;
        card.had_hold = 0;
        write_card(draft, id, card);
        CardFile file = read_card_file(draft, id).value();
        file.head.sold_by = sequence;
        file.head.has_initial = 0;
        write_card_file(draft, file);
      } else {
        NewCard wanted;
        wanted.product = &kTen;
        wanted.last_day = last_day;
        wanted.sold_by = sequence;
        wanted.customer = "customer-1";
        id = make_card(draft, maker(), wanted);
      }
      did.entry.move(prefund, AccountKey::card(id), kTen.face_won);
      cards += bytes_of(id);
    }
    said.amount_won = did.moved_won = card_count * kTen.face_won;
    const std::string order = digits(day(), 8) + digits(sequence, 8);
    const OrderHead head{sequence, kAgentStation, 0, static_cast<std::uint32_t>(card_count)};
    draft.put(Table::orders, order, std::string(bytes_of(head)) + cards);
    did.tags = "0002016" + order + "0003003" + digits(static_cast<unsigned>(card_count), 3);
    did.amounts =
        "3002410C" +
        digits(static_cast<std::uint64_t>(account_balance_won(draft, prefund) - did.moved_won), 12);
    count(draft, said, &TotalsRecord::credits, did.moved_won);
    remember(draft, sequence, said, did);
  });
  return sequence;
}

Sequence World::sell_new(int card_count) { return sell(0, card_count); }
Sequence World::sell_stock(CardId id) { return sell(id, 1); }

Sequence World::activate(CardId id) {
  const Sequence sequence = begin();
  write([&](Draft& draft) {
    Said said;
    said.processing = 920'000;
    said.at_agent = true;
    said.card = {CardForm::pin, id};
    Did did;
    did.kind = TransactionKind::activation;
    did.approval = "ACT" + digits(sequence % 1'000, 3);
    CardRecord card = read_card(draft, id).value();
    card.state = CardState::active;
    set_password(vault, id, card, "87654321");
    write_card(draft, id, card);
    CardFile file = read_card_file(draft, id).value();
    file.head.has_initial = 0;
    file.hint = "hint";
    write_card_file(draft, file);
    did.amounts = told_balance(draft, id, 0);
    remember(draft, sequence, said, did);
  });
  return sequence;
}

Sequence World::reverse_sale(Sequence sale) {
  const Sequence sequence = begin();
  const StoredTransaction original = stored(sale);
  write([&](Draft& draft) {
    Said said;
    said.mti = 400;
    said.at_agent = true;
    said.reference = said_[sale].reference;
    Did did;
    did.kind = TransactionKind::reversal;
    did.original = sale;
    did.moved_won = original.head.moved_won;
    for (std::size_t i = 0; i < original.head.posting_count; ++i) {
      const AccountKey account = original.view().posting(i).account;
      if (account.kind != AccountKind::card) continue;
      const CardId id = account.card_id();
      CardRecord card = read_card(draft, id).value();
      CardFile file = read_card_file(draft, id).value();
      did.entry.move(account, AccountKey::of(AccountKind::prefund, kAgent), card.balance_won);
      if (file.head.from_lot != 0) {
        card.state = CardState::stock;
        card.last_day = 0;
        forget_wrong_passwords(card);
        file.head.sold_by = 0;
        card.registered = 0;
        card.verifier = file.head.initial_verifier;
        card.password_key = file.head.initial_password_key;
      } else {
        card.state = CardState::closed;
        file.head.has_initial = 0;
      }
      write_card(draft, id, card);
      write_card_file(draft, file);
    }
    count(draft, said, &TotalsRecord::credit_reversals, did.moved_won);
    undo(draft, sale, did.moved_won, 0, 1);
    remember(draft, sequence, said, did);
  });
  return sequence;
}

// ------------------------------------------------------------------------------------ purchases

Sequence World::purchase(CardId id, std::int64_t amount_won, Said said) {
  const Sequence sequence = begin();
  write([&](Draft& draft) {
    said.amount_won = amount_won;
    said.card = {CardForm::number, id};
    Did did;
    did.approval = "PUR" + digits(sequence % 1'000, 3);
    did.moved_won = amount_won;
    CardRecord card = read_card(draft, id).value();
    if (card.spent_day != day()) card.spent_won = 0;
    card.spent_day = day();
    card.spent_won += amount_won;
    write_card(draft, id, card);
    did.entry.move(AccountKey::card(id), AccountKey::of(AccountKind::merchant_payable, kMart),
                   amount_won);
    did.amounts = told_balance(draft, id, -amount_won);
    count(draft, said, &TotalsRecord::debits, amount_won);
    remember(draft, sequence, said, did);
  });
  return sequence;
}

Sequence World::decline(CardId id, std::int64_t amount_won) {
  const Sequence sequence = begin();
  write([&](Draft& draft) {
    Said said;
    said.amount_won = amount_won;
    said.card = {CardForm::number, id};
    Did did;
    did.code = "51";
    remember(draft, sequence, said, did);
  });
  return sequence;
}

Sequence World::decline_unknown() {
  const Sequence sequence = begin();
  write([&](Draft& draft) {
    Said said;
    said.amount_won = 100;
    said.card = find_card(draft, vault, "9410129900000011");
    Did did;
    did.code = "14";
    remember(draft, sequence, said, did);
  });
  return sequence;
}

Sequence World::refund(Sequence purchase, std::int64_t amount_won) {
  const Sequence sequence = begin();
  const TransactionHead original = stored(purchase).head;
  write([&](Draft& draft) {
    Said said;
    said.processing = 200'000;
    said.amount_won = amount_won;
    said.card = {CardForm::pin, original.card};
    said.terminal = "POS00002";
    Did did;
    did.kind = TransactionKind::refund;
    did.approval = "REF" + digits(sequence % 1'000, 3);
    did.moved_won = amount_won;
    did.original = purchase;
    did.entry.move(AccountKey::of(AccountKind::merchant_payable, kMart),
                   AccountKey::card(original.card), amount_won);
    if (original.points_bp != 0)
      did.entry.move(AccountKey::card_points(original.card), AccountKey::points_expense(),
                     amount_won);
    did.amounts = told_balance(draft, original.card, amount_won);
    count(draft, said, &TotalsRecord::credits, amount_won);
    undo(draft, purchase, 0, amount_won, 0);
    remember(draft, sequence, said, did);
  });
  return sequence;
}

Sequence World::reverse(Sequence named, std::int64_t amount_won) {
  const Sequence sequence = begin();
  const TransactionHead original = stored(named).head;
  write([&](Draft& draft) {
    const bool of_purchase = original.kind == TransactionKind::purchase;
    Said said;
    said.mti = 420;
    said.terminal = said_[named].terminal;
    said.reference = said_[named].reference;
    Did did;
    did.kind = TransactionKind::reversal;
    did.moved_won = amount_won;
    did.original = named;
    undo(draft, named, amount_won, 0, 1);
    const AccountKey card_account = AccountKey::card(original.card);
    const AccountKey payable = AccountKey::of(AccountKind::merchant_payable, kMart);
    if (amount_won != 0 && of_purchase) {
      did.entry.move(payable, card_account, amount_won);
      CardRecord card = read_card(draft, original.card).value();
      if (card.spent_day == original.business_day) card.spent_won -= amount_won;
      write_card(draft, original.card, card);
      count(draft, said, &TotalsRecord::debit_reversals, amount_won);
    } else if (original.kind == TransactionKind::recharge) {
      said.at_agent = true;
      did.entry.move(card_account, AccountKey::of(AccountKind::prefund, kAgent), amount_won);
      count(draft, said, &TotalsRecord::credit_reversals, amount_won);
    } else if (amount_won != 0 && original.kind == TransactionKind::hold) {
      release_part(draft, named, amount_won, sequence,
                   amount_won == original.moved_won ? granted_s(named) : 0);
    } else if (amount_won != 0) {
      did.entry.move(card_account, payable, amount_won);
      undo(draft, original.original, 0, -amount_won, 0);
      count(draft, said, &TotalsRecord::credit_reversals, amount_won);
    }
    remember(draft, sequence, said, did);
  });
  return sequence;
}

Sequence World::reverse_early(EarlyBy by) {
  const Sequence sequence = begin();
  write([&](Draft& draft) {
    Said said;
    said.mti = 400;
    said.reference = by == EarlyBy::reference ? "NEVERCAME" : "-";
    said.stan = digits(static_cast<unsigned>(stan_), 6);
    OriginalKey original{};
    original.transmitted = characters<10>("1122010203");
    original.stan = characters<6>("777777");
    original.station = kMartStation;
    original.mti = 200;
    original.merchant = kMart;
    if (by == EarlyBy::original)
      said.original_data =
          "0200"
          "777777"
          "1122010203" +
          std::string(22, '0');
    RequestKey request{};
    request.local_date = characters<4>(local_date(now));
    request.local_time = characters<6>(local_time(now));
    request.stan = characters<6>(said.stan);
    request.station = kMartStation;
    request.terminal = TerminalId::of(said.terminal);
    request.merchant = kMart;
    const EarlyKey key = by == EarlyBy::original ? early_key(original, request.terminal)
                         : by == EarlyBy::reference
                             ? early_key(kMartStation, said.reference, request.terminal, kMart)
                             : early_key(request);
    remember_early_reversal(draft, key, sequence, now);
    said.with_local_time = by == EarlyBy::request;
    Did did;
    did.kind = TransactionKind::reversal;
    remember(draft, sequence, said, did);
  });
  return sequence;
}

void World::count_wrong_password(CardId id) {
  begin();
  write([&](Draft& draft) {
    CardRecord card = read_card(draft, id).value();
    ledger::count_wrong_password(card);
    write_card(draft, id, card);
    RequestKey key{};
    key.local_date = characters<4>(local_date(now));
    key.local_time = characters<6>(local_time(now));
    key.stan = characters<6>(digits(static_cast<unsigned>(stan_), 6));
    key.station = kMartStation;
    key.mti = 100;
    key.terminal = TerminalId::of("POS00001");
    key.merchant = kMart;
    remember_wrong_password(draft, key, 0x1234, now, now);
  });
}

std::uint32_t World::make_lot(std::uint32_t wanted, std::uint32_t made) {
  std::uint32_t number = 0;
  write([&](Draft& draft) {
    LotRecord lot = begin_lot(draft, kTen.number, wanted, now);
    for (std::uint32_t i = 0; i < made; ++i) add_lot_card(draft, maker(), kTen, lot);
    lot.printed_us = now;
    write_lot(draft, lot);
    number = lot.number;
  });
  return number;
}

void World::exchange_key() {
  write([&](Draft& draft) {
    crypto::ExchangedKeys held;
    held.exchanges = 1;
    held.entries.push_back({{}, now, crypto::Key(std::vector<std::uint8_t>(16, 7))});
    write_station_keys(draft, vault.keys(), 3, crypto::KeyUse::pin, held, random);
  });
}

// ------------------------------------------------------------------------------------ the store

CheckReport World::check(bool with_vault) {
  return check_books(*store.snapshot(), with_vault ? &vault : nullptr, {});
}

std::vector<World::Record> World::records(Table table) {
  std::vector<Record> found;
  store.scan(table, {}, SIZE_MAX, [&](std::string_view key, std::string_view value) {
    found.emplace_back(key, value);
    return true;
  });
  return found;
}

std::string World::value(Table table, std::string_view key) {
  return std::string(store.get(table, key).value());
}

void World::put(Table table, std::string_view key, std::string_view value) {
  write([&](Draft& draft) { draft.put(table, key, value); });
}

void World::erase(Table table, std::string_view key) {
  write([&](Draft& draft) { draft.erase(table, key); });
}

std::int64_t World::balance_won(CardId id) {
  Draft draft(store, batch);
  return read_card(draft, id).value().balance_won;
}

}  // namespace ledger::test
