/// The order of the checks, and what is remembered.

#include "model.hpp"

namespace model {
namespace {

constexpr Time kDay = 86'400'000'000;
constexpr Time kRemembered = 8 * kDay;  // at least 7 days are promised

/// Who may send what.
bool may_send(const std::string& role, const std::string& operation) {
  static const std::map<std::string, std::set<std::string>> kMay{
      {"terminal", {"verify", "inquiry", "purchase", "hold", "completion", "refund", "reversal"}},
      {"telephone", {"verify", "inquiry", "purchase", "hold", "completion", "refund", "reversal"}},
      {"agent", {"sale", "collect", "activation", "inquiry", "reversal", "recharge"}},
      {"site",
       {"sale", "collect", "activation", "inquiry", "reversal", "verify", "purchase", "refund",
        "password_change", "registration", "block", "recharge", "exchange", "statement"}},
      {"bank", {"deposit", "reversal"}},
      {"operator", {"inquiry", "block", "unblock", "statement"}},
  };
  const auto found = kMay.find(role);
  return found != kMay.end() && found->second.contains(operation);
}

bool is_remembered(const std::string& operation) {
  return operation != "verify" && operation != "inquiry" && operation != "collect" &&
         operation != "statement";
}

/// After these a resend is a fresh attempt.
bool is_fresh_attempt(const std::string& code) {
  return code == "30" || code == "58" || code == "63" || code == "91" || code == "92" ||
         code == "96";
}

std::string element_name(int element) {
  std::string digits = std::to_string(element);
  return "DE" + std::string(3 - digits.size(), '0') + digits;
}

}  // namespace

std::string operation_of(const Request& request) {
  const std::string mti = without_repeat(request.mti);
  const std::string what = request.get(3).substr(0, 2);
  if (mti == "0800") return "network";
  if (mti == "0400" || mti == "0420") return "reversal";
  if (mti == "0100" && what == "33") return "verify";
  if (mti == "0100" && what == "31") return "inquiry";
  if (mti == "0100" && what == "38") return "statement";
  if (mti == "0100" && what == "91") return "collect";
  if (mti == "0100" && what == "00") return "hold";
  if (mti == "0220" && what == "00") return "completion";
  if (mti == "0200" && what == "00") return "purchase";
  if (mti == "0200" && what == "20") return "refund";
  if (mti == "0200" && what == "90" && request.get(3).substr(4) == "00") return "sale";
  if (mti == "0200" && what == "92") return "activation";
  if (mti == "0200" && what == "93") return "password_change";
  if (mti == "0200" && what == "94") return "registration";
  if (mti == "0200" && what == "96") return "block";
  if (mti == "0200" && what == "98") return "unblock";
  if (mti == "0200" && what == "21") return "deposit";
  if (mti == "0200" && what == "28" && request.get(3).substr(4) == "00") return "recharge";
  if (mti == "0200" && what == "97") return "exchange";
  return "other";
}

std::string without_repeat(const std::string& mti) {
  std::string first = mti;
  if ((first.back() - '0') % 2 == 1) --first.back();
  return first;
}

std::string key_of(const Request& request) {
  std::string key = request.station + "/" + without_repeat(request.mti);
  const bool timed = request.has(12) && request.has(13);  // else DE 7 stands for them
  key += "/" + (timed ? request.get(13) + request.get(12) : request.get(7));
  for (const int element : {11, 41, 42}) key += "/" + request.get(element);
  return key;
}

OriginalData original_data(const Request& request) {
  const std::string digits = request.get(90);
  return {without_repeat(digits.substr(0, 4)), digits.substr(4, 6), digits.substr(10, 10)};
}

Model::Model(World world) : world_(std::move(world)) {
  for (const StockCard& stock : world_.stock) {
    Card card;
    card.number = stock.number;
    card.password = card.initial_password = stock.password;
    card.from_stock = true;
    card.face = stock.face;
    books_.cards.push_back(card);
  }
  for (const auto& [id, party] : world_.parties)
    if (party.kind == "agent") books_.prefund[id] = party.prefund;
}

bool Model::fresh(Time then) const { return now_ - then < kRemembered; }

Answer Model::simple(const std::string& code, const std::string& reason) const {
  Answer answer;
  answer.code = code;
  answer.reason = reason;
  std::string month_day = std::to_string(business_day(now_) % 10'000);
  answer.business_day = std::string(4 - month_day.size(), '0') + month_day;
  return answer;
}

Answer Model::decide(const Request& request, int number, Time now, bool writable) {
  now_ = now;
  merchant_ = request.get(42);
  Answer answer = check(request, number, writable);
  if (!answer.first) answer.made_reference = !request.has(37);
  // Only answers to 01xx, 02xx and 04xx say in which business day they were booked, and what they
  // are called.
  if (request.mti[1] != '1' && request.mti[1] != '2' && request.mti[1] != '4')
    answer.business_day.clear(), answer.made_reference = false;
  return answer;
}

Answer Model::check(const Request& request, int number, bool writable) {
  if (request.mac_wrong) return simple("63");
  if (request.unreadable >= 0) return simple("30", element_name(request.unreadable));
  if (operation_of(request) == "network") return network(request);
  if (world_.stations.at(request.station).sign_on_required &&
      !signed_on_.contains(request.connection))
    return simple("58");
  if (writable) {
    kept_.reset();
    return serve(request, number);
  }
  if (!kept_) kept_ = books_;
  const std::set<int> touched = touched_;
  const Answer answer = serve(request, number);
  if (books_ == *kept_) return answer;
  books_ = *kept_;
  touched_ = touched;
  return simple("96");
}

Answer Model::network(const Request& request) {
  for (const int element : {7, 11, 70})
    if (!request.has(element)) return simple("30", element_name(element));
  const std::string what = request.get(70);
  if (what == "001")
    signed_on_.insert(request.connection);
  else if (what == "002")
    signed_on_.erase(request.connection);
  else if (what != "301")
    return simple("12");
  return simple("00");
}

Model::Transaction Model::transaction(const std::string& operation) {
  static const std::map<std::string, Transaction> kTransactions{
      {"verify", &Model::verify},
      {"inquiry", &Model::inquire},
      {"purchase", &Model::purchase},
      {"hold", &Model::hold},
      {"completion", &Model::complete},
      {"refund", &Model::refund},
      {"sale", &Model::sell},
      {"collect", &Model::collect},
      {"activation", &Model::activate},
      {"password_change", &Model::change_password},
      {"registration", &Model::register_owner},
      {"block", &Model::block},
      {"unblock", &Model::unblock},
      {"deposit", &Model::deposit},
      {"recharge", &Model::recharge},
      {"exchange", &Model::exchange},
      {"statement", &Model::statement},
      {"reversal", &Model::reverse},
  };
  return kTransactions.at(operation);
}

Answer Model::serve(const Request& request, int number) {
  const std::string mti = without_repeat(request.mti);
  if ((mti == "0100" || mti == "0200" || mti == "0220") && !request.has(3))
    return simple("30", "DE003");
  const std::string operation = operation_of(request);
  if (operation == "other") return simple("12");
  if (const int bad = format_error(request, operation, world_); bad != 0)
    return simple("30", element_name(bad));
  if (!may_send(world_.stations.at(request.station).role, operation)) return simple("58");
  const bool funded = operation == "sale" || operation == "recharge";
  if (funded && request.get(3).substr(2, 2) != "00") return simple("12");
  if (funded && world_.stations.at(request.station).role != "agent") return simple("58");
  if (const std::string code = place(request, operation); !code.empty()) return simple(code);
  if (is_remembered(operation)) {
    if (const auto answer = seen(request, operation)) return *answer;
  }

  Decision decision;
  decision.answer = simple("");
  decision.answer.code = (this->*transaction(operation))(request, decision);
  if (is_remembered(operation) && !is_fresh_attempt(decision.answer.code))
    remember(request, number, operation, decision);
  return decision.answer;
}

/// Terminal and merchant are the station's and belong together; who sells is a merchant, who sells
/// cards an agent.
std::string Model::place(const Request& request, const std::string& operation) const {
  const auto terminal = world_.terminals.find(request.get(41));
  if (terminal == world_.terminals.end() || terminal->second.station != request.station)
    return "58";
  const auto party = world_.parties.find(request.get(42));
  if (party == world_.parties.end()) return "03";
  if (party->second.station != request.station || terminal->second.merchant != request.get(42))
    return "58";
  static const std::set<std::string> kAtMerchants{"verify", "purchase", "refund", "hold",
                                                  "completion"};
  const bool pays = kAtMerchants.contains(operation);
  if (pays && party->second.kind != "merchant") return "58";
  if ((operation == "sale" || operation == "recharge") && party->second.kind != "agent")
    return "58";
  if (operation == "deposit" && party->second.kind != "bank") return "58";
  return "";
}

bool Model::same_content(const Request& request, const Entry& first) const {
  return named_card(request) == first.card && request.get(3) == first.asked->get(3) &&
         request.get(4) == first.asked->get(4) && request.get(90) == first.asked->get(90) &&
         request.get(103) == first.asked->get(103);
}

/// The same again gets the first answer, unless it was reversed since; the same key with another
/// content none, nor what a DE 90 could not tell from a remembered one.
std::optional<Answer> Model::seen(const Request& request, const std::string& operation) {
  const std::string key = key_of(request);
  for (std::size_t i = books_.entries.size(); i-- > 0;) {
    const Entry& first = books_.entries[i];
    if (first.key != key || !fresh(first.time)) continue;
    if (!same_content(request, first)) return simple("94");
    if (first.reversals > 0) return simple("25");
    Answer answer = first.answer;
    answer.first = first.number;
    return answer;
  }
  if (operation == "reversal") return std::nullopt;
  for (const Entry& other : books_.entries) {
    if (other.operation != "reversal" && fresh(other.time) && other.station == request.station &&
        other.mti == without_repeat(request.mti) && other.asked->get(11) == request.get(11) &&
        other.asked->get(7) == request.get(7) && other.asked->get(41) == request.get(41) &&
        other.asked->get(42) == request.get(42))
      return simple("94");
  }
  return std::nullopt;
}

void Model::remember(const Request& request, int number, const std::string& operation,
                     const Decision& decision) {
  Entry entry;
  entry.number = number;
  entry.operation = operation;
  entry.station = request.station;
  entry.mti = without_repeat(request.mti);
  entry.key = key_of(request);
  entry.asked = std::make_shared<const Request>(request);
  entry.card = named_card(request);
  entry.reference = request.get(37);
  entry.time = now_;
  entry.answer = decision.answer;
  entry.answer.made_reference = !request.has(37);
  if (entry.approved()) {
    entry.moved = decision.moved;
    entry.of = decision.of;
    entry.hold = decision.hold;
    entry.cards = decision.cards;
    entry.points_bp = decision.points_bp;
    move_points(entry, 0);
  }
  books_.entries.push_back(entry);
}

void Model::learn(int number, const std::string& reference, const std::string& approval,
                  const std::string& order) {
  kept_.reset();
  for (Entry& entry : books_.entries) {
    if (entry.number != number) continue;
    entry.reference = reference;
    entry.approval = approval;
    entry.order = order;
    if (entry.operation != "hold" || entry.hold < 0) continue;
    Hold& held = books_.holds[static_cast<std::size_t>(entry.hold)];
    if (held.reference.empty()) held.reference = reference;
    if (held.approval.empty()) held.approval = approval;
  }
}

void Model::learn_card(int card, const std::string& number, const std::string& pin,
                       const std::string& initial_password) {
  kept_.reset();
  Card& known = books_.cards[static_cast<std::size_t>(card)];
  known.number = number;
  known.pin = pin;
  if (known.initial_password.empty()) known.password = initial_password;
  known.initial_password = initial_password;
}

}  // namespace model
