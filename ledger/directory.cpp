#include "ledger/directory.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

namespace ledger {
namespace {

template <class Record, class Take>
void read_all(Store& store, Table table, std::size_t key_size, Take&& take) {
  store.scan(table, {}, std::numeric_limits<std::size_t>::max(),
             [&](std::string_view key, std::string_view value) {
               const auto record = record_from<Record>(value);
               if (!record || key.size() != key_size)
                 throw std::runtime_error("a record of table " + std::string(table_name(table)) +
                                          " is damaged; run cpctl check --data DIR");
               take(key, *record);
               return true;
             });
}

}  // namespace

void Directory::load(Store& store, std::unordered_map<std::uint16_t, Category> categories) {
  categories_ = std::move(categories);
  merchants_.clear();
  terminals_.clear();
  read_all<MerchantRecord>(store, Table::merchants, sizeof(MerchantId),
                           [&](std::string_view key, const MerchantRecord& record) {
                             merchants_.emplace(MerchantId::of(key), record);
                           });
  read_all<TerminalRecord>(store, Table::terminals, sizeof(TerminalId),
                           [&](std::string_view key, const TerminalRecord& record) {
                             terminals_.emplace(TerminalId::of(key), record);
                           });
  refresh(store);
  refresh_rates(store);
}

void Directory::refresh(Store& store) {
  std::vector<ProductRecord> products;
  read_all<ProductRecord>(
      store, Table::products, 1,
      [&](std::string_view, const ProductRecord& record) { products.push_back(record); });
  LimitsRecord limits = kUsualLimits;
  read_all<LimitsRecord>(store, Table::limits, kLimitsKey.size(),
                         [&](std::string_view, const LimitsRecord& record) { limits = record; });
  products_ = std::move(products);
  limits_ = limits;
}

void Directory::refresh_rates(Store& store) {
  RateTables rates;
  rates.load(store);
  rates_ = std::move(rates);
}

const MerchantRecord* Directory::merchant(const MerchantId& id) const {
  const auto found = merchants_.find(id);
  return found == merchants_.end() ? nullptr : &found->second;
}

const TerminalRecord* Directory::terminal(const TerminalId& id) const {
  const auto found = terminals_.find(id);
  return found == terminals_.end() ? nullptr : &found->second;
}

const ProductRecord* Directory::product(std::uint8_t number) const {
  for (const ProductRecord& product : products_)
    if (product.number == number) return &product;
  return nullptr;
}

const ProductRecord* Directory::product_of_face(std::int64_t face_won) const {
  for (const ProductRecord& product : products_)
    if (product.face_won == face_won && product.ended == 0) return &product;
  return nullptr;
}

bool Directory::has_face(std::int64_t face_won) const {
  return std::ranges::find(products_, face_won, &ProductRecord::face_won) != products_.end();
}

Category Directory::category(std::uint16_t mcc) const {
  const auto found = categories_.find(mcc);
  return found == categories_.end() ? Category::shopping : found->second;
}

}  // namespace ledger
