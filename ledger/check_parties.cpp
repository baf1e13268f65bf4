/// Counters, merchants, terminals, products, limits, and the accounts that are no cards.

#include <set>

#include "ledger/check_state.hpp"
#include "ledger/draft.hpp"

namespace ledger::checking {
namespace {

std::uint64_t counter(Source& source, std::string_view name) {
  const auto found = source.get(Table::meta, name);
  if (found.absent()) return 0;
  if (!found.there()) return kUnknownCounter;
  return source.record<std::uint64_t>(Table::meta, name, found.value).value_or(kUnknownCounter);
}

template <class Record, class Map>
const Record* find_or_fetch(Source& source, Table table, std::string_view key,
                            const typename Map::key_type& name, Map& map, bool& absent) {
  absent = false;
  const auto known = map.find(name);
  if (known != map.end()) return &known->second;
  const auto found = source.get(table, key);
  absent = found.absent();
  const auto record = found.there() ? record_from<Record>(found.value) : std::nullopt;
  return record ? &map.emplace(name, *record).first->second : nullptr;
}

std::string merchant_complaint(std::string_view key, const MerchantRecord& merchant) {
  if (key.size() != sizeof(MerchantId)) return "the key is no merchant id";
  if (merchant.kind < PartyKind::merchant || merchant.kind > PartyKind::bank)
    return "its kind is none that there is";
  if ((merchant.kind == PartyKind::merchant) != (merchant.mcc != 0))
    return "merchants, and only they, have an MCC";
  if (merchant.fee_bp > 10'000) return "its fee is over 100 %";
  if (merchant.station == 0) return "it has no station";
  return merchant.reserved == 0 ? "" : "its reserved byte is not zero";
}

std::string product_complaint(std::string_view key, const ProductRecord& product) {
  if (key != bytes_of(product.number)) return "holds another number than its key";
  if (product.number == 0) return "its number is none";
  if (product.face_won <= 0 || product.face_won > kMostFaceWon) return "its face value is none";
  if (product.validity_days == 0 || product.validity_days > kMostValidityDays)
    return "its validity is none";
  if (product.points_bp > kMostPointsBp) return "its points are over 100 %";
  if (product.mix == 0 || product.mix >> kCategoryCount != 0) return "its mix is none";
  if (product.name.trimmed().empty()) return "it has no name";
  if (product.ended > 1) return "it is neither sold nor ended";
  return product.reserved == decltype(product.reserved){} ? "" : "a reserved byte is not zero";
}

std::string limits_complaint(std::string_view key, const LimitsRecord& limits) {
  if (key != kLimitsKey) return "there is one record of limits only, under another key";
  for (const std::int64_t limit_won :
       {limits.transaction_won, limits.daily_won, limits.balance_won, limits.recharge_won})
    if (limit_won < 1 || limit_won > kMostToldWon)
      return "a limit is not from 1 to " + won(kMostToldWon);
  return "";
}

void read_merchants(Source& source, State& state) {
  source.for_each(Table::merchants, [&](std::string_view key, std::string_view value) {
    const auto record = source.record<MerchantRecord>(Table::merchants, key, value);
    if (!record) return;
    if (const std::string what = merchant_complaint(key, *record); !what.empty())
      source.add(Table::merchants, key, what);
    state.parties.merchants.emplace(key, *record);
  });
}

void read_products(Source& source, State& state) {
  std::set<std::int64_t> sold_faces;
  source.for_each(Table::products, [&](std::string_view key, std::string_view value) {
    const auto record = source.record<ProductRecord>(Table::products, key, value);
    if (!record) return;
    std::string what = product_complaint(key, *record);
    if (record->ended == 0 && !sold_faces.insert(record->face_won).second)
      what = "another product of its face value is sold";
    if (!what.empty()) source.add(Table::products, key, what);
    if (key.size() == 1) state.parties.products.emplace(static_cast<std::uint8_t>(key[0]), *record);
  });
}

/// Where there are none the usual ones count: data of before has them from its next start on.
void read_limits(Source& source) {
  source.for_each(Table::limits, [&](std::string_view key, std::string_view value) {
    const auto record = source.record<LimitsRecord>(Table::limits, key, value);
    if (!record) return;
    if (const std::string what = limits_complaint(key, *record); !what.empty())
      source.add(Table::limits, key, what);
  });
}

/// A terminal and its merchant are of one station. Who of the two is wrong, the register may tell.
void read_terminals(Source& source, State& state) {
  std::map<std::string, int, std::less<>> balance;  // of a merchant's terminals: agree − disagree
  source.for_each(Table::terminals, [&](std::string_view key, std::string_view value) {
    const auto record = source.record<TerminalRecord>(Table::terminals, key, value);
    if (!record) return;
    state.parties.terminals.emplace(key, *record);
    if (key.size() != sizeof(TerminalId) || record->reserved != 0)
      return source.add(Table::terminals, key, "key or reserved byte is not right");
    bool absent = false;
    const auto* const merchant = state.parties.merchant(source, record->merchant.view(), absent);
    if (absent) source.add(Table::terminals, key, "its merchant is not there");
    if (merchant == nullptr) return;
    const bool agrees = merchant->station == record->station;
    balance[std::string(record->merchant.view())] += agrees ? 1 : -1;
    if (!agrees) source.add(Table::terminals, key, "its merchant is another station's");
  });
  for (const auto& [merchant, agree] : balance)
    if (agree < 0) source.add(Table::merchants, merchant, "its terminals are another station's");
}

std::string account_complaint(Source& source, Parties& parties, const AccountKey& account) {
  for (const AccountKey& nobodys : {AccountKey::prefund_received(), AccountKey::points_expense(),
                                    AccountKey::promotion_expense()})
    if (account.kind == nobodys.kind)
      return account == nobodys ? "" : "an account of ours has a name";
  PartyKind wanted{};
  if (account.kind == AccountKind::merchant_payable)
    wanted = PartyKind::merchant;
  else if (account.kind == AccountKind::prefund)
    wanted = PartyKind::agent;
  else if (account.kind == AccountKind::bank_receivable)
    wanted = PartyKind::bank;
  else
    return "there is no such kind of account here";
  bool absent = false;
  const auto* const party =
      parties.merchant(source, {account.name.data(), account.name.size()}, absent);
  if (party == nullptr) return absent ? "it is the account of nobody" : "";
  return party->kind == wanted ? "" : "it is not for this kind of party";
}

}  // namespace

const MerchantRecord* Parties::merchant(Source& source, std::string_view id, bool& absent) {
  return find_or_fetch<MerchantRecord>(source, Table::merchants, id, std::string(id), merchants,
                                       absent);
}
const TerminalRecord* Parties::terminal(Source& source, std::string_view id, bool& absent) {
  return find_or_fetch<TerminalRecord>(source, Table::terminals, id, std::string(id), terminals,
                                       absent);
}
const ProductRecord* Parties::product(Source& source, std::uint8_t number, bool& absent) {
  return find_or_fetch<ProductRecord>(source, Table::products, bytes_of(number), number, products,
                                      absent);
}

void check_meta(Source& source, State& state) {
  state.sequence_counter = counter(source, kSequenceCounter);
  state.card_counter = counter(source, kCardCounter);
  source.for_each(Table::meta, [&](std::string_view key, std::string_view value) {
    if (key != kSequenceCounter && key != kCardCounter)
      source.record<std::uint64_t>(Table::meta, key, value);
  });
}

void check_parties(Source& source, State& state) {
  read_merchants(source, state);
  read_terminals(source, state);
  read_products(source, state);
  read_limits(source);
}

void check_accounts(Source& source, State& state, CheckReport& report) {
  source.for_each(Table::accounts, [&](std::string_view key, std::string_view value) {
    ++report.accounts;
    const auto record = source.record<AccountRecord>(Table::accounts, key, value);
    const auto account = record_from<AccountKey>(key);
    if (!account || key.size() != sizeof(AccountKey))
      return source.add(Table::accounts, key, "the key is no account");
    if (!record) return;
    add_won(is_in_points(account->kind) ? report.all_points : report.all_won, record->balance_won);
    std::string what = account_complaint(source, state.parties, *account);
    AccountSums& sums = state.accounts[*account];
    sums.has_record = true;
    if (record->balance_won != sums.balance_won)
      what = "holds " + won(record->balance_won) + "; its postings sum to " + won(sums.balance_won);
    else if (record->last_sequence != sums.last_sequence)
      what = "says that transaction " + std::to_string(record->last_sequence) +
             " posted last; it was " + std::to_string(sums.last_sequence);
    if (!what.empty()) source.add(Table::accounts, key, what);
  });
  for (const auto& [account, sums] : state.accounts)
    if (!sums.has_record && source.get(Table::accounts, bytes_of(account)).absent())
      source.add(Table::accounts, bytes_of(account),
                 "is missing: its postings sum to " + won(sums.balance_won));
}

}  // namespace ledger::checking
