#pragma once
/// What happens next, drawn from one seed: requests that make sense, and such that do not.
///
/// Looks at the model's books to choose something interesting (what is left of a purchase, a card's
/// password), never to decide what is right.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "model.hpp"
#include "switch_under_test.hpp"

namespace simulation {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  bool percent(int chance) { return below(100) < static_cast<std::uint64_t>(chance); }
  template <class T>
  const T& one_of(const std::vector<T>& values) {
    return values[below(values.size())];
  }
  /// An index, each with its weight.
  std::size_t weighed(const std::vector<int>& weights);

 private:
  std::mt19937_64 engine_;
};

class Generator {
 public:
  using ConnectionOf = std::function<int(const std::string& station)>;
  Generator(Dice& dice, const model::Model& model, const std::deque<Sent>& history,
            ConnectionOf connection_of);

  /// The next request, at this moment.
  model::Request next(model::Time now);
  /// A request as it would be sent on its station's connection now.
  model::Request again(const model::Request& earlier);
  model::Request sign_on(const std::string& station);
  /// Next comes something that depends on whether this hold is still open.
  void plan_about_hold(std::size_t hold, model::Time now);
  /// How long the next request is to wait; once.
  model::Time take_pause();

 private:
  using Request = model::Request;
  struct Planned {
    Request request;
    model::Time pause = 0;  ///< before it
  };

  Request random_request();
  Request verify();
  Request inquiry();
  Request purchase();
  Request hold();
  Request completion();
  Request refund();
  Request sale();
  Request collect();
  Request deposit();
  Request activation();
  Request password_change();
  Request registration();
  Request block();
  Request unblock();
  Request recharge();
  Request exchange();
  Request statement();
  Request call();
  Request call_end();
  Request reversal();
  Request repeat();
  Request network();
  Request other();
  void plan_something();
  void plan_wrong_passwords();
  void plan_recharges();
  void plan_spent_deposit();
  void plan_inquiry(int card, model::Time pause);
  void plan_busy_card();
  void plan_calls();

  /// DE 7, 11, 12, 13, 41, 42, mostly 37.
  Request begin(const std::string& terminal, const std::string& mti,
                const std::string& processing_code);
  Request paying(const std::string& mti, const std::string& processing_code);
  Request raise(const model::Hold& held);
  Request hold_of(int card, model::Won amount);
  Request completion_of(const model::Hold& held);
  Request renewal(const model::Hold& held);
  Request call_end_of(const model::Hold& held);
  std::string called_number();
  Request statement_of(int card);
  Request next_page(const Request& earlier, const std::string& cursor);
  int card_to_read();
  void add_months(Request& request, int card);
  Request late_original();
  void add_password(Request& request, int card);
  void add_right_password(Request& request, int card);
  void add_new_password(Request& request);
  std::string other_password(const std::string& password);
  std::string random_customer();
  void add_order(Request& request);
  void sell_stock_card(Request& request);
  void name_card(Request& request, int card);
  void name_original(Request& request, const Request& original, const std::string& reference);
  int favourite();
  int pick_card(const std::function<bool(const model::Card&)>& wanted);
  int pick_entry(const std::function<bool(const model::Entry&)>& wanted);
  /// -1: none.
  int pick_hold(const std::function<bool(const model::Hold&)>& wanted);
  std::string terminal_for(const model::Hold& held);
  model::Won amount_for(int card);
  model::Won amount_to_hold(int card);
  static void set_amount(Request& request, model::Won amount);
  std::string strange_card();

  // Wrong on purpose.
  void spoil(Request& request);
  void move_to(Request& request, const std::string& terminal);
  void change_content(Request& request);

  Dice& dice_;
  const model::Model& model_;
  const std::deque<Sent>& history_;
  ConnectionOf connection_of_;
  model::Time now_ = 0;
  std::uint64_t stan_ = 0;
  std::set<int> signed_on_;      ///< connections
  std::deque<Planned> planned_;  ///< go out before anything else
  std::vector<Request> late_;    ///< originals whose reversal went out already
  bool favours_ = false;         ///< one card has most of the life of this seed
  int favourite_ = -1;
};

}  // namespace simulation
