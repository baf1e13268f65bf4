#pragma once
/// What the tests of books, cards and their check share: keys, repeatable randomness, a ledger in
/// memory.

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <functional>
#include <random>
#include <string>

#include "crypto/card_vault.hpp"
#include "ledger/books.hpp"
#include "ledger/cards.hpp"
#include "ledger/draft.hpp"
#include "ledger/memory_store.hpp"

namespace ledger::test {

/// One key of each storage use, id 1; or two, the second one current.
class FixedKeys : public crypto::KeyStore {
 public:
  explicit FixedKeys(std::uint16_t current = 1) : current_(current) {}
  const crypto::Key* station_key(std::string_view, crypto::KeyUse) const override {
    return nullptr;
  }
  const crypto::Key* storage_key(crypto::KeyUse use, std::uint16_t id) const override {
    const auto index =
        static_cast<std::size_t>(use) - static_cast<std::size_t>(crypto::KeyUse::card_index);
    return id == 0 || id > current_ ? nullptr : &keys_.at((index + id - 1) % 3);
  }
  std::uint16_t current_id(crypto::KeyUse) const override { return current_; }

 private:
  static crypto::Key filled(std::uint8_t byte) {
    return crypto::Key(std::vector<std::uint8_t>(32, byte));
  }
  std::uint16_t current_;
  std::array<crypto::Key, 3> keys_{filled(0x11), filled(0x22), filled(0x33)};
};

class SeededRandom : public base::RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(base::ByteSpan out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

inline constexpr std::string_view kBin = "941012";

/// A store in memory and what drafts and cards need.
struct SmallLedger {
  MemoryStore store;
  FixedKeys keys;
  crypto::CardVault vault{keys};
  SeededRandom random{1};
  WriteSet batch;

  CardMaker maker() { return {vault, random, kBin}; }

  /// One draft, kept and committed.
  void write(const std::function<void(Draft&)>& change) {
    batch.clear();
    {
      Draft draft(store, batch);
      change(draft);
      draft.keep();
    }
    bool committed = false;
    store.commit(batch,
                 [&](CommitOutcome outcome) { committed = outcome == CommitOutcome::committed; });
    ASSERT_TRUE(committed);
    batch.clear();
  }
};

inline std::string_view text_of(const crypto::IndexHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

inline ProductRecord product(std::uint8_t number, std::int64_t face_won) {
  ProductRecord record{};
  record.face_won = face_won;
  record.validity_days = 1'825;
  record.mix = 0x7F;
  record.number = number;
  record.name = FixedText<40>::of("Card");
  return record;
}

}  // namespace ledger::test
