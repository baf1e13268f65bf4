/// 0800/161 by the rules: which key counts when, the same message again, restarts, and what a write
/// that failed leaves behind.

#include "switch/key_exchange.hpp"

#include <algorithm>
#include <random>

#include "key_exchange_rig.hpp"
#include "ledger/station_keys.hpp"

namespace {

using namespace core;
using namespace core::test;
using crypto::KeyUse;

constexpr base::TimeUs kSecond = base::kMicrosPerSecond;

TEST(KeyExchange, ANewPinKeyCountsFromTheNextRequestAndTheOldOneForAMinute) {
  Rig rig;
  Till old = rig.bang();
  const Told answer = rig.ask(old, old.exchange("P"));
  Till fresh = old;
  fresh.pin_key = Rig::open(answer, old, false);
  EXPECT_FALSE(crypto::equal(fresh.pin_key.bytes(), old.pin_key.bytes()));
  EXPECT_EQ(rig.ask(fresh, fresh.purchase()).code, "00");
  old.stan = fresh.stan + 100;
  EXPECT_EQ(rig.ask(old, old.purchase()).code, "00") << "it may have been in flight";
  rig.now += 60 * kSecond;
  EXPECT_EQ(rig.ask(old, old.purchase()).code, "00");
  rig.now += 1;
  EXPECT_EQ(rig.ask(old, old.purchase()).code, "55");
  EXPECT_EQ(rig.ask(fresh, fresh.purchase()).code, "00");
}

TEST(KeyExchange, ANewMacKeyCountsFromTheNextRequestAndTheOldOneForAMinute) {
  for (const char* const station : {"DEMO-BANG", "DEMO-TEL"}) {
    Rig rig;
    const bool aes = std::string_view(station) == "DEMO-TEL";
    Till old = aes ? rig.till(station, "TEL00001", "DEMOTELEPHONE01") : rig.bang();
    const Told answer = rig.ask(old, old.exchange("M"));  // its MAC is under the old key
    Till fresh = old;
    fresh.mac_key = Rig::open(answer, old, aes);
    EXPECT_EQ(rig.ask(fresh, fresh.purchase()).code, "00") << station;
    old.stan = fresh.stan + 100;
    EXPECT_EQ(rig.ask(old, old.purchase()).code, "00") << "answered under the key it came under";
    rig.now += 60 * kSecond + 1;
    const auto late = old.purchase();
    Till present = fresh;
    EXPECT_EQ(rig.ask(present, late).code, "63") << "a refusal is under the present key";
    EXPECT_EQ(rig.ask(fresh, fresh.purchase()).code, "00");
  }
}

TEST(KeyExchange, TheSameMessageAgainGetsTheSameKeyAlsoAfterARestart) {
  Rig rig;
  Till till = rig.bang();
  for (const char* const which : {"P", "M"}) {
    const auto request = till.exchange(which);
    const Told first = rig.ask(till, request);
    const std::uint64_t commits = rig.store.commits();
    EXPECT_EQ(rig.ask(till, request).new_key, first.new_key);
    EXPECT_EQ(rig.store.commits(), commits) << "nothing is written";
    rig.start();
    EXPECT_EQ(rig.ask(till, request).new_key, first.new_key);
    rig.now += 86'400 * kSecond;
    const Told late = rig.ask(till, request);
    EXPECT_EQ(late.new_key, first.new_key) << "whoever has only the old key can still ask";
    EXPECT_EQ(late.check_value, first.check_value);
    if (std::string_view(which) != "P") continue;
    EXPECT_NE(rig.ask(till, till.exchange("P")).new_key, first.new_key) << "another message";
  }
}

TEST(KeyExchange, OnlyThatMessageMayComeLateUnderTheOldMacKey) {
  Rig rig;
  Till till = rig.bang();
  const auto request = till.exchange("M");
  Till fresh = till;
  fresh.mac_key = Rig::open(rig.ask(till, request), till, false);
  rig.now += 61 * kSecond;
  const auto another = till.exchange("M");
  EXPECT_EQ(rig.ask(fresh, another).code, "63") << "another request under the old key";
  EXPECT_EQ(rig.ask(till, request).code, "00");
  Till stranger = till;
  stranger.mac_key = crypto::Key(std::vector<std::uint8_t>(16, 9));
  stranger.stan = till.stan - 2;  // the same STAN as the message that was answered
  EXPECT_EQ(rig.ask(fresh, stranger.exchange("M")).code, "63");
}

TEST(KeyExchange, AKeyHoldsOverRestartsUntilTheNextExchange) {
  Rig rig;
  Till till = rig.bang();
  till.pin_key = Rig::open(rig.ask(till, till.exchange("P")), till, false);
  till.mac_key = Rig::open(rig.ask(till, till.exchange("M")), till, false);
  rig.now += 61 * kSecond;
  rig.start();
  EXPECT_EQ(rig.ask(till, till.purchase()).code, "00");
  const crypto::Key second = Rig::open(rig.ask(till, till.exchange("M")), till, false);
  rig.start();
  EXPECT_EQ(rig.ask(till, till.purchase()).code, "00") << "the old one, over a restart";
  till.mac_key = second;
  EXPECT_EQ(rig.ask(till, till.purchase()).code, "00");
}

TEST(KeyExchange, AnOperatorsKeyMakesExchangedOnesVoid) {
  Rig rig;
  Till till = rig.bang();
  const Till installed = till;
  till.pin_key = Rig::open(rig.ask(till, till.exchange("P")), till, false);
  auto changed = std::make_shared<crypto::FileKeyStore>(*rig.keys);
  changed->put_station_key("DEMO-BANG", KeyUse::pin, installed.pin_key, rig.now);
  rig.use_keys(changed);
  Till again = installed;
  again.stan = till.stan + 100;
  EXPECT_EQ(rig.ask(again, again.purchase()).code, "00");
  rig.now += 61 * kSecond;
  EXPECT_EQ(rig.ask(till, till.purchase()).code, "55");
  rig.keys = changed;
  rig.start();
  EXPECT_EQ(rig.ask(again, again.purchase()).code, "00") << "so it stays over a restart";
}

TEST(KeyExchange, AReloadKeepsExchangedKeysAlsoOfAStationThatGoesAndComesBack) {
  Rig rig;
  Till till = rig.bang();
  till.pin_key = Rig::open(rig.ask(till, till.exchange("P")), till, false);
  till.mac_key = Rig::open(rig.ask(till, till.exchange("M")), till, false);
  rig.now += 61 * kSecond;
  rig.use_keys(rig.keys);
  EXPECT_EQ(rig.ask(till, till.purchase()).code, "00");

  const std::vector<config::Station> all = rig.settings.stations;
  std::erase_if(rig.settings.stations, [](const auto& s) { return s.name == "DEMO-BANG"; });
  rig.use_keys(rig.keys);
  EXPECT_FALSE(rig.keyring->stations().contains("DEMO-BANG"));
  rig.settings.stations = all;
  rig.use_keys(rig.keys);
  rig.stations = station_settings(rig.settings, rig.keyring->stations());
  EXPECT_EQ(rig.ask(till, till.purchase()).code, "00") << "from the ledger";
}

TEST(KeyExchange, AChangedKeyFileIsTakenOverWholeOrNotAtAll) {
  Rig rig;
  Till till = rig.bang();
  auto without = std::make_shared<crypto::FileKeyStore>();
  without->add_missing_storage_keys(rig.random, rig.now);
  EXPECT_THROW(rig.use_keys(without), std::runtime_error) << "other storage keys";
  EXPECT_EQ(rig.ask(till, till.purchase()).code, "00");
  auto rotated = std::make_shared<crypto::FileKeyStore>(*rig.keys);
  for (const KeyUse use : crypto::kStorageUses) rotated->add_storage_key(use, rig.random, rig.now);
  rig.use_keys(rotated);
  EXPECT_EQ(rig.vault().index_key_id(), 2);
  EXPECT_EQ(rig.ask(till, till.purchase()).code, "00") << "found and verified under older keys";
  till.pin_key = Rig::open(rig.ask(till, till.exchange("P")), till, false);
  rig.keys = rotated;
  rig.start();
  EXPECT_EQ(rig.ask(till, till.purchase()).code, "00");
}

TEST(KeyExchange, WithoutAWriteThereIsNoNewKey) {
  Rig rig;
  Till till = rig.bang();
  const auto request = till.exchange("P");
  rig.store.set_full(true);
  EXPECT_EQ(rig.ask(till, request).code, "96");
  rig.store.set_full(false);
  rig.store.set_options({.refused = 1});
  EXPECT_EQ(rig.ask(till, request).code, "96");
  rig.store.set_options({.unknown = 1});
  const auto line = rig.connect("DEMO-BANG");
  EXPECT_TRUE(rig.ask(*line, request).empty());
  EXPECT_EQ(line->failed, 1) << "an unknown outcome is not answered";
  rig.store.set_options({});
  rig.store.crash();
  rig.store.recover();
  rig.start();
  const crypto::Key fresh = Rig::open(rig.ask(till, request), till, false);
  EXPECT_EQ(rig.ask(till, till.purchase()).code, "00") << "the old key still counts for a minute";
  till.pin_key = fresh;
  EXPECT_EQ(rig.ask(till, till.purchase()).code, "00");
}

TEST(KeyExchange, WhatStandsBehindItInTheSameBatchCameUnderTheOldKey) {
  Rig rig;
  Till till = rig.bang();
  const auto line = rig.connect("DEMO-BANG");
  const auto exchange = till.exchange("M"), purchase = till.purchase();
  rig.submit(*line, exchange);
  rig.submit(*line, purchase);
  rig.submit(*line, exchange);
  rig.engine->flush(rig.now);
  ASSERT_EQ(line->answers.size(), 3u);
  const Told first = told(line->answers[0], till.mac, till.mac_key);
  EXPECT_EQ(told(line->answers[1], till.mac, till.mac_key).code, "00");
  EXPECT_EQ(told(line->answers[2], till.mac, till.mac_key).new_key, first.new_key);
}

TEST(KeyExchange, NoKeyLiesInTheLedgerInClear) {
  Rig rig;
  Till till = rig.bang();
  till.pin_key = Rig::open(rig.ask(till, till.exchange("P")), till, false);
  int records = 0;
  rig.store.scan(
      ledger::Table::station_keys, {}, 10, [&](std::string_view, std::string_view value) {
        ++records;
        EXPECT_EQ(value.find(base::as_text(till.pin_key.bytes()).substr(0, 8)), value.npos);
        return true;
      });
  EXPECT_EQ(records, 1);
}

TEST(KeyExchange, AStationMayWantKeyBlocks) {
  Rig rig;
  Till till = rig.bang();
  rig.keyring->find("DEMO-BANG").form = crypto::KeyForm::key_block;
  const auto request = till.exchange("M");
  const Told answer = rig.ask(till, request), again = rig.ask(till, request);
  const auto open = [&](const Told& from) {
    return crypto::open_travel_form(crypto::KeyForm::key_block, till.transport, KeyUse::mac,
                                    crypto::KeyAlgorithm::triple_des, from.new_key);
  };
  const auto key = open(answer), key_again = open(again);
  ASSERT_TRUE(key.has_value() && key_again.has_value());
  EXPECT_TRUE(crypto::equal(key->bytes(), key_again->bytes()));
  till.mac_key = *key;
  EXPECT_EQ(rig.ask(till, till.purchase()).code, "00");
}

TEST(KeyExchange, StationsWithoutATransportOrMacKeyAreRefused) {
  Rig rig;
  Till pos = rig.till("DEMO-POS", "POS00001", "DEMOMART0000001");
  EXPECT_EQ(rig.ask(pos, pos.exchange("P")).code, "58");
  EXPECT_EQ(rig.ask(pos, pos.exchange("M")).code, "58");
  EXPECT_EQ(rig.ask(pos, pos.exchange("T")).code, "30");
}

/// Tills of one station that buy without pause, ask for keys now and then, lose answers and repeat;
/// a store that delays and forgets; and a switch that dies. Every message must in the end be
/// answered as if none of that had been: 00, under the key that it came under.
class Load {
 public:
  explicit Load(std::uint64_t seed) : dice_(seed) {
    for (int i = 0; i < 6; ++i) {
      tills_.push_back(rig_.bang());
      tills_.back().terminal = "BANG000" + std::to_string(i + 1);
      tills_.back().stan = static_cast<std::uint32_t>(i) * 100'000;
    }
  }

  void run(int rounds) {
    for (int round = 0; round < rounds && !testing::Test::HasFailure(); ++round) play();
    EXPECT_GT(exchanged_, rounds / 30);
    EXPECT_GT(repeated_, rounds / 30);
  }

 private:
  struct Asked {
    Till till;  ///< with the keys that the message was made under
    std::vector<std::uint8_t> bytes;
    std::unique_ptr<Line> line;
  };

  bool happens(int percent) { return static_cast<int>(dice_() % 100) < percent; }

  /// One purchase of each till in flight, and for some rounds a request for a key among them.
  void play() {
    rig_.now += 1'000 * static_cast<base::TimeUs>(dice_() % 3'000);
    std::vector<Asked> asked;
    for (Till& till : tills_) {
      const auto bytes = till.purchase();
      asked.push_back({till, bytes, nullptr});
    }
    std::size_t exchange = asked.size();
    const bool mac = happens(50);
    if (happens(10)) {
      exchange = dice_() % tills_.size();
      const auto bytes = tills_[exchange].exchange(mac ? "M" : "P");
      asked.insert(asked.begin() + static_cast<std::ptrdiff_t>(exchange),
                   {tills_[exchange], bytes, nullptr});
    }
    rig_.store.set_options({.refused = 0.0, .unknown = happens(3) ? 1.0 : 0.0});
    Told key = answer_all(asked, exchange);
    if (exchange < tills_.size()) take(key, asked[exchange].till, mac);
    if (happens(2)) rig_.start();
    if (happens(1)) rotate_storage_keys();
  }

  /// Sends what has no answer yet until all have one; returns the answer of the exchange.
  Told answer_all(std::vector<Asked>& asked, std::size_t exchange) {
    Told key;
    std::vector<bool> done(asked.size(), false);
    for (int turn = 0; turn < 20 && std::ranges::find(done, false) != done.end(); ++turn) {
      for (std::size_t i = 0; i < asked.size(); ++i) {
        if (done[i]) continue;
        asked[i].line = rig_.connect("DEMO-BANG");
        rig_.submit(*asked[i].line, asked[i].bytes);
        repeated_ += turn != 0;
      }
      while (rig_.engine->has_work()) rig_.engine->flush(rig_.now);
      for (std::size_t i = 0; i < asked.size(); ++i) {
        const bool lost = done[i] || asked[i].line->answers.empty() || (turn < 3 && happens(20));
        if (lost) continue;
        const Told answer =
            told(asked[i].line->answers.front(), asked[i].till.mac, asked[i].till.mac_key);
        EXPECT_EQ(answer.code, "00");
        done[i] = true;
        if (i == exchange) key = answer;
      }
      if (rig_.store.writable() == ledger::Writable::poisoned) {
        rig_.store.set_options({});
        rig_.store.crash();
        rig_.store.recover();
        rig_.start();
      }
      rig_.now += 1'000 * static_cast<base::TimeUs>(dice_() % 2'000);
    }
    EXPECT_EQ(std::ranges::find(done, false), done.end()) << "not answered";
    return key;
  }

  /// All tills get the new key; some only after more purchases under the old one.
  void take(const Told& answer, const Till& asker, bool mac) {
    const crypto::Key key = Rig::open(answer, asker, false);
    ++exchanged_;
    if (happens(50)) {
      std::vector<Asked> late;
      for (Till& till : tills_) late.push_back({till, till.purchase(), nullptr});
      answer_all(late, late.size());
    }
    for (Till& till : tills_) (mac ? till.mac_key : till.pin_key) = key;
  }

  void rotate_storage_keys() {
    auto rotated = std::make_shared<crypto::FileKeyStore>(*rig_.keys);
    for (const KeyUse use : crypto::kStorageUses)
      rotated->add_storage_key(use, rig_.random, rig_.now);
    rig_.use_keys(rotated);
    rig_.keys = rotated;
  }

  Rig rig_;
  std::mt19937_64 dice_;
  std::vector<Till> tills_;
  int exchanged_ = 0, repeated_ = 0;
};

class KeyExchangeUnderLoad : public testing::TestWithParam<std::uint64_t> {};

TEST_P(KeyExchangeUnderLoad, EveryMessageIsAnsweredUnderTheKeyItCameUnder) {
  Load(GetParam()).run(150);
}
INSTANTIATE_TEST_SUITE_P(Seed, KeyExchangeUnderLoad, testing::Range<std::uint64_t>(1, 9));

}  // namespace
