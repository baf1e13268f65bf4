/// No memory for a message: it is answered 96, nothing of it is written, the next one is served.

#include <gtest/gtest.h>

#include <memory>

#include "desk.hpp"
#include "tests/heap.hpp"

namespace handlers::test {
namespace {

using ::test::FailingAllocation;

/// Asks this at a desk of its own, where the n-th allocation of its routing fails; whether there
/// was one.
class ShortOfMemory {
 public:
  explicit ShortOfMemory(Desk& desk) : desk_(desk) {}

  Answered ask(const std::string& line, long n) {
    std::unique_ptr<FailingAllocation> failing;
    has_failed_ = false;
    desk_.routing = [&](bool begins) {
      if (begins) {
        failing = std::make_unique<FailingAllocation>(n);
        return;
      }
      has_failed_ = FailingAllocation::has_failed();
      failing.reset();
    };
    Answered answered = desk_.ask(line);
    desk_.routing = nullptr;
    return answered;
  }
  bool has_failed() const { return has_failed_; }

 private:
  Desk& desk_;
  bool has_failed_ = false;
};

constexpr const char* kKey = " 7=1122072640 11=900001";

TEST(OutOfMemory, APurchaseIsRightOr96AndThenServedAtEachOfItsAllocations) {
  int failures = 0;
  for (long n = 0;; ++n) {
    ASSERT_LT(n, 1'000);
    Desk desk;
    ShortOfMemory memory(desk);
    const Answered answered =
        memory.ask(std::string("POS 0200 2=active 3=000000 4=1000 52=1234") + kKey, n);
    const bool approved = answered.code == "00";
    ASSERT_TRUE(approved || answered.code == "96") << n << ": " << answered.code;
    ASSERT_EQ(desk.card("active").balance_won, approved ? 9'000 : 10'000) << n;
    // The same again is its first answer or a fresh attempt; the money moves once.
    ASSERT_EQ(desk.ask(std::string("POS 0200 2=active 3=000000 4=1000 52=1234") + kKey).code, "00");
    ASSERT_EQ(desk.card("active").balance_won, 9'000) << n;
    ASSERT_EQ(desk.ask("POS 0200 2=active 3=000000 4=500 52=1234").code, "00") << n;
    ASSERT_EQ(desk.card("active").balance_won, 8'500) << n;
    if (!memory.has_failed()) {
      EXPECT_TRUE(approved);
      break;
    }
    failures += !approved;
  }
  EXPECT_GT(failures, 3);
}

TEST(OutOfMemory, ASaleAndAReversalAreAllOrNothing) {
  int failures = 0;
  for (long n = 0;; ++n) {
    ASSERT_LT(n, 1'000);
    Desk desk;
    ASSERT_EQ(desk.ask("POS 0200 2=active 3=000000 4=1000 52=1234").code, "00");
    const std::string original = desk.original_data();
    ShortOfMemory memory(desk);
    const Answered reversed = memory.ask("POS 0400 2=active 4=1000 90=" + original, n);
    const bool done = reversed.code == "00";
    ASSERT_TRUE(done || reversed.code == "96") << n << ": " << reversed.code;
    ASSERT_EQ(desk.card("active").balance_won, done ? 10'000 : 9'000) << n;
    const bool reversal_failed = memory.has_failed();
    const Answered sold = memory.ask("AGENT 0200 2=stock 3=900000 4=10000 48.0001=01000001", n);
    const bool is_sold = sold.code == "00";
    ASSERT_TRUE(is_sold || sold.code == "96") << n << ": " << sold.code;
    ASSERT_EQ(desk.card("stock").state,
              is_sold ? ledger::CardState::active : ledger::CardState::stock)
        << n;
    ASSERT_EQ(desk.card("stock").balance_won, is_sold ? 10'000 : 0);
    failures += !done + !is_sold;
    if (!reversal_failed && !memory.has_failed()) break;
  }
  EXPECT_GT(failures, 6);
}

/// A batch of several messages: the one that finds no memory takes nothing of the others along.
TEST(OutOfMemory, AWriteSetKeepsWhatWasInItBefore) {
  for (long n = 0;; ++n) {
    ASSERT_LT(n, 100);
    ledger::WriteSet batch;
    const std::string large(3'000, 'x');
    for (int i = 0; i < 511; ++i)
      batch.put(ledger::Table::cards, "card" + std::to_string(i), "first");
    const auto mark = batch.mark();
    bool failed = false;
    {
      const FailingAllocation failing(n);
      try {
        batch.put(ledger::Table::cards, "card7", large);
        batch.put(ledger::Table::cards, "another key", large);
        batch.put(ledger::Table::cards, "card8", large);
      } catch (const std::bad_alloc&) {
        failed = true;
      }
    }
    batch.roll_back(mark);
    int live = 0;
    batch.for_each_live([&](ledger::Table, std::string_view, std::string_view value, bool) {
      EXPECT_EQ(value, "first");
      ++live;
    });
    ASSERT_EQ(live, 511) << n;
    for (int i = 0; i < 511; ++i)
      ASSERT_EQ(batch.find(ledger::Table::cards, "card" + std::to_string(i))->value, "first") << n;
    ASSERT_FALSE(batch.find(ledger::Table::cards, "another key"));
    if (!failed) break;
  }
}

}  // namespace
}  // namespace handlers::test
