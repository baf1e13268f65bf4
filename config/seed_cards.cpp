// Categories, products, lots and limits of a seed file.

#include <algorithm>
#include <set>

#include "config/seed_parts.hpp"

namespace config {
namespace {

constexpr std::size_t kUnchecked = 15;  // digits of a card number before its check digit

constexpr std::pair<std::string_view, Category> kCategories[] = {
    {"telephone", Category::telephone},
    {"mobile", Category::mobile},
    {"pc_communication", Category::pc_communication},
    {"voice_information", Category::voice_information},
    {"internet_content", Category::internet_content},
    {"pc_bang", Category::pc_bang},
    {"shopping", Category::shopping}};

std::optional<Category> find_category(std::string_view name) {
  for (const auto& [known, category] : kCategories)
    if (known == name) return category;
  return std::nullopt;
}

/// The words of a list, which blanks or commas stand between.
std::vector<std::string> words_of(std::string_view text) {
  constexpr std::string_view kBetween = " \t,";
  std::vector<std::string> words;
  for (std::size_t end = 0;;) {
    const std::size_t begin = text.find_first_not_of(kBetween, end);
    if (begin == text.npos) return words;
    end = std::min(text.find_first_of(kBetween, begin), text.size());
    words.emplace_back(text.substr(begin, end - begin));
  }
}

std::uint8_t read_mix(Section& section) {
  const std::string allowed = "a list of " + category_names();
  const Value value = section.require("mix", allowed);
  const auto mix = parse_mix(value.text);
  if (!mix) value.refuse(allowed);
  return *mix;
}

SeedProduct read_product(Section& section) {
  SeedProduct product;
  product.number = section.number<std::uint8_t>("number", 1, 255);
  product.face_won = section.number<std::int64_t>("face-won", 1, ledger::kMostFaceWon);
  product.validity_days =
      section.number<std::uint32_t>("validity-days", 1, ledger::kMostValidityDays);
  product.mix = read_mix(section);
  product.points_bp = section.number<std::uint16_t>("points-bp", 0, ledger::kMostPointsBp);
  product.name = read_name(section, "name");
  return product;
}

const SeedProduct& product_of_face(Section& section, const std::vector<SeedProduct>& products) {
  const std::string allowed = "the face-won of a product in this file";
  const Value value = section.require("face", allowed);
  const auto face = parse_number(value.text);
  for (const SeedProduct& product : products)
    if (face == product.face_won) return product;
  value.refuse(allowed);
}

std::uint64_t read_first(Section& section, const std::string& bin) {
  const std::string allowed = "15 digits that begin with " + bin;
  const Value value = section.require("first", allowed);
  const auto first = parse_number(value.text);
  if (!first || value.text.size() != kUnchecked || !value.text.starts_with(bin))
    value.refuse(allowed);
  return static_cast<std::uint64_t>(*first);
}

std::string read_initial_password(Section& section) {
  const std::string_view allowed = "must be 4 to 12 digits";
  const Value value = section.require("initial-password", allowed);
  if (value.text.size() < 4 || value.text.size() > 12 || !parse_number(value.text))
    value.wrong(allowed);  // which may be a password all the same, so it is not printed
  return value.text;
}

}  // namespace

std::string_view to_text(Category category) {
  return kCategories[static_cast<std::size_t>(category)].first;
}

std::string category_names() {
  std::string names;
  for (const auto& [name, category] : kCategories)
    names.append(names.empty() ? "" : " ").append(name);
  return names;
}

std::optional<std::uint8_t> parse_mix(std::string_view text) {
  std::uint8_t mix = 0;
  for (const std::string& word : words_of(text)) {
    const auto category = find_category(word);
    if (!category) return std::nullopt;
    mix |= mix_bit(*category);
  }
  return mix == 0 ? std::nullopt : std::optional(mix);
}

std::vector<SeedCategory> read_categories(Ini& ini) {
  std::vector<SeedCategory> categories;
  std::set<std::uint16_t> known;
  for (const std::string& name : ini.sections("category")) {
    const auto category = find_category(name);
    if (!category || *category == Category::shopping)
      throw ConfigError(ini.file().string() + ": [category." + name + "]: the categories are " +
                        category_names() +
                        ", and shopping is every MCC that is no other's, so it has no section");
    Section section(ini, "category." + name);
    const std::string allowed = "a list of MCCs of four digits";
    const Value value = section.require("mcc", allowed);
    SeedCategory entry{*category, {}};
    for (const std::string& word : words_of(value.text)) {
      const auto mcc = parse_mcc(word);
      if (!mcc) value.refuse(allowed);
      if (!known.insert(*mcc).second) value.wrong(word + " has a category already");
      entry.mccs.push_back(*mcc);
    }
    if (entry.mccs.empty()) value.refuse(allowed);
    categories.push_back(std::move(entry));
  }
  return categories;
}

std::vector<SeedProduct> read_products(Ini& ini) {
  std::vector<SeedProduct> products;
  for (const std::string& label : ini.sections("product")) {
    Section section(ini, "product." + label);
    const SeedProduct product = read_product(section);
    for (const SeedProduct& other : products) {
      if (other.number == product.number)
        section.require("number", "").wrong("is " + other.name + "'s already");
      if (other.face_won == product.face_won)
        section.require("face-won", "").wrong("is " + other.name + "'s already; a sale names it");
    }
    products.push_back(product);
  }
  return products;
}

std::vector<SeedLot> read_lots(Ini& ini, const std::string& bin,
                               const std::vector<SeedProduct>& products) {
  std::vector<SeedLot> lots;
  for (const std::string& label : ini.sections("lot")) {
    Section section(ini, "lot." + label);
    SeedLot lot;
    lot.first = read_first(section, bin);
    lot.count = section.number<std::uint32_t>("count", 1, kMaxLotCards);
    if (!std::to_string(lot.first + lot.count - 1).starts_with(bin))
      section.require("count", "").wrong("the last card would not begin with " + bin);
    for (const SeedLot& other : lots)
      if (lot.first < other.first + other.count && other.first < lot.first + lot.count)
        section.require("first", "").wrong("this lot has cards of an earlier one");
    const SeedProduct& product = product_of_face(section, products);
    lot.product = product.number;
    lot.face_won = product.face_won;
    lot.initial_password = read_initial_password(section);
    lots.push_back(std::move(lot));
  }
  return lots;
}

ledger::LimitsRecord read_money_limits(Ini& ini) {
  Section section(ini, "limits");
  const auto read = [&](std::string_view key, std::int64_t usual_won) {
    return section.number<std::int64_t>(key, 1, ledger::kMostToldWon, usual_won);
  };
  ledger::LimitsRecord limits = ledger::kUsualLimits;
  limits.transaction_won = read("transaction-won", limits.transaction_won);
  limits.daily_won = read("day-won", limits.daily_won);
  limits.balance_won = read("balance-won", limits.balance_won);
  limits.recharge_won = read("recharge-won", limits.recharge_won);
  return limits;
}

}  // namespace config
