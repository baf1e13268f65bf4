#pragma once
/// The rules of the business a second time, plainly: what each request must be answered and what is
/// then on every account.
///
/// Compiled on its own, without the project's include directory, so that it can share no mistake
/// with the switch: strings, maps, linear searches, nothing clever. What only the switch can know
/// (numbers of new cards, approval codes, order ids) it learns from the answers.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model_world.hpp"

namespace model {

// ------------------------------------------------------------------------------ messages

/// What a station says, in clear.
struct Request {
  std::string station;
  int connection = 0;
  std::string mti;
  std::map<int, std::string> fields;        ///< DE 52: the password; empty: no PIN block
  std::map<std::string, std::string> tags;  ///< DE 48, 0010: the password; empty: no PIN block
  bool mac_wrong = false;
  int unreadable = -1;  ///< the element that cannot be read; 0: bytes after the last

  /// A DE 2 without digits is none.
  bool has(int element) const {
    return element == 48  ? !tags.empty()
           : element == 2 ? !get(2).empty()
                          : fields.contains(element);
  }
  std::string get(int element) const {
    const auto found = fields.find(element);
    return found == fields.end() ? std::string() : found->second;
  }
  std::optional<std::string> tag(const std::string& number) const {
    const auto found = tags.find(number);
    return found == tags.end() ? std::nullopt : std::optional(found->second);
  }
  bool operator==(const Request&) const = default;
};

/// What it must be answered, but for what is echoed.
struct Answer {
  std::string code;             ///< DE 39
  std::string reason;           ///< DE 44; empty: none
  std::string business_day;     ///< DE 15; empty: none
  std::string amounts;          ///< DE 54; empty: none
  std::string amount;           ///< DE 4; empty: as it was asked
  bool approval = false;        ///< has a DE 38
  int hold = -1;                ///< whose name DE 38 is
  bool made_reference = false;  ///< has a DE 37 that the request had not
  std::string last_day;         ///< tag 0006
  std::string hint;             ///< tag 0011
  std::string card_count;       ///< tag 0003, and an order id in 0002
  int collected = -1;           ///< the card whose secrets are told
  std::string granted;          ///< tag 0031
  std::string entries;          ///< tag 0043
  std::string summary;          ///< tag 0044
  int more = -1;                ///< what the cursor in tag 0042 means; -1: none is there
  std::optional<int> first;     ///< every field as that request was answered, but for DE 7
  bool operator==(const Answer&) const = default;
};

/// The name of what is asked: verify, purchase, hold, … network, other.
std::string operation_of(const Request& request);
/// The same, but for a rated call's grants and end, which go by rules of their own.
std::string covered_as(const Request& request, const World& world);
bool is_rated_hold(const Request& request, const World& world);
bool is_rated_completion(const Request& request, const World& world);

// ------------------------------------------------------------------------------ what is remembered

struct Card {
  enum class State { stock, sold, active, closed };
  State state = State::stock;
  std::string number, pin;  ///< empty: not known yet
  std::string password;     ///< the same
  std::string initial_password;
  std::string hint;
  std::string owner;  ///< customer id; empty: nobody is registered
  bool from_stock = false;
  bool untouched = false;  ///< nothing was posted to it since its sale, and nothing held
  Won face = 0;
  Won balance = 0;
  Won points = 0;
  int sold_on = 0;  ///< the day
  int last_day = 0;
  std::set<std::string> blocks;  ///< why it is blocked: password, lost, operator
  int wrong_passwords = 0;
  Won spent = 0;
  int spent_day = 0;
  bool blocked() const { return !blocks.empty(); }
  bool operator==(const Card&) const = default;
};

/// What is set aside of a card's balance, with all that it was raised by.
struct Hold {
  std::string station, merchant, terminal;
  int card = -1;
  std::string reference;  ///< DE 37, as received or made
  std::string approval;   ///< the first DE 38: its name
  Won amount = 0;         ///< without what was released of it; 0: it is over
  Time expiry = 0;
  std::optional<Rate> rate;  ///< of a call, as it was when the call began
  bool completed = false;
  bool over() const { return completed || amount == 0; }
  bool open(Time at) const { return !over() && at < expiry; }
  bool operator==(const Hold&) const = default;
};

/// A remembered request and what became of it.
struct Entry {
  int number = 0;  ///< the request's, as the caller counts
  std::string operation;
  std::string station, mti, key;
  std::shared_ptr<const Request> asked;  ///< shared, so that books are quickly copied
  std::string card;                      ///< whom DE 2 named: see Model::named_card
  std::string reference;                 ///< DE 37, as received or made
  std::string approval;                  ///< DE 38
  std::string order;
  Time time = 0;
  Answer answer;
  Won moved = 0, reversed = 0, refunded = 0;
  int points_bp = 0;       ///< at which it earned points
  int reversals = 0;       ///< that were answered 00
  int of = -1;             ///< of a refund: the entry of its purchase or completion
  int hold = -1;           ///< of a hold, a raise or a completion
  std::vector<int> cards;  ///< of a sale; of a purchase, completion or refund one
  bool approved() const {
    return answer.code == "00" || (operation == "completion" && answer.code == "10");
  }
  /// A purchase or a completion that moved money to a merchant.
  bool paid() const { return (operation == "purchase" || operation == "completion") && approved(); }
  /// The DE 38 by which a refund names it: of a completion its hold's.
  std::string name() const { return operation == "completion" ? asked->get(38) : approval; }
  Won left() const { return moved - reversed; }
  Won points() const { return (left() - refunded) * points_bp / 10'000; }
  bool operator==(const Entry&) const = default;
};

/// What a statement tells of one move of a card's balance.
struct Line {
  int card = -1;
  int transaction = -1;  ///< the same for all cards of a sale
  std::string kind;      ///< SA, RC, PU …
  Won amount = 0;        ///< below zero: the card gave it
  Won balance = 0;       ///< after it
  int number = 0;        ///< 1, 2 … of the card
  Time time = 0;
  std::string merchant;
  bool operator==(const Line&) const = default;
};

/// A reversal that came before its original.
struct EarlyReversal {
  std::string says;  ///< which original it means
  Time time = 0;
  bool operator==(const EarlyReversal&) const = default;
};

/// The last one that was counted under a request's key.
struct WrongPassword {
  std::string card, password;
  Time time = 0;
  bool operator==(const WrongPassword&) const = default;
};

struct Books {
  std::vector<Card> cards;
  std::vector<Hold> holds;
  std::map<std::string, Won> payable;  ///< by merchant
  std::map<std::string, Won> prefund;  ///< by agent
  std::map<std::string, Won> owed;     ///< by the bank, which took deposits
  Won promotion = 0;                   ///< paid for points
  std::vector<Entry> entries;
  std::vector<Line> lines;
  std::vector<EarlyReversal> early;
  std::map<std::string, WrongPassword> wrong_passwords;  ///< by the request's key
  bool operator==(const Books&) const = default;
};

// ------------------------------------------------------------------------------ the rules

class Model {
 public:
  explicit Model(World world);

  /// What this request must be answered, and what it changes. `number` names it in later answers.
  /// Without `writable` nothing may be changed: what would have to is answered 96.
  Answer decide(const Request& request, int number, Time now, bool writable);

  /// What an approved answer told: DE 37, DE 38 and the order id, where it had them.
  void learn(int number, const std::string& reference, const std::string& approval,
             const std::string& order);
  void learn_card(int card, const std::string& number, const std::string& pin,
                  const std::string& initial_password);
  void learn_cursor(const std::string& cursor, int transaction) { cursors_[cursor] = transaction; }

  const World& world() const { return world_; }
  const Books& books() const { return books_; }
  /// Those that the switch gave, each with what it means.
  const std::map<std::string, int>& cursors() const { return cursors_; }
  /// A card's balance without its open holds.
  Won available(int card, Time at) const;
  /// Cards whose balance the requests since the last call changed.
  std::set<int> take_touched() { return std::exchange(touched_, {}); }

 private:
  struct Decision {
    Answer answer;
    Won moved = 0;
    int of = -1;
    int hold = -1;
    int points_bp = 0;
    std::vector<int> cards;
  };
  using Transaction = std::string (Model::*)(const Request& request, Decision& decision);
  struct Gate {
    Card::State wanted = Card::State::active;
    bool tolerant = false;  ///< blocked and expired cards pass
    int card = -1;          ///< out
    bool proven = false;    ///< out: the password was there and right
  };

  Answer check(const Request& request, int number, bool writable);
  Answer network(const Request& request);
  Answer serve(const Request& request, int number);
  static Transaction transaction(const std::string& operation);
  Answer simple(const std::string& code, const std::string& reason = "") const;
  std::string place(const Request& request, const std::string& operation) const;
  std::optional<Answer> seen(const Request& request, const std::string& operation);
  bool same_content(const Request& request, const Entry& first) const;
  void remember(const Request& request, int number, const std::string& operation,
                const Decision& decision);

  std::string verify(const Request& request, Decision& decision);
  std::string inquire(const Request& request, Decision& decision);
  std::string purchase(const Request& request, Decision& decision);
  std::string refund(const Request& request, Decision& decision);
  std::string sell(const Request& request, Decision& decision);
  std::string deposit(const Request& request, Decision& decision);
  std::string collect(const Request& request, Decision& decision);
  std::string activate(const Request& request, Decision& decision);
  std::string reverse(const Request& request, Decision& decision);
  std::string hold(const Request& request, Decision& decision);
  std::string complete(const Request& request, Decision& decision);
  std::string change_password(const Request& request, Decision& decision);
  std::string register_owner(const Request& request, Decision& decision);
  std::string block(const Request& request, Decision& decision);
  std::string unblock(const Request& request, Decision& decision);
  std::string recharge(const Request& request, Decision& decision);
  std::string exchange(const Request& request, Decision& decision);
  std::string statement(const Request& request, Decision& decision);

  // Cards.
  int find_card(const std::string& digits) const;
  std::string named_card(const Request& request) const;
  bool foreign(const Request& request) const;
  bool expired(const Card& card) const;
  std::string pass(const Request& request, Gate& gate);
  std::string pass_inactive(const Request& request, Card& card);
  Time key_time(const std::string& key, Time counted) const;
  bool count_wrong(const Request& request, Card& card);
  std::string mix(const Request& request, const Card& card) const;
  std::string card_amounts(int card) const;
  Won spent_today(const Card& card) const;
  std::string limits(const Card& card, Won amount, Decision& decision) const;
  void pay(int card, const Request& request, Won amount);
  void give(int card, Won amount, const std::string& kind);

  // Holds.
  int hold_to_raise(const Request& request, int card) const;
  int hold_to_complete(const Request& request) const;
  int open_holds(int card) const;

  // Calls.
  std::string grant(const Request& request, Decision& decision);
  Rate rate_of(const std::string& called) const;

  // Points.
  int points_rate(const Request& request, int card) const;
  void move_points(const Entry& purchase, Won before);
  std::string points_amount(int card) const;

  // Statements.
  std::string pass_to_read(const Request& request, int& card);
  std::string entries_from(int card, const Request& request, Decision& decision) const;
  std::string summary_of(int card) const;

  // Owners.
  std::string pass_without_password(const Request& request, int& card) const;
  std::string pass_to_block(const Request& request, int& card);

  // Originals.
  bool fresh(Time then) const;
  bool stopped_early(const Request& request) const;
  int refund_original(const Request& request) const;
  int reversal_original(const Request& request) const;
  std::string undo(Entry& entry, const Request& request, Decision& decision);
  std::string undo_purchase(Entry& entry, Won back);
  std::string undo_refund(Entry& entry, Won back);
  std::string undo_deposit(Entry& original, Won back, Decision& decision);
  std::string undo_hold(Entry& entry, Won back);
  std::string undo_recharge(Entry& entry, Won back);
  std::string undo_exchange(Entry& entry, Won back);
  int validity_without(const Entry& recharge) const;
  std::string undo_sale(Entry& entry, Won real);
  std::string stock_card_for(const Request& request, Won face, int& card) const;

  World world_;
  Books books_;
  std::optional<Books> kept_;  ///< as they are, while nothing may be changed
  std::set<int> signed_on_;
  std::set<int> touched_;
  std::map<std::string, int> cursors_;
  Time now_ = 0;
  std::string merchant_;  ///< of the request that is decided
};

/// Format of a rated call's tags, and of a statement's.
bool call_tags_are_good(const Request& request, const std::string& operation, const World& world);
bool statement_tags_are_good(const Request& request);
std::string twelve_digits(Won amount);

/// The lowest element that is missing or must not be so, 0: none. Format only.
int format_error(const Request& request, const std::string& operation, const World& world);

/// What a DE 90 says: MTI without the repeat bit, STAN, DE 7.
struct OriginalData {
  std::string mti, stan, transmitted;
};
OriginalData original_data(const Request& request);
std::string without_repeat(const std::string& mti);
/// What a request and its repeats have in common: station, class, DE 11, 12, 13 (a reversal without
/// them: DE 7), 41, 42.
std::string key_of(const Request& request);

}  // namespace model
