#pragma once
/// Merchants, terminals, products and categories in memory: read at start, asked by every message.

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/records.hpp"
#include "ledger/store.hpp"

namespace ledger {

/// Read-only after load(); the ledger's thread.
class Directory {
 public:
  /// `categories` gives the category of the MCCs that are not shopping.
  void load(Store& store, std::unordered_map<std::uint16_t, Category> categories);

  const MerchantRecord* merchant(const MerchantId& id) const;
  const TerminalRecord* terminal(const TerminalId& id) const;
  const ProductRecord* product(std::uint8_t number) const;
  const ProductRecord* product_of_face(std::int64_t face_won) const;
  Category category(std::uint16_t mcc) const;

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
  std::unordered_map<std::uint16_t, Category> categories_;
};

}  // namespace ledger
