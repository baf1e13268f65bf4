#pragma once
/// The ledger data of the first start: merchants, terminals, products, categories, lots, limits,
/// rates.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "ledger/rates.hpp"
#include "ledger/records.hpp"

namespace config {

using ledger::Category;
using ledger::kCategoryCount;
using ledger::mix_bit;
using MerchantKind = ledger::PartyKind;

/// `telephone`, …, `shopping`.
std::string_view to_text(Category category);
/// The mix_bit()s of a list of categories with blanks or commas between; nothing where one is none,
/// or there is none.
std::optional<std::uint8_t> parse_mix(std::string_view text);
/// `telephone mobile …`, all that there are.
std::string category_names();
/// UTF-8 of 1 to 40 bytes without control characters.
bool is_display_name(std::string_view text);

/// Section `[merchant.ID]`, ID being the 15 characters of DE 42.
struct SeedMerchant {
  std::string id;
  std::string station;
  std::uint16_t station_id = 0;
  MerchantKind kind = MerchantKind::merchant;
  std::uint16_t mcc = 0;         ///< 0: none; set for kind merchant only
  std::uint16_t fee_bp = 0;      ///< basis points of the day's purchases less refunds and reversals
  std::string name_ko, name_en;  ///< UTF-8, at most 40 bytes each
  std::string account;           ///< where pay-outs go, at most 28 characters; merchants only
  std::int64_t prefund_won = 0;  ///< agents only
};

/// One of the terminals of a `[terminals.N]` section, whose range is expanded.
struct SeedTerminal {
  std::string id;  ///< the 8 characters of DE 41
  std::string station;
  std::uint16_t station_id = 0;
  std::string merchant;
};

/// Section `[category.NAME]`: shopping has none.
struct SeedCategory {
  Category category = Category::telephone;
  std::vector<std::uint16_t> mccs;
};

/// Section `[product.LABEL]`.
struct SeedProduct {
  std::uint8_t number = 0;    ///< unique, 1 to 255
  std::int64_t face_won = 0;  ///< unique
  std::uint32_t validity_days = 0;
  std::uint8_t mix = 0;         ///< the mix_bit() of each category the card may pay for
  std::uint16_t points_bp = 0;  ///< points per purchase in basis points
  std::string name;
};

/// Section `[lot.N]`: stock cards. The card numbers are first, first + 1, …, each followed by its
/// check digit; PIN#s are drawn when the lot is made.
struct SeedLot {
  std::uint64_t first = 0;  ///< 15 digits, beginning with the BIN
  std::uint32_t count = 0;
  std::uint8_t product = 0;  ///< its number; in the file, `face`
  std::int64_t face_won = 0;
  std::string initial_password;  ///< 4 to 12 digits; published with the seed, hence no secret type
};

/// Checked and consistent: every station, merchant, product that is named is there.
struct Seed {
  std::vector<SeedMerchant> merchants;
  std::vector<SeedTerminal> terminals;
  std::vector<SeedCategory> categories;
  std::vector<SeedProduct> products;
  std::vector<SeedLot> lots;
  ledger::LimitsRecord limits = ledger::kUsualLimits;  ///< section `[limits]`
  std::vector<ledger::RateRow> rates;  ///< sections `[rate.LABEL]`; none, or a whole table
};

inline constexpr std::size_t kMaxTerminalsPerRange = 10'000;
inline constexpr std::uint32_t kMaxLotCards = 1'000;

/// The ledger has what a seed brings from its first start on.
enum class SeedUse : std::uint8_t {
  first,  ///< every station that it names is there
  taken,  ///< merchants of a station that is not there, and their terminals, are left out
};

/// Reads settings.seed_file; an empty Seed where there is none. Throws ConfigError.
Seed load_seed(const Settings& settings, SeedUse use = SeedUse::first);

}  // namespace config
