#include "ledger/lots.hpp"

#include <gtest/gtest.h>

#include "tests/ledger/check_world.hpp"

namespace ledger {
namespace {

using test::listed;

TEST(Lots, AreNumberedAndKeepWhatIsMadeSoFar) {
  test::World world;
  EXPECT_EQ(world.make_lot(3, 0), 1u);
  EXPECT_EQ(world.make_lot(3, 2), 2u);
  EXPECT_EQ(world.make_lot(3, 3), 3u);
  EXPECT_TRUE(world.check().right()) << listed(world.check());
  EXPECT_EQ(world.check().lots, 3u);
  Draft draft(world.store, world.batch);
  const LotRecord none = *read_lot(draft, 1), some = *read_lot(draft, 2), all = *read_lot(draft, 3);
  EXPECT_EQ(none.first_card, 0u);
  EXPECT_EQ(none.state, LotState::making);
  EXPECT_EQ(some.first_card, 4u);
  EXPECT_EQ(some.made, 2u);
  EXPECT_EQ(some.state, LotState::making);
  EXPECT_EQ(all.state, LotState::complete);
  EXPECT_EQ(all.time_us, world.now);
  EXPECT_FALSE(read_lot(draft, 4).has_value());
  EXPECT_EQ(read_card_file(draft, 5)->head.lot, 2u);
  EXPECT_EQ(read_card_file(draft, 1)->head.lot, 0u) << "of the seed";
}

TEST(Lots, ACardsSecretsOpenUntilItIsSold) {
  test::World world;
  world.write([&](Draft& draft) {
    LotRecord lot = begin_lot(draft, 2, 1, world.now);
    const auto product =
        *record_from<ProductRecord>(world.value(Table::products, bytes_of(lot.product)));
    add_lot_card(draft, world.maker(), product, lot);
    write_lot(draft, lot);
  });
  Draft draft(world.store, world.batch);
  const CardFile file = *read_card_file(draft, 4);
  const auto opened = open_secrets(world.vault, file);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(find_card(draft, world.vault, opened->number.view()).id, 4u);
  EXPECT_EQ(find_card(draft, world.vault, opened->pin.view()).id, 4u);
  EXPECT_TRUE(
      password_is_right(world.vault, 4, *read_card(draft, 4), opened->initial_password.view()));
  world.sell_stock(4);
  EXPECT_FALSE(open_secrets(world.vault, *read_card_file(draft, 4)).has_value());
  EXPECT_TRUE(world.check().right()) << listed(world.check());

  CardFile damaged = file;
  damaged.head.pin[20] ^= 1;
  EXPECT_THROW(open_secrets(world.vault, damaged), std::runtime_error);
}

}  // namespace
}  // namespace ledger
