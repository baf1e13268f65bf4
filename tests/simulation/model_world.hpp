#pragma once
/// The world of the model: who connects, what is sold, what calls cost, the calendar.

#include <map>
#include <set>
#include <string>
#include <vector>

namespace model {

using Time = long long;  ///< microseconds since 1970 UTC
using Won = long long;

struct Station {
  std::string role;  ///< terminal, telephone, agent, site, bank, operator
  bool password_required = false;
  bool sign_on_required = false;
};
struct Terminal {
  std::string station, merchant;
};
struct Party {
  std::string station;
  std::string kind;  ///< merchant, agent, site, bank, operator
  int mcc = 0;
  Won prefund = 0;
  std::string name;  ///< in Korean
};
struct Product {
  int days = 0;
  std::set<std::string> mix;
  int points_bp = 0;  ///< of purchases, in basis points
};
/// What a call costs whose number begins so: per started unit, and once.
struct Rate {
  std::string prefix;
  Won won = 0;
  int seconds = 0;
  Won connection = 0;
  bool operator==(const Rate&) const = default;
};
struct RateTable {
  Time from = 0;
  std::vector<Rate> rates;
};
struct StockCard {
  std::string number, password;
  Won face = 0;
};

struct World {
  std::string bin;
  Won transaction_limit = 0, daily_limit = 0;
  Won balance_cap = 0;     ///< of a card, after a deposit, a recharge or an exchange
  Won recharge_limit = 0;  ///< paid into a card at once
  std::map<std::string, Station> stations;
  std::map<std::string, Terminal> terminals;
  std::map<std::string, Party> parties;
  std::map<Won, Product> products;  ///< by face value
  std::vector<StockCard> stock;     ///< in the order in which they were made
  std::vector<RateTable> rates;     ///< in the order in which they come into force
};
/// The demo world, with fewer terminals and stock cards of several products, some short-lived.
World demo_world();

/// The service category of an MCC.
std::string category_of(int mcc);
/// The digit that makes a card number right.
char check_digit(const std::string& digits);

int local_date(Time now);    ///< YYYYMMDD in Seoul
int local_time(Time now);    ///< HHMMSS in Seoul
int business_day(Time now);  ///< the next one from 23:30 on
int days_later(int date, int days);

}  // namespace model
