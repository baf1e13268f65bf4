// The sample files hold the published demo world.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "crypto/key_store.hpp"
#include "tests/config/config_support.hpp"

namespace config {
namespace {

struct StationRow {
  const char* name;
  Role role;
  std::uint16_t port;
  const char* profile;
  codec::HeaderKind header;
  bool tpdu;
  crypto::MacKind mac;
  bool password_required, sign_on_required;
};

TEST(Demo, Stations) {
  using codec::HeaderKind;
  using crypto::MacKind;
  const auto two = HeaderKind::two_byte;
  const StationRow rows[] = {
      {"DEMO-OPER", Role::operating, 8580, "iso87-binary", two, false, MacKind::none, false, false},
      {"DEMO-VEND", Role::terminal, 8581, "iso87-ascii-binary", HeaderKind::two_bcd, true,
       MacKind::none, false, true},
      {"DEMO-POS", Role::terminal, 8583, "iso87-binary", two, false, MacKind::none, false, false},
      {"DEMO-BANG", Role::terminal, 8584, "iso87-binary", two, false, MacKind::x9_19, true, false},
      {"DEMO-TEL", Role::telephone, 8585, "iso87-binary", two, false, MacKind::cmac, false, false},
      {"DEMO-AGENT", Role::agent, 8586, "iso87-binary", two, false, MacKind::none, false, false},
      {"DEMO-SITE", Role::site, 8587, "iso87-binary", two, false, MacKind::none, true, false},
      {"DEMO-BANK", Role::bank, 8588, "iso87-binary", two, false, MacKind::none, false, true},
      {"DEMO-ASCII", Role::terminal, 8589, "iso87-ascii", HeaderKind::four_ascii, false,
       MacKind::none, false, false},
  };
  const Settings settings = load_settings(test::demo_command());
  ASSERT_EQ(settings.stations.size(), std::size(rows));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const Station& station = settings.stations[i];
    SCOPED_TRACE(rows[i].name);
    EXPECT_EQ(station.name, rows[i].name);
    EXPECT_EQ(station.id, i + 1);
    EXPECT_EQ(station.role, rows[i].role);
    EXPECT_EQ(station.address, "127.0.0.1");
    EXPECT_EQ(station.port, rows[i].port);
    EXPECT_EQ(station.profile->name, rows[i].profile);
    EXPECT_EQ(station.frame.kind, rows[i].header);
    EXPECT_EQ(station.frame.tpdu, rows[i].tpdu);
    EXPECT_EQ(station.mac, rows[i].mac);
    EXPECT_EQ(station.password_required, rows[i].password_required);
    EXPECT_EQ(station.sign_on_required, rows[i].sign_on_required);
    EXPECT_EQ(settings.find_station(station.name), &station);
    EXPECT_EQ(settings.find_station(station.id), &station);
  }
  EXPECT_EQ(settings.find_station("DEMO-NONE"), nullptr);
  EXPECT_EQ(settings.find_station(std::uint16_t{10}), nullptr);
}

TEST(Demo, World) {
  const Settings settings = load_settings(test::demo_command());
  EXPECT_TRUE(settings.demo);
  EXPECT_EQ(settings.bin, "941012");
  EXPECT_EQ(settings.clock_offset_us, 0);
  EXPECT_EQ(settings.acquirer_timeout_us, 20'000'000);
  EXPECT_EQ(settings.key_file, "/data/keys");
  EXPECT_EQ(settings.control_socket, "/data/control.sock");
  EXPECT_EQ(settings.demo_key_file, CYBERPASS_SOURCE_DIR "/config/demo.keys");
  EXPECT_EQ(settings.seed_file, CYBERPASS_SOURCE_DIR "/config/demo.seed");
}

TEST(Demo, Keys) {
  const std::map<std::pair<std::string, crypto::KeyUse>, std::string> expected = {
      {{"DEMO-POS", crypto::KeyUse::pin}, "1C5B2A79D0E34F86A8B3C49D5E6E7080"},
      {{"DEMO-BANG", crypto::KeyUse::pin}, "2A6E3D58C1F14A97B9C4D5AE6E708092"},
      {{"DEMO-TEL", crypto::KeyUse::pin}, "3B7F4F68D3C15BA8CBD5E6BF708092A2"},
      {{"DEMO-AGENT", crypto::KeyUse::pin}, "4C805E7AE3D36BB9DAE6F7C18092A2B5"},
      {{"DEMO-SITE", crypto::KeyUse::pin}, "5D916E8AF4E37CCBECF708D092A2B5C4"},
      {{"DEMO-BANK", crypto::KeyUse::pin}, "6EA27F9D04F48CDAFD0819E3A2B5C4D6"},
      {{"DEMO-ASCII", crypto::KeyUse::pin}, "7FB38FAD16049EEC0E192AF2B5C4D6E6"},
      {{"DEMO-VEND", crypto::KeyUse::pin}, "8FC49EBF2616AEFD1F2A3B04C4D6E6F8"},
      {{"DEMO-OPER", crypto::KeyUse::pin}, "97A4B9D3C7E0F1522A4C6E8091A2C4E6"},
      {{"DEMO-BANG", crypto::KeyUse::mac}, "31F7A2C84CB597E0C2D9B5E07A6E8034"},
      {{"DEMO-TEL", crypto::KeyUse::mac}, "603DEB1015CA71BE2B73AEF0857D7781"},
      {{"DEMO-VEND", crypto::KeyUse::transport}, "A1B3C2D5E5F70719293B4A5D6D7F8F91"},
      {{"SIM-CARDCO", crypto::KeyUse::pin}, "A8D5BA6E9D89F1E34C26139BD0527C9E"},
      {{"SIM-BANK", crypto::KeyUse::pin}, "B9E6CB7FAE9B02F45D3725ADE0628CAE"},
      {{"SIM-BANK", crypto::KeyUse::mac}, "CBF8DC91BFAD13046E4937BFF1739EBF"},
  };
  const Settings settings = load_settings(test::demo_command());
  const auto store = crypto::FileKeyStore::load_published(settings.demo_key_file.value());
  for (const auto& [name, hex] : expected) {
    const crypto::Key* key = store->station_key(name.first, name.second);
    ASSERT_NE(key, nullptr) << name.first;
    EXPECT_EQ(base::to_hex(key->bytes()), hex) << name.first;
  }
  for (const Station& station : settings.stations)
    EXPECT_EQ(store->station_key(station.name, crypto::KeyUse::mac) != nullptr,
              station.mac != crypto::MacKind::none)
        << station.name;
}

struct MerchantRow {
  const char *id, *station;
  std::uint16_t mcc, fee_bp;
  const char *account, *name_ko, *name_en;
};

TEST(Demo, Merchants) {
  const MerchantRow rows[] = {
      {"DEMOMART0000001", "DEMO-POS", 5411, 150, "1100000001", "데모마트", "Demo Mart"},
      {"DEMOVOICE000001", "DEMO-POS", 5967, 300, "1100000002", "음성정보 700", "Voice Info 700"},
      {"DEMOPCCOMM00001", "DEMO-POS", 4816, 200, "1100000003", "데모통신", "Demo PC Comm"},
      {"DEMOCONTENT0001", "DEMO-POS", 5815, 250, "1100000004", "데모만화", "Demo Comics"},
      {"DEMOPCBANG00001", "DEMO-BANG", 7994, 200, "1100000005", "데모 PC방", "Demo PC-bang"},
      {"DEMOTELEPHONE01", "DEMO-TEL", 4814, 0, "1100000006", "데모전화", "Demo Telephone"},
      {"DEMOMOBILE00001", "DEMO-TEL", 4812, 50, "1100000007", "데모이동전화", "Demo Mobile"},
      {"DEMOVENDING0001", "DEMO-VEND", 5814, 100, "1100000008", "데모자판기", "Demo Vending"},
      {"DEMOMALL0000001", "DEMO-ASCII", 5311, 250, "1100000009", "데모쇼핑", "Demo Mall"},
      {"DEMOSHOP0000001", "DEMO-SITE", 5311, 250, "1100000010", "데모서점", "Demo Bookshop"},
  };
  const Settings settings = load_settings(test::demo_command());
  const Seed seed = load_seed(settings);
  ASSERT_EQ(seed.merchants.size(), std::size(rows) + 5);
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const SeedMerchant& merchant = seed.merchants[i];
    SCOPED_TRACE(rows[i].id);
    EXPECT_EQ(merchant.id, rows[i].id);
    EXPECT_EQ(merchant.kind, MerchantKind::merchant);
    EXPECT_EQ(merchant.station, rows[i].station);
    EXPECT_EQ(merchant.station_id, settings.find_station(rows[i].station)->id);
    EXPECT_EQ(merchant.mcc, rows[i].mcc);
    EXPECT_EQ(merchant.fee_bp, rows[i].fee_bp);
    EXPECT_EQ(merchant.account, rows[i].account);
    EXPECT_EQ(merchant.name_ko, rows[i].name_ko);
    EXPECT_EQ(merchant.name_en, rows[i].name_en);
    EXPECT_EQ(merchant.prefund_won, 0);
  }
}

TEST(Demo, OtherParties) {
  const Seed seed = load_seed(load_settings(test::demo_command()));
  std::map<std::string, const SeedMerchant*> by_id;
  for (const SeedMerchant& merchant : seed.merchants) by_id[merchant.id] = &merchant;
  EXPECT_EQ(by_id.at("DEMOAGENT000001")->kind, MerchantKind::agent);
  EXPECT_EQ(by_id.at("DEMOAGENT000001")->prefund_won, 900'000'000'000);
  EXPECT_EQ(by_id.at("DEMOAGENT000002")->prefund_won, 100'000);
  EXPECT_EQ(by_id.at("DEMOAGENT000002")->station, "DEMO-AGENT");
  EXPECT_EQ(by_id.at("DEMOCARDSITE001")->kind, MerchantKind::site);
  EXPECT_EQ(by_id.at("DEMOBANK0000001")->kind, MerchantKind::bank);
  EXPECT_EQ(by_id.at("DEMOOPERATOR001")->kind, MerchantKind::operating);
  EXPECT_EQ(by_id.at("DEMOOPERATOR001")->mcc, 0);
}

TEST(Demo, Terminals) {
  const Seed seed = load_seed(load_settings(test::demo_command()));
  std::map<std::string, int> count;  // by merchant
  std::map<std::string, const SeedTerminal*> by_id;
  for (const SeedTerminal& terminal : seed.terminals) {
    ++count[terminal.merchant];
    by_id[terminal.id] = &terminal;
  }
  const std::map<std::string, int> expected = {
      {"DEMOOPERATOR001", 1},  {"DEMOVENDING0001", 16}, {"DEMOMART0000001", 512},
      {"DEMOVOICE000001", 1},  {"DEMOPCCOMM00001", 1},  {"DEMOCONTENT0001", 1},
      {"DEMOPCBANG00001", 64}, {"DEMOTELEPHONE01", 64}, {"DEMOMOBILE00001", 1},
      {"DEMOAGENT000001", 64}, {"DEMOAGENT000002", 1},  {"DEMOCARDSITE001", 16},
      {"DEMOSHOP0000001", 16}, {"DEMOBANK0000001", 16}, {"DEMOMALL0000001", 64}};
  EXPECT_EQ(count, expected);
  for (const auto& [id, merchant] :
       std::map<std::string, std::string>{{"OPER0001", "DEMOOPERATOR001"},
                                          {"VEN00016", "DEMOVENDING0001"},
                                          {"POS00001", "DEMOMART0000001"},
                                          {"POS00512", "DEMOMART0000001"},
                                          {"POS00601", "DEMOVOICE000001"},
                                          {"POS00602", "DEMOPCCOMM00001"},
                                          {"POS00603", "DEMOCONTENT0001"},
                                          {"BANG0064", "DEMOPCBANG00001"},
                                          {"TEL00065", "DEMOMOBILE00001"},
                                          {"AGT00065", "DEMOAGENT000002"},
                                          {"SITE0016", "DEMOCARDSITE001"},
                                          {"SITE0017", "DEMOSHOP0000001"},
                                          {"BANK0001", "DEMOBANK0000001"},
                                          {"ASC00064", "DEMOMALL0000001"}})
    EXPECT_EQ(by_id.at(id)->merchant, merchant);
  EXPECT_EQ(by_id.at("TEL00064")->station, "DEMO-TEL");
  EXPECT_EQ(by_id.at("TEL00064")->station_id, 5);
}

TEST(Demo, Products) {
  const Seed seed = load_seed(load_settings(test::demo_command()));
  const std::int64_t faces[] = {5'000, 10'000, 20'000, 30'000, 50'000, 100'000};
  ASSERT_EQ(seed.products.size(), std::size(faces));
  for (std::size_t i = 0; i < std::size(faces); ++i) {
    const SeedProduct& product = seed.products[i];
    EXPECT_EQ(product.number, i + 1);
    EXPECT_EQ(product.face_won, faces[i]);
    EXPECT_EQ(product.validity_days, 1'825u);
    EXPECT_EQ(product.points_bp, 100);
    const int small_mix = mix_bit(Category::telephone) | mix_bit(Category::pc_bang);
    EXPECT_EQ(product.mix, i == 0 ? small_mix : (1 << kCategoryCount) - 1);
  }
  EXPECT_EQ(seed.products[5].name, "Prestige Card");
}

TEST(Demo, Categories) {
  const Seed seed = load_seed(load_settings(test::demo_command()));
  std::map<std::string_view, std::vector<std::uint16_t>> mccs;
  for (const SeedCategory& category : seed.categories)
    mccs[to_text(category.category)] = category.mccs;
  const decltype(mccs) expected = {{"telephone", {4814}},
                                   {"mobile", {4812}},
                                   {"pc_communication", {4816}},
                                   {"voice_information", {5967}},
                                   {"internet_content", {5815, 5816, 5817, 5818}},
                                   {"pc_bang", {7994}}};
  EXPECT_EQ(mccs, expected);
}

TEST(Demo, Lot) {
  const Seed seed = load_seed(load_settings(test::demo_command()));
  ASSERT_EQ(seed.lots.size(), 1u);
  EXPECT_EQ(seed.lots[0].first, 941'012'990'000'001u);
  EXPECT_EQ(seed.lots[0].count, 100u);
  EXPECT_EQ(seed.lots[0].face_won, 10'000);
  EXPECT_EQ(seed.lots[0].product, 2);
  EXPECT_EQ(seed.lots[0].initial_password, "12345678");
}

TEST(Demo, Rates) {
  const Seed seed = load_seed(load_settings(test::demo_command()));
  const std::vector<std::pair<std::string_view, ledger::CallRate>> expected = {
      {"", {0, 42, 180}}, {"00", {200, 680, 60}}, {"01", {0, 145, 60}}, {"02", {0, 39, 180}}};
  ASSERT_EQ(seed.rates.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(seed.rates[i].prefix.trimmed(), expected[i].first);
    EXPECT_EQ(seed.rates[i].rate, expected[i].second) << expected[i].first;
  }
}

}  // namespace
}  // namespace config
