#include "run.hpp"

#include <stdexcept>

namespace simulation {
namespace {

using ledger::CommitOutcome;

constexpr model::Time kSecond = 1'000'000;
constexpr model::Time kDay = 86'400 * kSecond;
constexpr const char* kPointsExpense = "6 ";             // the one account that is not in won
constexpr model::Time kStart = 1'795'300'000 * kSecond;  // November 2026

/// Other rates from the next midnight in Seoul on, the first ones from the one after that, and so
/// on for some days, so that calls go over the change.
void add_rates(model::Time start, model::World& world) {
  const std::vector<model::Rate> first = world.rates[0].rates;
  const std::vector<model::Rate> other{
      {"02", 50, 600, 0}, {"0082", 1'500, 7, 30}, {"00", 7, 1, 1'000}, {"", 100, 3'600, 10}};
  const model::Time midnight = start / kDay * kDay + 15 * 3'600 * kSecond;
  for (int day = 0; day < 12; ++day)
    world.rates.push_back({midnight + day * kDay, day % 2 == 0 ? other : first});
}

/// Limits low enough to be reached with cards of at most 100,000 won, or the usual ones.
model::World world_of(std::uint64_t seed, model::Time start) {
  model::World world = plant().world;
  add_rates(start, world);
  if (seed % 4 != 0) world.transaction_limit = 60'000;
  if (seed % 4 != 1) world.daily_limit = 90'000 + static_cast<model::Won>(seed % 3) * 5'000;
  if (seed % 3 != 0) world.balance_cap = 110'000;
  return world;
}

ledger::LimitsRecord limits_of(const model::World& world) {
  ledger::LimitsRecord limits = ledger::kUsualLimits;
  limits.transaction_won = world.transaction_limit;
  limits.daily_won = world.daily_limit;
  limits.balance_won = world.balance_cap;
  return limits;
}

ledger::MemoryStoreOptions options_of(std::uint64_t seed) {
  ledger::MemoryStoreOptions options;
  options.seed = seed;
  options.delayed = 0.15;
  options.max_delay = 5'000;
  options.refused = 0.015;
  options.unknown = 0.004;
  return options;
}

}  // namespace

SeedRun::SeedRun(std::uint64_t seed, int operations, Coverage& coverage)
    : seed_(seed),
      operations_(operations),
      coverage_(coverage),
      dice_(seed),
      now_(kStart + static_cast<model::Time>(dice_.below(400)) * kDay),
      model_(world_of(seed, now_)),
      switch_(limits_of(model_.world()), options_of(seed), kStart, model_.world().rates),
      generator_(dice_, model_, history_,
                 [this](const std::string& station) { return switch_.connection(station); }) {}

std::string SeedRun::play() {
  try {
    while (static_cast<int>(history_.size()) < operations_) {
      move_clock();
      if (dice_.below(1'000) < 8) stays_full_ = !stays_full_;
      if (stays_full_ && dice_.percent(15)) stays_full_ = false;
      switch_.set_full(stays_full_);
      if (dice_.percent(2)) sweep_holds();
      submit_some();
      handle();
      if (switch_.poisoned() ? dice_.percent(40) : dice_.below(1'000) < 6) restart();
    }
    switch_.set_full(false);
    restart();
    replay_all();
    check_balances();
  } catch (const Disagreement& disagreement) {
    return report(disagreement.what);
  } catch (const std::exception& error) {
    return report(std::string("thrown: ") + error.what());
  }
  return "";
}

void SeedRun::move_clock() {
  const model::Time seconds = static_cast<model::Time>(dice_.below(60)) * kSecond;
  now_ += 1 + static_cast<model::Time>(dice_.below(5'000)) + generator_.take_pause();
  switch (dice_.weighed({690, 200, 60, 15, 4, 1, 20, 12})) {
    case 0:
      break;
    case 1:
      now_ += seconds;
      break;
    case 2:
      now_ += seconds * 60;
      break;
    case 3:
      now_ += kDay * static_cast<model::Time>(1 + dice_.below(3)) + seconds;
      break;
    case 4:
      now_ += 9 * kDay;
      break;
    case 5:
      now_ += 365 * kDay * static_cast<model::Time>(1 + dice_.below(5));
      break;
    case 6:
      move_to_expiry();
      break;
    default: {  // around 23:30 or midnight in Seoul
      const model::Time edge = (dice_.percent(50) ? 14 * 3'600 + 1'800 : 15 * 3'600) * kSecond;
      const model::Time around = now_ / kDay * kDay + edge;
      now_ = around > now_ ? around : around + kDay;
      now_ += dice_.percent(50) ? 0 : -1;
    }
  }
}

/// To the moment at which an open hold expires or the last one before, and about its card.
void SeedRun::move_to_expiry() {
  const auto& holds = model_.books().holds;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < holds.size(); ++i)
    if (holds[i].open(now_ + 1)) open.push_back(i);
  if (open.empty()) return;
  const std::size_t which = dice_.one_of(open);
  now_ = holds[which].expiry - (dice_.percent(50) ? 0 : 1);
  generator_.plan_about_hold(which, now_);
}

void SeedRun::submit_some() {
  const std::size_t count = dice_.percent(80) ? 1 : 2 + dice_.below(5);
  for (std::size_t i = 0; i < count; ++i) submit(generator_.next(now_));
}

void SeedRun::submit(const model::Request& request) {
  Sent& sent = history_.emplace_back();
  sent.number = static_cast<int>(history_.size()) - 1;
  sent.request = request;
  sent.sent_at = now_;
  switch_.submit(sent);
}

void SeedRun::handle() {
  while (switch_.has_work()) {
    switch_.begin(now_);
    if (switch_.pending()) {
      if (dice_.percent(30)) submit(generator_.next(now_));
      if (dice_.percent(4)) {  // the process dies with a commit on its way
        doubtful_.push_back(switch_.batch());
        restart();
        return;
      }
      now_ += switch_.wait();  // some milliseconds
    }
    settle();
  }
}

/// No answer depends on it, nor on whether a crash forgets it.
void SeedRun::sweep_holds() {
  switch_.sweep_holds(now_);
  if (!switch_.pending()) return;
  if (dice_.percent(10)) return restart();
  now_ += switch_.wait();
}

void SeedRun::settle() {
  const Batch& batch = switch_.batch();
  if (*batch.outcome == CommitOutcome::unknown) {
    for (const Sent* sent : batch.sent)
      if (sent->reply || !sent->failed) throw Disagreement{"answered, though nobody knows"};
    doubtful_.push_back(batch);
    switch_.forget_closed();
    return;
  }
  const bool writable = batch.writable && *batch.outcome == CommitOutcome::committed;
  for (Sent* sent : batch.sent) judge(*sent, batch, writable);
  for (const int card : model_.take_touched()) check_card(card, switch_.card(card));
}

void SeedRun::check_card(int number, const SwitchUnderTest::Wealth& has) const {
  const model::Card& card = model_.books().cards[static_cast<std::size_t>(number)];
  const auto text = [](const SwitchUnderTest::Wealth& wealth) {
    return std::to_string(wealth.balance) + " won and " + std::to_string(wealth.points) + " points";
  };
  const SwitchUnderTest::Wealth expected{card.balance, card.points};
  if (has == expected) return;
  throw Disagreement{"card " + std::to_string(number) + " has " + text(has) + ", expected " +
                     text(expected)};
}

void SeedRun::judge(Sent& sent, const Batch& batch, bool writable) {
  if (!sent.reply) throw Disagreement{"request " + std::to_string(sent.number) + ": no answer"};
  const model::Answer expected = model_.decide(sent.request, sent.number, batch.now, writable);
  Sent* first = expected.first ? &history_[static_cast<std::size_t>(*expected.first)] : nullptr;
  const std::string wrong = difference(sent, expected, first, model_);
  if (!wrong.empty()) throw Disagreement{"request " + std::to_string(sent.number) + ": " + wrong};
  learn(sent, expected, first);
  if (first != nullptr && !first->reply) first->reply = sent.reply;
  ++coverage_[{model::covered_as(sent.request, model_.world()), expected.code}];
}

void SeedRun::learn(const Sent& sent, const model::Answer& expected, const Sent* first) {
  const auto field = [&](int element) {
    const auto found = sent.reply->fields.find(element);
    return found == sent.reply->fields.end() ? std::string() : found->second;
  };
  const auto tag = [&](const std::string& number) {
    const auto found = sent.reply->tags.find(number);
    return found == sent.reply->tags.end() ? std::string() : found->second;
  };
  if (expected.more >= 0) model_.learn_cursor(tag("0042"), expected.more);
  if (expected.collected >= 0)
    model_.learn_card(expected.collected, field(2), tag("0004"), tag("0005"));
  else
    model_.learn(first != nullptr ? first->number : sent.number, field(37), field(38), tag("0002"));
}

/// All answered is there; a batch in doubt is there as a whole or not at all, and the model goes on
/// from what is.
void SeedRun::restart() {
  const bool survived = switch_.restart();
  std::vector<model::Request> again;
  for (const Batch& batch : doubtful_) {
    for (const Sent* sent : batch.sent) {
      if (survived) model_.decide(sent->request, sent->number, batch.now, true);
      again.push_back(sent->request);
    }
  }
  doubtful_.clear();
  switch_.set_full(false);
  check_balances();
  replay(again);
  replay_some();
}

void SeedRun::replay(const std::vector<model::Request>& requests) {
  for (const model::Request& request : requests) submit(generator_.again(request));
  handle();
}

void SeedRun::replay_some() {
  std::vector<model::Request> requests;
  const auto& entries = model_.books().entries;
  for (int i = 0; i < 6 && !entries.empty(); ++i)
    requests.push_back(*entries[dice_.below(entries.size())].asked);
  replay(requests);
}

void SeedRun::replay_all() {
  std::vector<model::Request> requests{generator_.sign_on("DEMO-VEND")};
  for (const model::Entry& entry : model_.books().entries) requests.push_back(*entry.asked);
  for (std::size_t at = 0; at < requests.size(); at += 50)
    replay({requests.begin() + static_cast<std::ptrdiff_t>(at),
            requests.begin() + static_cast<std::ptrdiff_t>(std::min(requests.size(), at + 50))});
}

void SeedRun::check_balances() {
  const model::Books& books = model_.books();
  const std::vector<SwitchUnderTest::Wealth> cards = switch_.cards();
  if (cards.size() != books.cards.size())
    throw Disagreement{std::to_string(cards.size()) + " cards, expected " +
                       std::to_string(books.cards.size())};
  model::Won sum = 0, points = 0;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    sum += cards[i].balance;
    points += cards[i].points;
    check_card(static_cast<int>(i), cards[i]);
  }
  const auto accounts = switch_.account_balances();
  std::map<std::string, model::Won> expected;
  for (const auto& [id, won] : books.payable) expected["2 " + id] = won;
  for (const auto& [id, won] : books.prefund) expected["3 " + id] = won;
  for (const auto& [id, won] : books.owed) expected["5 " + id] = -won;
  expected[kPointsExpense] = -points;
  expected["8 "] = -books.promotion;
  for (const auto& [name, amount] : accounts) {
    if (name != kPointsExpense) sum += amount;
    if (!name.starts_with("4") && amount != expected[name])
      throw Disagreement{"account " + name + " has " + std::to_string(amount) + ", expected " +
                         std::to_string(expected[name])};
  }
  if (sum != 0) throw Disagreement{"all balances sum to " + std::to_string(sum)};
  const std::string complaints = switch_.check();
  if (!complaints.empty()) throw Disagreement{"the books are not right:\n" + complaints};
}

std::string SeedRun::report(const std::string& what) const {
  std::string text = "seed " + std::to_string(seed_) + ": " + what + "\n";
  for (const Sent& sent : history_) {
    text += std::to_string(sent.number) + " " + describe(sent.request) + "\n      → ";
    text += sent.reply ? describe(*sent.reply) : "no answer";
    text += "\n";
  }
  text += "To repeat: CYBERPASS_MODEL_SEED=" + std::to_string(seed_) +
          " CYBERPASS_MODEL_OPERATIONS=" +
          std::to_string(
              std::min<std::size_t>(history_.size(), static_cast<std::size_t>(operations_))) +
          " test_simulation --gtest_filter=ModelTest.OneSeed\n";
  return text;
}

}  // namespace simulation
