#include "config/seed.hpp"

#include <gtest/gtest.h>

#include "tests/config/config_support.hpp"

namespace config {
namespace {

using test::Folder;

const std::string kSettings =
    "demo = yes\nseed = seed\n"
    "[station.SHOP]\nid = 7\nrole = terminal\nport = 9000\n"
    "[station.AGENT]\nid = 8\nrole = agent\nport = 9001\n";

const std::string kSeed =
    "[merchant.MERCHANT0000001]\nkind = merchant\nstation = SHOP\nmcc = 5411\nfee-bp = 150\n"
    "account = 110-0000001\nname-ko = 가게\nname-en = Shop\n"  // 8
    "[merchant.AGENT0000000001]\nkind = agent\nstation = AGENT\nprefund-won = 1000\n"
    "name-ko = 대리점\nname-en = Agent\n"                                                     // 14
    "[terminals.1]\nrange = SHOP0008-SHOP0011\nmerchant = MERCHANT0000001\nstation = SHOP\n"  // 18
    "[terminals.2]\nrange = AGENTXYZ\nmerchant = AGENT0000000001\nstation = AGENT\n"          // 22
    "[category.telephone]\nmcc = 4814, 4813\n"                                                // 24
    "[product.a]\nnumber = 1\nname = Small\nface-won = 5000\nvalidity-days = 30\n"
    "mix = telephone,shopping\npoints-bp = 0\n"  // 31
    "[product.b]\nnumber = 2\nname = Large\nface-won = 10000\nvalidity-days = 30\n"
    "mix = pc_bang\npoints-bp = 100\n"                                                        // 38
    "[lot.1]\nfirst = 941012000000001\ncount = 10\nface = 10000\ninitial-password = 1234\n";  // 43

Seed load(const Folder& folder, std::string_view seed) {
  folder.write("seed", seed);
  return load_seed(folder.settings(kSettings));
}

std::string refusal(const Folder& folder, std::string_view seed) {
  return folder.complaint([&] { (void)load(folder, seed); });
}

TEST(Seed, IsRead) {
  const Folder folder;
  const Seed seed = load(folder, kSeed);
  ASSERT_EQ(seed.merchants.size(), 2u);
  EXPECT_EQ(seed.merchants[0].name_ko, "가게");
  EXPECT_EQ(seed.merchants[0].account, "110-0000001");
  EXPECT_EQ(seed.merchants[1].kind, MerchantKind::agent);
  EXPECT_EQ(seed.merchants[1].prefund_won, 1'000);
  EXPECT_EQ(seed.merchants[1].station_id, 8);
  ASSERT_EQ(seed.terminals.size(), 5u);
  EXPECT_EQ(seed.terminals[0].id, "SHOP0008");
  EXPECT_EQ(seed.terminals[2].id, "SHOP0010");
  EXPECT_EQ(seed.terminals[3].id, "SHOP0011");
  EXPECT_EQ(seed.terminals[3].station_id, 7);
  EXPECT_EQ(seed.terminals[4].id, "AGENTXYZ");
  ASSERT_EQ(seed.categories.size(), 1u);
  EXPECT_EQ(seed.categories[0].mccs, (std::vector<std::uint16_t>{4814, 4813}));
  ASSERT_EQ(seed.products.size(), 2u);
  EXPECT_EQ(seed.products[0].mix, mix_bit(Category::telephone) | mix_bit(Category::shopping));
  EXPECT_EQ(ledger::bytes_of(seed.limits), ledger::bytes_of(ledger::kUsualLimits));
  ASSERT_EQ(seed.lots.size(), 1u);
  EXPECT_EQ(seed.lots[0].product, 2);
}

TEST(Seed, OneThatWasTakenMayNameAStationThatIsGone) {
  const Folder folder;
  std::string gone(kSeed);
  for (std::size_t at; (at = gone.find("station = AGENT")) != std::string::npos;)
    gone.replace(at, 15, "station = GONE");
  folder.write("seed", gone);
  const Settings settings = folder.settings(kSettings);
  EXPECT_NE(folder.complaint([&] { (void)load_seed(settings); }), "");
  const Seed seed = load_seed(settings, SeedUse::taken);
  ASSERT_EQ(seed.merchants.size(), 1u);
  EXPECT_EQ(seed.merchants[0].id, "MERCHANT0000001");
  EXPECT_EQ(seed.terminals.size(), 4u);
  EXPECT_EQ(seed.products.size(), 2u);
}

TEST(Seed, IsEmptyWithoutAFile) {
  const Folder folder;
  const Seed seed =
      load_seed(folder.settings("[station.S]\nid = 1\nrole = terminal\nport = 9000\n"));
  EXPECT_TRUE(seed.merchants.empty() && seed.terminals.empty() && seed.categories.empty() &&
              seed.products.empty() && seed.lots.empty());
}

TEST(Seed, AMissingFileIsNamed) {
  const Folder folder;
  EXPECT_EQ(folder.complaint([&] { (void)load_seed(folder.settings(kSettings)); }),
            "seed: cannot be opened; name a file that can be read");
}

struct Change {
  std::string from, to, sentence;
};

void expect_refusals(const std::vector<Change>& changes) {
  const Folder folder;
  ASSERT_EQ(refusal(folder, kSeed), "");
  for (const Change& each : changes) {
    std::string text = kSeed;
    ASSERT_NE(text.find(each.from), text.npos) << each.from;
    text.replace(text.find(each.from), each.from.size(), each.to);
    EXPECT_EQ(refusal(folder, text), each.sentence);
  }
}

TEST(Seed, EveryMerchantKeyIsChecked) {
  const std::string name = "UTF-8 text of 1 to 40 bytes";
  const std::string account = "1 to 28 digits and hyphens";
  expect_refusals({
      {"MERCHANT0000001]", "SHOP]", "seed: [merchant.SHOP]: a merchant id is 15 of A-Z and 0-9"},
      {"kind = merchant", "kind = shop",
       "seed:2: merchant.MERCHANT0000001.kind: shop is not allowed: one of merchant, agent, "
       "operator, site, bank"},
      {"station = SHOP\n", "",
       "seed:1: merchant.MERCHANT0000001.station is missing: the name of a configured station"},
      {"station = SHOP", "station = MALL",
       "seed:3: merchant.MERCHANT0000001.station: MALL is not allowed: there is no such station "
       "in conf"},
      {"station = SHOP", "station = AGENT",
       "seed:3: merchant.MERCHANT0000001.station: AGENT is a station of role agent, which has no "
       "party of this kind"},
      {"station = AGENT", "station = SHOP",
       "seed:11: merchant.AGENT0000000001.station: SHOP is a station of role terminal, which has "
       "no party of this kind"},
      {"mcc = 5411\n", "",
       "seed:1: merchant.MERCHANT0000001.mcc is missing: four digits, from 0001"},
      {"mcc = 5411", "mcc = 0000",
       "seed:4: merchant.MERCHANT0000001.mcc: 0000 is not allowed: four digits, from 0001"},
      {"mcc = 5411", "mcc = 541",
       "seed:4: merchant.MERCHANT0000001.mcc: 541 is not allowed: four digits, from 0001"},
      {"fee-bp = 150", "fee-bp = 10001",
       "seed:5: merchant.MERCHANT0000001.fee-bp: 10001 is not allowed: a number from 0 to 10000"},
      {"fee-bp = 150\n", "",
       "seed:1: merchant.MERCHANT0000001.fee-bp is missing: a number from 0 to 10000"},
      {"account = 110-0000001\n", "",
       "seed:1: merchant.MERCHANT0000001.account is missing: " + account},
      {"account = 110-0000001", "account = 110 1",
       "seed:6: merchant.MERCHANT0000001.account: 110 1 is not allowed: " + account},
      {"account = 110-0000001", "account = " + std::string(29, '1'),
       "seed:6: merchant.MERCHANT0000001.account: " + std::string(29, '1') +
           " is not allowed: " + account},
      {"name-en = Shop\n", "", "seed:1: merchant.MERCHANT0000001.name-en is missing: " + name},
      {"name-en = Shop", "name-en =",
       "seed:8: merchant.MERCHANT0000001.name-en: an empty value is not allowed: " + name},
      {"name-en = Shop", "name-en = " + std::string(41, 'x'),
       "seed:8: merchant.MERCHANT0000001.name-en: " + std::string(41, 'x') +
           " is not allowed: " + name},
      {"prefund-won = 1000\n", "",
       "seed:9: merchant.AGENT0000000001.prefund-won is missing: a number from 0 to 999999999999"},
      {"prefund-won = 1000", "prefund-won = 1\nmcc = 5411",
       "seed:13: merchant.AGENT0000000001.mcc: only a merchant has one"},
      {"prefund-won = 1000", "prefund-won = 1\nfee-bp = 5",
       "seed:13: merchant.AGENT0000000001.fee-bp: only a merchant has one"},
      {"prefund-won = 1000", "prefund-won = 1\naccount = 5",
       "seed:13: merchant.AGENT0000000001.account: only a merchant has one"},
      {"fee-bp = 150", "fee-bp = 150\nprefund-won = 1",
       "seed:6: merchant.MERCHANT0000001.prefund-won: only an agent has one"},
  });
}

TEST(Seed, NamesAreUtf8) {
  const Folder folder;
  const auto with_name = [&](const std::string& name) {
    std::string text = kSeed;
    text.replace(text.find("가게"), std::string("가게").size(), name);
    return refusal(folder, text);
  };
  for (const char* good : {"a", "é", "가", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"})
    EXPECT_EQ(with_name(good), "") << good;
  for (const char* bad :
       {"\xEA\xB0", "\x80", "a\xC3", "\xC0\xAF", "\xC1\x81", "\xE0\x80\xAF", "\xF0\x80\x80\xAF",
        "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80", "\xFF", "a\x01z", "a\x7Fz",
        "\xC2"
        "A"})
    EXPECT_NE(with_name(bad), "") << bad;
}

TEST(Seed, EveryTerminalKeyIsChecked) {
  const std::string form =
      " is not allowed: a terminal id of 8 of A-Z and 0-9, or two that differ in their last digits "
      "with - between";
  const std::string range = "range = SHOP0008-SHOP0011";
  const auto bad_range = [&](const std::string& text) {
    return Change{range, "range = " + text, "seed:16: terminals.1.range: " + text + form};
  };
  expect_refusals({
      bad_range("SHOP0008-SHOP011"),
      bad_range("SHOP008"),
      bad_range("shop0008"),
      bad_range("SHOP0008-"),
      bad_range("SHOP0008-SHOP0011-SHOP0012"),
      bad_range("SHOP0011-SHOP0008"),
      bad_range("SHOP0008-MALL0011"),
      bad_range("SHOP0008-SHOPX011"),
      bad_range("SHOPABCD-SHOPABCE"),
      {range, "", "seed:15: terminals.1.range is missing" + form.substr(15)},
      {range, "range = S0000000-S0010000",
       "seed:16: terminals.1.range: S0000000-S0010000 is not allowed: at most 10000 terminals in a "
       "range"},
      {"AGENTXYZ", "SHOP0011",
       "seed:20: terminals.2.range: SHOP0011 is in an earlier range already"},
      {"merchant = MERCHANT0000001", "merchant = MERCHANT0000002",
       "seed:17: terminals.1.merchant: MERCHANT0000002 is not allowed: a merchant id that this "
       "file has a section for"},
      {"merchant = MERCHANT0000001\n", "",
       "seed:15: terminals.1.merchant is missing: a merchant id that this file has a section for"},
      {"MERCHANT0000001\nstation = SHOP\n", "MERCHANT0000001\n",
       "seed:15: terminals.1.station is missing: the station of the merchant"},
      {"MERCHANT0000001\nstation = SHOP\n", "MERCHANT0000001\nstation = AGENT\n",
       "seed:18: terminals.1.station: AGENT is not allowed: MERCHANT0000001 belongs to SHOP"},
  });
}

TEST(Seed, ARangeMayHoldTenThousand) {
  const Folder folder;
  std::string text = kSeed;
  text.replace(text.find("SHOP0008-SHOP0011"), 17, "S0000001-S0010000");
  const Seed seed = load(folder, text);
  EXPECT_EQ(seed.terminals.size(), 10'001u);
  EXPECT_EQ(seed.terminals[9'999].id, "S0010000");
}

TEST(Seed, EveryCategoryIsChecked) {
  const std::string names =
      "the categories are telephone mobile pc_communication voice_information internet_content "
      "pc_bang shopping, and shopping is every MCC that is no other's, so it has no section";
  expect_refusals({
      {"category.telephone", "category.toys", "seed: [category.toys]: " + names},
      {"category.telephone", "category.shopping", "seed: [category.shopping]: " + names},
      {"mcc = 4814, 4813\n", "",
       "seed:23: category.telephone.mcc is missing: a list of MCCs of four digits"},
      {"mcc = 4814, 4813", "mcc = ,",
       "seed:24: category.telephone.mcc: , is not allowed: a list of MCCs of four digits"},
      {"mcc = 4814, 4813", "mcc = 4814;4813",
       "seed:24: category.telephone.mcc: 4814;4813 is not allowed: a list of MCCs of four digits"},
      {"mcc = 4814, 4813", "mcc = 4814\n[category.mobile]\nmcc = 4814",
       "seed:26: category.mobile.mcc: 4814 has a category already"},
  });
}

TEST(Seed, EveryProductKeyIsChecked) {
  const std::string mix =
      "a list of telephone mobile pc_communication voice_information internet_content pc_bang "
      "shopping";
  expect_refusals({
      {"number = 1\n", "", "seed:25: product.a.number is missing: a number from 1 to 255"},
      {"number = 1\n", "number = 256\n",
       "seed:26: product.a.number: 256 is not allowed: a number from 1 to 255"},
      {"number = 2\n", "number = 1\n", "seed:33: product.b.number: is Small's already"},
      {"face-won = 10000", "face-won = 5000",
       "seed:35: product.b.face-won: is Small's already; a sale names it"},
      {"face-won = 5000", "face-won = 1000000",
       "seed:28: product.a.face-won: 1000000 is not allowed: a number from 1 to 999999"},
      {"validity-days = 30", "validity-days = 0",
       "seed:29: product.a.validity-days: 0 is not allowed: a number from 1 to 36500"},
      {"points-bp = 0", "points-bp = 1%",
       "seed:31: product.a.points-bp: 1% is not allowed: a number from 0 to 10000"},
      {"mix = telephone,shopping\n", "", "seed:25: product.a.mix is missing: " + mix},
      {"mix = telephone,shopping",
       "mix =", "seed:30: product.a.mix: an empty value is not allowed: " + mix},
      {"mix = telephone,shopping", "mix = telephone toys",
       "seed:30: product.a.mix: telephone toys is not allowed: " + mix},
      {"name = Small\n", "", "seed:25: product.a.name is missing: UTF-8 text of 1 to 40 bytes"},
  });
}

TEST(Seed, EveryLotKeyIsChecked) {
  const std::string first = "15 digits that begin with 941012";
  expect_refusals({
      {"first = 941012000000001\n", "", "seed:39: lot.1.first is missing: " + first},
      {"first = 941012000000001", "first = 941013000000001",
       "seed:40: lot.1.first: 941013000000001 is not allowed: " + first},
      {"first = 941012000000001", "first = 9410120000000011",
       "seed:40: lot.1.first: 9410120000000011 is not allowed: " + first},
      {"first = 941012000000001", "first = 94101200000000x",
       "seed:40: lot.1.first: 94101200000000x is not allowed: " + first},
      {"first = 941012000000001", "first = 941012999999999",
       "seed:41: lot.1.count: the last card would not begin with 941012"},
      {"count = 10\n", "count = 0\n",
       "seed:41: lot.1.count: 0 is not allowed: a number from 1 to 1000"},
      {"face = 10000", "face = 20000",
       "seed:42: lot.1.face: 20000 is not allowed: the face-won of a product in this file"},
      {"initial-password = 1234\n", "",
       "seed:39: lot.1.initial-password is missing: must be 4 to 12 digits"},
      {"initial-password = 1234", "initial-password = 123",
       "seed:43: lot.1.initial-password: must be 4 to 12 digits"},
      {"initial-password = 1234", "initial-password = 1234567890123",
       "seed:43: lot.1.initial-password: must be 4 to 12 digits"},
      {"initial-password = 1234", "initial-password = secret",
       "seed:43: lot.1.initial-password: must be 4 to 12 digits"},
      {"initial-password = 1234\n",
       "initial-password = 1234\n[lot.2]\nfirst = 941012000000010\ncount = 1\nface = "
       "5000\ninitial-password = 1234\n",
       "seed:45: lot.2.first: this lot has cards of an earlier one"},
      {"initial-password = 1234\n",
       "initial-password = 1234\n[lot.2]\nfirst = 941012000000011\ncount = 1\nface = "
       "5000\ninitial-password = 1234\npin = 1\n",
       "seed:49: lot.2.pin: there is no such key; there are count, face, first, initial-password"},
      {"[lot.1]", "[lots.1]", "seed:40: lots.1.first: there is no such section or key"},
  });
}

TEST(Seed, LimitsAreReadAndWithinTwelveDigits) {
  const Folder folder;
  const ledger::LimitsRecord limits =
      load(folder, kSeed +
                       "[limits]\ntransaction-won = 11\nday-won = 12\nbalance-won = 13\n"
                       "recharge-won = 999999999999\n")
          .limits;
  EXPECT_EQ(limits.transaction_won, 11);
  EXPECT_EQ(limits.daily_won, 12);
  EXPECT_EQ(limits.balance_won, 13);
  EXPECT_EQ(limits.recharge_won, 999'999'999'999);
  for (const std::string key : {"transaction-won", "day-won", "balance-won", "recharge-won"})
    for (const std::string wrong : {"0", "1000000000000", "1.5"})
      EXPECT_EQ(refusal(folder, kSeed + "[limits]\n" + key + " = " + wrong + "\n"),
                "seed:45: limits." + key + ": " + wrong +
                    " is not allowed: a number from 1 to 999999999999");
}

TEST(Seed, AListOfCategoriesIsAMix) {
  EXPECT_EQ(parse_mix("telephone,pc_bang shopping"), mix_bit(Category::telephone) |
                                                         mix_bit(Category::pc_bang) |
                                                         mix_bit(Category::shopping));
  for (const char* none : {"", " , ", "telephones", "telephone,gas"})
    EXPECT_FALSE(parse_mix(none).has_value()) << none;
}

TEST(Seed, RatesAreAWholeTableOrNone) {
  const Folder folder;
  EXPECT_TRUE(load(folder, kSeed).rates.empty());
  const std::string other = "[rate.other]\nwon = 42\nunit-s = 180\n";  // lines 44 to 46
  const std::string seoul = "[rate.seoul]\nprefix = 02\nwon = 39\nunit-s = 180\n";
  const Seed seed = load(folder, kSeed + seoul + other);
  ASSERT_EQ(seed.rates.size(), 2u);
  EXPECT_EQ(seed.rates[0].rate, (ledger::CallRate{0, 42, 180}));
  EXPECT_EQ(seed.rates[1].prefix.trimmed(), "02");
  EXPECT_EQ(refusal(folder, kSeed + seoul),
            "seed: [rate.…]: a row with an empty prefix, for every other call, is missing");
  EXPECT_EQ(refusal(folder, kSeed + other + seoul +
                                "[rate.again]\nprefix = 02\nwon = 1\n"
                                "unit-s = 1\n"),
            "seed: [rate.…]: the prefix 02 is there twice");
  EXPECT_EQ(refusal(folder, kSeed + other + "[rate.x]\nprefix = 0x\nwon = 1\nunit-s = 1\n"),
            "seed:48: rate.x.prefix: 0x is not allowed: 1 to 20 digits; without this key the rate "
            "is every other call's");
  EXPECT_EQ(refusal(folder, kSeed + "[rate.other]\nwon = 0\nunit-s = 180\n"),
            "seed:45: rate.other.won: 0 is not allowed: a number from 1 to 1000000");
  EXPECT_EQ(refusal(folder, kSeed + "[rate.other]\nwon = 42\nunit-s = 3601\n"),
            "seed:46: rate.other.unit-s: 3601 is not allowed: a number from 1 to 3600");
}

}  // namespace
}  // namespace config
