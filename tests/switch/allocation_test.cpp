/// From a frame's first byte to its answer's last, a purchase and a verify take nothing from the
/// heap, once memory is as large as it gets: over TCP, on the real store, OpenSSL and LMDB counted.

#include <gtest/gtest.h>

#include "crypto/pin_block.hpp"
#include "ledger/cards.hpp"
#include "switch_support.hpp"
#include "tests/ledger/store_support.hpp"

#if defined(__SANITIZE_ADDRESS__)
/// Of the sanitizer's runtime, whose header g++ does not bring.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*,
                                                                           std::size_t),
                                                         void (*on_free)(const volatile void*));
#endif

namespace {

using namespace core::test;

constexpr const char* kCard = "9410129900000011";
constexpr const char* kPassword = "12345678";  // of the demo's lot
const std::vector<std::uint8_t> kPinKey{0x1C, 0x5B, 0x2A, 0x79, 0xD0, 0xE3, 0x4F, 0x86,
                                        0xA8, 0xB3, 0xC4, 0x9D, 0x5E, 0x6E, 0x70, 0x80};

/// By malloc(), whoever calls it: of this thread.
thread_local std::uint64_t heap_calls = 0;

[[maybe_unused]] void on_malloc(const volatile void*, std::size_t) { ++heap_calls; }
[[maybe_unused]] void on_free(const volatile void*) {}

class AllocationTest : public testing::Test {
 protected:
  AllocationTest() {
    ledger::StoreOptions options = ledger::test::still_options(folder_);
    options.overlay_bytes = 64 << 20;
    options.segment_bytes = 16 << 20;
    options.journal_bytes = 256 << 20;
    options.max_batch_bytes = 1 << 20;
    options.slow_write_us = 60'000'000;  // what is told of a slow disk is no part of a message
    TestSwitchOptions wanted;
    wanted.server.guesses = core::GuessLimits();
    wanted.open_store = [options](core::MessageLog& log) {
      return ledger::DurableStore::open(options, log);
    };
    tested_ = std::make_unique<TestSwitch>(wanted);
    tested_->on_thread([&] { return make_rich(); });
    client_ = std::make_unique<Client>(tested_->port("DEMO-POS"));
  }

  /// The first card of the demo's lot is active and never runs dry.
  bool make_rich() {
    ledger::WriteSet batch;
    ledger::Draft draft(tested_->store, batch);
    ledger::CardRecord card = ledger::read_card(draft, 1).value();
    card.state = ledger::CardState::active;
    card.last_day = 20'991'231;
    card.balance_won = 1'000'000'000;
    ledger::write_card(draft, 1, card);
    draft.keep();
    tested_->store.commit(batch, [](ledger::CommitOutcome) {});
    return true;
  }

  /// As many of each, so many at once; returns how many were approved.
  int send(int count, int at_once) {
    int approved = 0;
    for (int sent = 0; sent < count; sent += at_once) {
      std::string requests;
      for (int i = 0; i < at_once; ++i) {
        requests += card_request(
            {.stan = ++stan_, .card = kCard, .amount_won = 1, .pin_block = pin_block_});
        requests += card_request({.stan = ++stan_,
                                  .card = kCard,
                                  .mti = 100,
                                  .processing = 330'000,
                                  .amount_won = 0,
                                  .pin_block = pin_block_});
      }
      client_->send(requests);
      for (int i = 0; i < 2 * at_once; ++i) approved += code_of(client_->receive()) == "00";
    }
    return approved;
  }

  ledger::test::TempFolder folder_;
  std::unique_ptr<TestSwitch> tested_;
  std::unique_ptr<Client> client_;
  const crypto::PinBlock pin_block_ =
      crypto::make_pin_block(crypto::Key(kPinKey), crypto::Password(kPassword), kCard);
  std::uint32_t stan_ = 0;
};

TEST_F(AllocationTest, NoneInTheSteadyState) {
#if !defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "counts by hooks of the address sanitizer";
#else
  ASSERT_NE(__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free), 0);
#endif
  // Both overlays have held as much as they will, and both of LMDB's read transactions are there.
  for (int window = 0; window < 2; ++window) {
    ASSERT_EQ(send(1'000, 20), 2'000);
    ASSERT_TRUE(tested_->on_thread([&] { return tested_->store.real->settle(); }));
  }
  const std::uint64_t before = tested_->on_thread([] { return heap_calls; });
  const int approved = send(50, 1) + send(100, 10);
  const std::uint64_t after = tested_->on_thread([] { return heap_calls; });
  EXPECT_EQ(approved, 300);
  EXPECT_EQ(after - before, 0u);
}

}  // namespace
