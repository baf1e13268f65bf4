#include "switch/seeding.hpp"

#include <stdexcept>
#include <string>

#include "ledger/books.hpp"
#include "ledger/cards.hpp"
#include "ledger/register.hpp"
#include "switch/ledger_change.hpp"

namespace core {
namespace {

using ledger::Draft;
using ledger::Table;

constexpr std::string_view kSeededMark = "seeded";

void seed_merchant(Draft& draft, const config::SeedMerchant& merchant, base::TimeUs now) {
  const auto id = ledger::MerchantId::of(merchant.id);
  ledger::MerchantRecord record{};
  record.station = merchant.station_id;
  record.mcc = merchant.mcc;
  record.fee_bp = static_cast<std::uint16_t>(merchant.fee_bp);
  record.kind = static_cast<ledger::PartyKind>(merchant.kind);
  record.account = ledger::FixedText<28>::of(merchant.account);
  record.name_ko = ledger::FixedText<40>::of(merchant.name_ko);
  record.name_en = ledger::FixedText<40>::of(merchant.name_en);
  draft.write(Table::merchants, id.view(), record);
  if (merchant.prefund_won == 0) return;
  ledger::Entry entry;
  entry.move(ledger::AccountKey::prefund_received(),
             ledger::AccountKey::of(ledger::AccountKind::prefund, id), merchant.prefund_won);
  ledger::record_opening(draft, entry, now);
}

void seed_terminal(Draft& draft, const config::SeedTerminal& terminal) {
  ledger::TerminalRecord record{};
  record.merchant = ledger::MerchantId::of(terminal.merchant);
  record.station = terminal.station_id;
  draft.write(Table::terminals, ledger::TerminalId::of(terminal.id).view(), record);
}

ledger::ProductRecord seed_product(Draft& draft, const config::SeedProduct& product) {
  ledger::ProductRecord record{};
  record.face_won = product.face_won;
  record.validity_days = product.validity_days;
  record.points_bp = static_cast<std::uint16_t>(product.points_bp);
  record.mix = product.mix;
  record.number = static_cast<std::uint8_t>(product.number);
  record.name = ledger::FixedText<40>::of(product.name);
  draft.write(Table::products, ledger::bytes_of(record.number), record);
  return record;
}

void seed_limits(Draft& draft, const ledger::LimitsRecord& limits) {
  if (!draft.get(Table::limits, ledger::kLimitsKey))
    draft.write(Table::limits, ledger::kLimitsKey, limits);
}

void seed_lot(Draft& draft, const ledger::CardMaker& maker, const config::SeedLot& lot,
              const ledger::ProductRecord& product) {
  for (std::uint32_t i = 0; i < lot.count; ++i) {
    std::string number = std::to_string(lot.first + i);
    number += ledger::luhn_digit(number);
    ledger::NewCard wanted;
    wanted.product = &product;
    wanted.state = ledger::CardState::stock;
    wanted.from_lot = true;
    wanted.number = number;
    wanted.initial_password = lot.initial_password;
    ledger::make_card(draft, maker, wanted);
  }
}

}  // namespace

bool is_seeded(ledger::Store& store) { return store.get(Table::meta, kSeededMark).has_value(); }

bool seed_if_new(ledger::Store& store, const config::Seed& seed, crypto::CardVault& vault,
                 base::RandomSource& random, std::string_view bin, base::TimeUs now) {
  if (is_seeded(store)) return false;
  ledger::WriteSet batch;
  Draft draft(store, batch);
  for (const auto& merchant : seed.merchants) seed_merchant(draft, merchant, now);
  for (const auto& terminal : seed.terminals) seed_terminal(draft, terminal);
  std::vector<ledger::ProductRecord> products;
  for (const auto& product : seed.products) products.push_back(seed_product(draft, product));
  for (const auto& lot : seed.lots) {
    for (const auto& product : products)
      if (product.number == lot.product) seed_lot(draft, {vault, random, bin}, lot, product);
  }
  seed_limits(draft, seed.limits);
  if (!seed.rates.empty()) ledger::write_rates(draft, 0, seed.rates);
  draft.write(Table::meta, kSeededMark, static_cast<std::uint64_t>(now));
  draft.keep();
  commit_now(store, batch);
  return true;
}

void seed_limits_if_absent(ledger::Store& store, const ledger::LimitsRecord& limits) {
  ledger::WriteSet batch;
  Draft draft(store, batch);
  seed_limits(draft, limits);
  draft.keep();
  commit_now(store, batch);
}

bool seed_rates_if_none(ledger::Store& store, const config::Seed& seed) {
  bool is_there = false;
  store.scan(Table::rates, {}, 1, [&](std::string_view, std::string_view) {
    is_there = true;
    return false;
  });
  if (is_there || seed.rates.empty()) return false;
  ledger::WriteSet batch;
  Draft draft(store, batch);
  ledger::write_rates(draft, 0, seed.rates);
  draft.keep();
  commit_now(store, batch);
  return true;
}

}  // namespace core
