/// The demo world as its documentation has it but for its products' validities and points,
/// calendar, check digit.

#include <chrono>

#include "model_world.hpp"

namespace model {
namespace {

constexpr Time kSecond = 1'000'000;
constexpr Time kSeoul = 9 * 3'600 * kSecond;
constexpr Time kHalfAnHour = 1'800 * kSecond;

int date_of(Time moment) {
  namespace chr = std::chrono;
  const auto day =
      chr::floor<chr::days>(chr::sys_time<chr::microseconds>(chr::microseconds(moment)));
  const chr::year_month_day date{day};
  return static_cast<int>(date.year()) * 10'000 +
         static_cast<int>(static_cast<unsigned>(date.month())) * 100 +
         static_cast<int>(static_cast<unsigned>(date.day()));
}

void add_merchant(World& world, const std::string& station, const std::string& id, int mcc,
                  const std::string& name, const std::vector<std::string>& terminals) {
  world.parties[id] = {station, "merchant", mcc, 0, name};
  for (const auto& terminal : terminals) world.terminals[terminal] = {station, id};
}

void add_other(World& world, const std::string& kind, const std::string& station,
               const std::string& id, const std::string& name,
               const std::vector<std::string>& terminals, Won prefund = 0) {
  world.parties[id] = {station, kind, 0, prefund, name};
  for (const auto& terminal : terminals) world.terminals[terminal] = {station, id};
}

void add_stock(World& world, Won face, long long first, int count) {
  for (int i = 0; i < count; ++i) {
    std::string number = std::to_string(first + i);
    number += check_digit(number);
    world.stock.push_back({number, "12345678", face});
  }
}

}  // namespace

World demo_world() {
  World world;
  world.bin = "941012";
  world.balance_cap = 1'000'000;
  world.recharge_limit = 1'000'000;
  world.transaction_limit = 1'000'000;
  world.daily_limit = 3'000'000;
  world.stations = {
      {"DEMO-OPER", {"operator", false, false}},  {"DEMO-VEND", {"terminal", false, true}},
      {"DEMO-POS", {"terminal", false, false}},   {"DEMO-BANG", {"terminal", true, false}},
      {"DEMO-TEL", {"telephone", false, false}},  {"DEMO-AGENT", {"agent", false, false}},
      {"DEMO-SITE", {"site", true, false}},       {"DEMO-BANK", {"bank", false, true}},
      {"DEMO-ASCII", {"terminal", false, false}},
  };
  add_other(world, "operator", "DEMO-OPER", "DEMOOPERATOR001", "데모운영", {"OPER0001"});
  add_merchant(world, "DEMO-VEND", "DEMOVENDING0001", 5814, "데모자판기", {"VEN00001"});
  add_merchant(world, "DEMO-POS", "DEMOMART0000001", 5411, "데모마트",
               {"POS00001", "POS00002", "POS00003"});
  add_merchant(world, "DEMO-POS", "DEMOVOICE000001", 5967, "음성정보 700", {"POS00601"});
  add_merchant(world, "DEMO-POS", "DEMOCONTENT0001", 5815, "데모만화", {"POS00603"});
  add_merchant(world, "DEMO-BANG", "DEMOPCBANG00001", 7994, "데모 PC방", {"BANG0001", "BANG0002"});
  add_merchant(world, "DEMO-TEL", "DEMOTELEPHONE01", 4814, "데모전화", {"TEL00001", "TEL00002"});
  add_merchant(world, "DEMO-TEL", "DEMOMOBILE00001", 4812, "데모이동전화", {"TEL00065"});
  add_other(world, "agent", "DEMO-AGENT", "DEMOAGENT000001", "데모대리점", {"AGT00001", "AGT00002"},
            900'000'000'000);
  add_other(world, "agent", "DEMO-AGENT", "DEMOAGENT000002", "데모소형대리점", {"AGT00065"},
            100'000);
  add_other(world, "site", "DEMO-SITE", "DEMOCARDSITE001", "데모카드사이트", {"SITE0001"});
  add_merchant(world, "DEMO-SITE", "DEMOSHOP0000001", 5311, "데모서점", {"SITE0017"});
  add_other(world, "bank", "DEMO-BANK", "DEMOBANK0000001", "데모은행", {"BANK0001"});
  add_merchant(world, "DEMO-ASCII", "DEMOMALL0000001", 5311, "데모쇼핑", {"ASC00001"});

  const std::set<std::string> all{"telephone",         "mobile",           "pc_communication",
                                  "voice_information", "internet_content", "pc_bang",
                                  "shopping"};
  world.products[5'000] = {1'825, {"telephone", "pc_bang"}, 0};
  world.products[10'000] = {1'825, all, 10'000};
  world.products[20'000] = {2, all, 3'333};
  world.products[30'000] = {40, all, 1'000};
  world.products[50'000] = {1'825, all, 100};
  world.products[100'000] = {1'825, all, 2'500};
  world.rates = {
      {0, {{"02", 39, 180, 0}, {"01", 145, 60, 0}, {"00", 680, 60, 200}, {"", 42, 180, 0}}}};
  add_stock(world, 10'000, 941012990000001, 2);
  add_stock(world, 100'000, 941012990000101, 2);
  add_stock(world, 5'000, 941012990000201, 1);
  add_stock(world, 20'000, 941012990000301, 1);
  return world;
}

std::string category_of(int mcc) {
  switch (mcc) {
    case 4814:
      return "telephone";
    case 4812:
      return "mobile";
    case 4816:
      return "pc_communication";
    case 5967:
      return "voice_information";
    case 5815:
    case 5816:
    case 5817:
    case 5818:
      return "internet_content";
    case 7994:
      return "pc_bang";
    default:
      return "shopping";
  }
}

char check_digit(const std::string& digits) {
  // Every second digit from the right counts twice, and a two-digit product its digits' sum.
  int sum = 0;
  for (std::size_t from_right = 0; from_right < digits.size(); ++from_right) {
    const int digit = digits[digits.size() - 1 - from_right] - '0';
    const int weighed = from_right % 2 == 0 ? 2 * digit : digit;
    sum += weighed / 10 + weighed % 10;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

int local_date(Time now) { return date_of(now + kSeoul); }

int local_time(Time now) {
  const auto second = static_cast<int>((now + kSeoul) / kSecond % 86'400);
  return second / 3'600 * 10'000 + second / 60 % 60 * 100 + second % 60;
}

int business_day(Time now) { return date_of(now + kSeoul + kHalfAnHour); }

int days_later(int date, int days) {
  namespace chr = std::chrono;
  const chr::year_month_day start{chr::year(date / 10'000),
                                  chr::month(static_cast<unsigned>(date / 100 % 100)),
                                  chr::day(static_cast<unsigned>(date % 100))};
  const auto moment = chr::sys_days(start) + chr::days(days);
  return date_of(chr::duration_cast<chr::microseconds>(moment.time_since_epoch()).count());
}

}  // namespace model
