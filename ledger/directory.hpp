#pragma once
/// Merchants, terminals, products, categories, limits and rates in memory: read at start, asked by
/// every message. What an operator's command has changed is read again.

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/rates.hpp"
#include "ledger/records.hpp"
#include "ledger/store.hpp"

namespace ledger {

/// The ledger's thread.
class Directory {
 public:
  /// `categories` gives the category of the MCCs that are not shopping.
  void load(Store& store, std::unordered_map<std::uint16_t, Category> categories);
  /// Products and limits once more, which a command may have changed; pointers to them from before
  /// are over.
  void refresh(Store& store);
  /// The rates once more.
  void refresh_rates(Store& store);

  const MerchantRecord* merchant(const MerchantId& id) const;
  const TerminalRecord* terminal(const TerminalId& id) const;
  const ProductRecord* product(std::uint8_t number) const;
  /// The one that is sold.
  const ProductRecord* product_of_face(std::int64_t face_won) const;
  /// Of this face value, whether it is still sold or not.
  bool has_face(std::int64_t face_won) const;
  /// By number, those no longer sold too.
  const std::vector<ProductRecord>& products() const { return products_; }
  const LimitsRecord& limits() const { return limits_; }
  Category category(std::uint16_t mcc) const;
  const RateTables& rates() const { return rates_; }

 private:
  struct TextHash {
    template <std::size_t Size>
    std::size_t operator()(const FixedText<Size>& text) const {
      return std::hash<std::string_view>{}(text.view());
    }
  };
  std::unordered_map<MerchantId, MerchantRecord, TextHash> merchants_;
  std::unordered_map<TerminalId, TerminalRecord, TextHash> terminals_;
  std::vector<ProductRecord> products_;
  LimitsRecord limits_ = kUsualLimits;
  std::unordered_map<std::uint16_t, Category> categories_;
  RateTables rates_;
};

}  // namespace ledger
