#include "switch/product_commands.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "config/seed.hpp"
#include "switch/control_request.hpp"
#include "switch/ledger_change.hpp"

namespace core {

namespace json = boost::json;
using ledger::ProductRecord;
using ledger::Table;

namespace {

constexpr std::int64_t kUsualDays = 1'825;
constexpr int kMostProducts = 255;

json::array mix_names(std::uint8_t mix) {
  json::array names;
  for (std::size_t i = 0; i < ledger::kCategoryCount; ++i) {
    const auto category = static_cast<ledger::Category>(i);
    if ((mix & ledger::mix_bit(category)) != 0) names.emplace_back(config::to_text(category));
  }
  return names;
}

json::object describe(const ProductRecord& product) {
  return {{"kind", "product"},
          {"number", product.number},
          {"name", product.name.trimmed()},
          {"face_won", product.face_won},
          {"validity_days", product.validity_days},
          {"points_bp", product.points_bp},
          {"sold", product.ended == 0},
          {"mix", mix_names(product.mix)}};
}

std::uint8_t free_number(const ledger::Directory& directory) {
  for (int number = 1; number <= kMostProducts; ++number)
    if (directory.product(static_cast<std::uint8_t>(number)) == nullptr)
      return static_cast<std::uint8_t>(number);
  throw BadRequest(fmt::format("there are {} products, and no number is left", kMostProducts));
}

std::uint8_t mix_of(const json::object& request) {
  if (!request.contains("mix")) return (1u << ledger::kCategoryCount) - 1;
  const auto mix = config::parse_mix(text_of(request, "mix"));
  if (!mix) throw BadRequest("`mix` must be a list of " + config::category_names());
  return *mix;
}

ProductRecord read_product(const json::object& request) {
  ProductRecord product{};
  product.face_won = number_of(request, "face", 1, ledger::kMostFaceWon);
  product.validity_days = static_cast<std::uint32_t>(
      number_if_given(request, "days", 1, ledger::kMostValidityDays).value_or(kUsualDays));
  product.points_bp = static_cast<std::uint16_t>(
      number_if_given(request, "points_bp", 0, ledger::kMostPointsBp).value_or(0));
  product.mix = mix_of(request);
  const std::string_view name = text_of(request, "name");
  if (!config::is_display_name(name))
    throw BadRequest("`name` must be UTF-8 text of 1 to 40 bytes");
  product.name = ledger::FixedText<40>::of(name);
  return product;
}

void write_product(ledger::Draft& draft, const ProductRecord& product) {
  draft.write(Table::products, ledger::bytes_of(product.number), product);
}

void write_ended(ledger::Draft& draft, ProductRecord product) {
  product.ended = 1;
  write_product(draft, product);
}

}  // namespace

std::vector<json::object> describe_products(const ledger::Directory& directory) {
  std::vector<json::object> lines;
  for (const ProductRecord& product : directory.products()) lines.push_back(describe(product));
  return lines;
}

json::object add_product(const json::object& request, ledger::Store& store,
                         ledger::Directory& directory, MessageLog& log) {
  ProductRecord product = read_product(request);
  product.number = free_number(directory);
  std::string change =
      fmt::format("{} of {} won is sold from now on", product.number, product.face_won);
  const ProductRecord* const before = directory.product_of_face(product.face_won);
  if (before != nullptr) change += fmt::format(", {} no longer", before->number);
  change_ledger(store, directory, [&](ledger::Draft& draft) {
    if (before != nullptr) write_ended(draft, *before);
    write_product(draft, product);
  });
  log.event(config::LogLevel::info, "product", {}, change);
  return describe(product);
}

json::object end_product(const json::object& request, ledger::Store& store,
                         ledger::Directory& directory, MessageLog& log) {
  const auto number = static_cast<std::uint8_t>(number_of(request, "number", 1, kMostProducts));
  const ProductRecord* const product = directory.product(number);
  if (product == nullptr) throw BadRequest(fmt::format("there is no product {}", number));
  if (product->ended != 0) throw BadRequest(fmt::format("product {} has ended already", number));
  const std::int64_t face_won = product->face_won;
  change_ledger(store, directory, [&](ledger::Draft& draft) { write_ended(draft, *product); });
  log.event(config::LogLevel::info, "product", {},
            fmt::format("{} of {} won is no longer sold", number, face_won));
  return describe(*directory.product(number));
}

}  // namespace core
