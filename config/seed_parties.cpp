// Merchants and terminals of a seed file.

#include <algorithm>
#include <map>
#include <set>

#include "config/seed_parts.hpp"

namespace config {
namespace {

constexpr std::size_t kMerchantIdSize = 15, kTerminalIdSize = 8;
constexpr std::size_t kMaxNameBytes = sizeof(ledger::ProductRecord::name), kMaxAccountSize = 28;
constexpr std::int64_t kMaxPrefundWon = 999'999'999'999;

bool is_id(std::string_view text, std::size_t size) {
  return text.size() == size && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
         });
}

/// Bytes of the UTF-8 character at the front of `text`; 0 where none begins.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t size = byte(0) < 0x80            ? 1
                           : byte(0) >> 5 == 0b110   ? 2
                           : byte(0) >> 4 == 0b1110  ? 3
                           : byte(0) >> 3 == 0b11110 ? 4
                                                     : 0;
  if (size == 0 || size > text.size()) return 0;
  char32_t point = size == 1 ? byte(0) : byte(0) & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (byte(i) >> 6 != 0b10) return 0;
    point = point << 6 | (byte(i) & 0x3Fu);
  }
  constexpr char32_t kLeast[] = {0x20, 0x80, 0x800, 0x10000};  // no control, no overlong form
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  return point < kLeast[size - 1] || point == 0x7F || surrogate || point > 0x10FFFF ? 0 : size;
}

bool is_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

/// The station that a merchant of this kind may belong to.
bool fits(MerchantKind kind, Role role) {
  switch (kind) {
    case MerchantKind::merchant:
      return role == Role::terminal || role == Role::telephone || role == Role::site;
    case MerchantKind::agent:
      return role == Role::agent;
    case MerchantKind::operating:
      return role == Role::operating;
    case MerchantKind::site:
      return role == Role::site;
    case MerchantKind::bank:
      return role == Role::bank;
  }
  return false;
}

void read_station(Section& section, const Settings& settings, SeedUse use, SeedMerchant& merchant) {
  const Value value = section.require("station", "the name of a configured station");
  const Station* station = settings.find_station(value.text);
  merchant.station = value.text;
  if (!station && use == SeedUse::taken) return;  // its id stays 0
  if (!station) value.refuse("there is no such station in " + settings.config_file.string());
  if (!fits(merchant.kind, station->role))
    value.wrong(station->name + " is a station of role " + std::string(to_text(station->role)) +
                ", which has no party of this kind");
  merchant.station_id = station->id;
}

/// What only merchants have: they are paid.
void read_trade(Section& section, SeedMerchant& merchant) {
  const std::string mcc_allowed = "four digits, from 0001";
  const Value mcc = section.require("mcc", mcc_allowed);
  const auto code = parse_mcc(mcc.text);
  if (!code) mcc.refuse(mcc_allowed);
  merchant.mcc = *code;
  merchant.fee_bp = section.number<std::uint16_t>("fee-bp", 0, 10'000);
  const std::string account_allowed = "1 to 28 digits and hyphens";
  const Value account = section.require("account", account_allowed);
  if (account.text.empty() || account.text.size() > kMaxAccountSize ||
      account.text.find_first_not_of("0123456789-") != std::string::npos)
    account.refuse(account_allowed);
  merchant.account = account.text;
}

void refuse_keys(Section& section, std::initializer_list<std::string_view> keys,
                 std::string_view sentence) {
  for (const std::string_view key : keys)
    if (const auto value = section.find(key)) value->wrong(sentence);
}

SeedMerchant read_merchant(Ini& ini, const std::string& id, const Settings& settings, SeedUse use) {
  Section section(ini, "merchant." + id);
  SeedMerchant merchant;
  merchant.id = id;
  merchant.kind = section.choice<MerchantKind>("kind", {{"merchant", MerchantKind::merchant},
                                                        {"agent", MerchantKind::agent},
                                                        {"operator", MerchantKind::operating},
                                                        {"site", MerchantKind::site},
                                                        {"bank", MerchantKind::bank}});
  read_station(section, settings, use, merchant);
  merchant.name_ko = read_name(section, "name-ko");
  merchant.name_en = read_name(section, "name-en");
  if (merchant.kind == MerchantKind::merchant)
    read_trade(section, merchant);
  else
    refuse_keys(section, {"mcc", "fee-bp", "account"}, "only a merchant has one");
  if (merchant.kind == MerchantKind::agent)
    merchant.prefund_won = section.number<std::int64_t>("prefund-won", 0, kMaxPrefundWon);
  else
    refuse_keys(section, {"prefund-won"}, "only an agent has one");
  return merchant;
}

struct Range {
  std::string prefix;
  std::int64_t first = 0, last = 0;
};

/// `POS00001-POS00512` or `POS00601`: ids of eight characters that differ in their last digits.
std::optional<Range> parse_range(std::string_view text) {
  const std::size_t hyphen = text.find('-');
  const std::string_view first = text.substr(0, hyphen);
  const std::string_view last = hyphen == text.npos ? first : text.substr(hyphen + 1);
  if (!is_id(first, kTerminalIdSize) || !is_id(last, kTerminalIdSize)) return std::nullopt;
  const auto prefix_size = [](std::string_view id) {
    return id.find_last_not_of("0123456789") + 1;
  };
  const std::size_t size = std::max(prefix_size(first), prefix_size(last));
  if (first.substr(0, size) != last.substr(0, size)) return std::nullopt;
  Range range{std::string(first.substr(0, size)), 0, 0};
  if (size < kTerminalIdSize) {
    range.first = *parse_number(first.substr(size));
    range.last = *parse_number(last.substr(size));
  }
  return range.last < range.first ? std::nullopt : std::optional(range);
}

std::string terminal_id(const Range& range, std::int64_t number) {
  const std::size_t digits = kTerminalIdSize - range.prefix.size();
  if (digits == 0) return range.prefix;
  const std::string text = std::to_string(number);
  return range.prefix + std::string(digits - text.size(), '0') + text;
}

const SeedMerchant& find_merchant(Section& section, const std::vector<SeedMerchant>& merchants) {
  const std::string allowed = "a merchant id that this file has a section for";
  const Value value = section.require("merchant", allowed);
  for (const SeedMerchant& merchant : merchants)
    if (merchant.id == value.text) return merchant;
  value.refuse(allowed);
}

}  // namespace

bool is_display_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameBytes && is_text(text);
}

std::string read_name(Section& section, std::string_view key) {
  const std::string allowed = "UTF-8 text of 1 to 40 bytes";
  const Value value = section.require(key, allowed);
  if (!is_display_name(value.text)) value.refuse(allowed);
  return value.text;
}

std::optional<std::uint16_t> parse_mcc(std::string_view text) {
  const auto number = parse_number(text);
  if (text.size() != 4 || !number || *number == 0) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

std::vector<SeedMerchant> read_merchants(Ini& ini, const Settings& settings, SeedUse use) {
  std::vector<SeedMerchant> merchants;
  for (const std::string& id : ini.sections("merchant")) {
    if (!is_id(id, kMerchantIdSize))
      throw ConfigError(ini.file().string() + ": [merchant." + id +
                        "]: a merchant id is 15 of A-Z and 0-9");
    merchants.push_back(read_merchant(ini, id, settings, use));
  }
  return merchants;
}

std::vector<SeedTerminal> read_terminals(Ini& ini, const std::vector<SeedMerchant>& merchants) {
  std::vector<SeedTerminal> terminals;
  std::set<std::string> known;
  for (const std::string& label : ini.sections("terminals")) {
    Section section(ini, "terminals." + label);
    const SeedMerchant& merchant = find_merchant(section, merchants);
    const Value station = section.require("station", "the station of the merchant");
    if (station.text != merchant.station)
      station.refuse(merchant.id + " belongs to " + merchant.station);
    const std::string allowed =
        "a terminal id of 8 of A-Z and 0-9, or two that differ in their last digits with - between";
    const Value value = section.require("range", allowed);
    const auto range = parse_range(value.text);
    if (!range) value.refuse(allowed);
    if (range->last - range->first >= static_cast<std::int64_t>(kMaxTerminalsPerRange))
      value.refuse("at most " + std::to_string(kMaxTerminalsPerRange) + " terminals in a range");
    for (std::int64_t number = range->first; number <= range->last; ++number) {
      std::string id = terminal_id(*range, number);
      if (!known.insert(id).second) value.wrong(id + " is in an earlier range already");
      terminals.push_back({std::move(id), merchant.station, merchant.station_id, merchant.id});
    }
  }
  return terminals;
}

}  // namespace config
