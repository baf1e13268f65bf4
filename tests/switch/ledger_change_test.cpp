#include "switch/ledger_change.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "ledger/memory_store.hpp"

namespace {

using core::change_ledger;
using ledger::Table;

ledger::ProductRecord product_of(std::uint8_t number, std::int64_t face_won) {
  ledger::ProductRecord record{};
  record.number = number;
  record.face_won = face_won;
  return record;
}

void write_product(ledger::Draft& draft, std::uint8_t number, std::int64_t face_won) {
  const auto record = product_of(number, face_won);
  draft.write(Table::products, ledger::bytes_of(record.number), record);
}

struct Books {
  Books() { directory.load(store, {}); }
  bool has(std::int64_t face_won) const { return directory.product_of_face(face_won) != nullptr; }
  bool is_stored(std::uint8_t number) {
    return store.get(Table::products, ledger::bytes_of(number)).has_value();
  }
  ledger::MemoryStore store;
  ledger::Directory directory;
};

TEST(LedgerChange, WhatIsCommittedIsInTheDirectory) {
  Books books;
  change_ledger(books.store, books.directory, [&](ledger::Draft& draft) {
    write_product(draft, 1, 5'000);
    EXPECT_FALSE(books.has(5'000)) << "not before it is durable";
  });
  EXPECT_TRUE(books.is_stored(1));
  EXPECT_TRUE(books.has(5'000));
}

TEST(LedgerChange, WhatIsNotTakenChangesNothing) {
  Books books;
  books.store.set_full(true);
  EXPECT_THROW(change_ledger(books.store, books.directory,
                             [](ledger::Draft& draft) { write_product(draft, 1, 5'000); }),
               std::runtime_error);
  books.store.set_full(false);
  EXPECT_FALSE(books.is_stored(1));
  EXPECT_FALSE(books.has(5'000));
}

TEST(LedgerChange, OfWhatThrowsNothingIsKept) {
  Books books;
  EXPECT_THROW(change_ledger(books.store, books.directory,
                             [](ledger::Draft& draft) {
                               write_product(draft, 1, 5'000);
                               throw std::runtime_error("the second is wrong");
                             }),
               std::runtime_error);
  EXPECT_FALSE(books.is_stored(1));
  EXPECT_FALSE(books.has(5'000));
}

TEST(LedgerChange, AnUnknownOutcomeIsNoSuccess) {
  Books books;
  ledger::MemoryStoreOptions unsure;
  unsure.unknown = 1;
  books.store.set_options(unsure);
  EXPECT_THROW(change_ledger(books.store, books.directory,
                             [](ledger::Draft& draft) { write_product(draft, 1, 5'000); }),
               std::runtime_error);
  EXPECT_FALSE(books.has(5'000)) << "only a restart decides";
}

}  // namespace
