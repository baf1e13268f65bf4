#pragma once
/// One seed's life of a switch: requests in batches, a clock that jumps, a store that fails,
/// restarts; each answer and all balances compared with the model's.

#include <map>
#include <string>
#include <utility>

#include "compare.hpp"
#include "generator.hpp"

namespace simulation {

/// How often each (operation, DE 39) was answered.
using Coverage = std::map<std::pair<std::string, std::string>, std::uint64_t>;

class SeedRun {
 public:
  SeedRun(std::uint64_t seed, int operations, Coverage& coverage);
  /// Empty when model and switch agreed to the end; else what differs and all that led to it.
  std::string play();

 private:
  struct Disagreement {
    std::string what;
  };

  void move_clock();
  void move_to_expiry();
  void submit_some();
  void submit(const model::Request& request);
  void handle();
  void sweep_holds();
  void settle();
  void judge(Sent& sent, const Batch& batch, bool writable);
  void learn(const Sent& sent, const model::Answer& expected, const Sent* first);
  void restart();
  void replay(const std::vector<model::Request>& requests);
  void replay_some();
  void replay_all();
  void check_balances();
  void check_card(int number, const SwitchUnderTest::Wealth& has) const;
  std::string report(const std::string& what) const;

  std::uint64_t seed_;
  int operations_;
  Coverage& coverage_;
  Dice dice_;
  model::Time now_;
  model::Model model_;
  SwitchUnderTest switch_;
  std::deque<Sent> history_;
  Generator generator_;
  std::vector<Batch> doubtful_;  ///< whose outcome only a restart tells; at most one
  bool stays_full_ = false;
};

}  // namespace simulation
