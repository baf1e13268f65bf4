#pragma once
/// Who takes part: roles of stations, kinds of parties behind a DE 42, service categories.

#include <cstdint>
#include <string_view>

namespace ledger {

/// What a station is, which decides what it may send.
enum class Role : std::uint8_t {
  terminal = 1,
  telephone = 2,
  agent = 3,
  site = 4,
  bank = 5,
  cardco = 6,
  operating = 7,  ///< `operator` in the configuration
};

/// What stands behind a DE 42. The numbers are in ledger records: never reuse or renumber one.
enum class PartyKind : std::uint8_t {
  merchant = 1,
  agent = 2,
  operating = 3,  ///< `operator` in the seed file
  site = 4,
  bank = 5,
};

/// Service categories: sets of MCCs a card may pay for. The numbers are bits of a product's mix in
/// ledger records: never reuse or renumber one.
enum class Category : std::uint8_t {
  telephone = 0,
  mobile = 1,
  pc_communication = 2,
  voice_information = 3,
  internet_content = 4,
  pc_bang = 5,
  shopping = 6,  ///< every MCC that is no other category's
};
inline constexpr int kCategoryCount = 7;

constexpr std::uint8_t mix_bit(Category category) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(category));
}

}  // namespace ledger
