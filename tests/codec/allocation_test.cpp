// Reading, looking and writing take nothing from the heap.

#include "codec/de48.hpp"
#include "codec/frame.hpp"
#include "tests/codec/support.hpp"
#include "tests/heap.hpp"

namespace {

using codec::Writer;
using ::test::allocations;

std::size_t write_sale(const codec::Profile& profile, base::ByteSpan space) {
  std::array<char, 100> tag_space;
  codec::TagWriter tags(tag_space);
  tags.add(1, "01000001");
  Writer writer(profile, space);
  writer.begin({200});
  writer.digits(2, "9410129900000011");
  writer.number(4, 5'000);
  writer.signed_number(28, 'C', 0);
  writer.digits(35, "9410129900000011=310920100000001");
  writer.text(41, "POS00001");
  writer.text(48, tags.content());
  writer.bytes(52, std::array<std::uint8_t, 8>{});
  writer.number(70, 301);
  return writer.finish().value_or(0);
}

TEST(Allocation, TheCounterCounts) {
  const std::size_t before = allocations;
  delete new int(1);
  EXPECT_EQ(allocations, before + 1);
}

TEST(Allocation, NoneInReadingAndWriting) {
  std::array<std::uint8_t, 1'024> frame, copied;
  for (const codec::Profile& profile : codec_test::kProfiles) {
    const std::size_t before = allocations;
    const std::size_t size = write_sale(profile, base::ByteSpan(frame).subspan(2));
    codec::write_header({}, {}, size, base::ByteSpan(frame).first(2));
    const codec::Frame found = codec::read_frame({}, frame);
    codec::Message message;
    const bool good = codec::read_message(profile, found.message, message).has_value();
    const auto digits = message.digits<19>(2);
    const auto tags = codec::TagList::read(message.text(48));
    const bool has_order = tags && tags->find(1).has_value();
    std::array<std::uint8_t, 8> pin;
    message.bytes(52, pin);
    const std::uint64_t sum = message.number(4) + message.number(28) + message.number(70);
    Writer writer(codec::kIso87Ascii, copied);  // for one of them the same profile
    writer.begin(message.mti().answer());
    for (const int element : {2, 4, 28, 35, 41, 48, 52, 70}) writer.copy(element, message);
    const auto copy_size = writer.finish();
    const std::size_t after = allocations;
    EXPECT_EQ(after, before);
    EXPECT_TRUE(good && has_order && copy_size.has_value());
    EXPECT_EQ(digits.size, 16u);
    EXPECT_EQ(sum, 5'301u);
  }
}

TEST(Allocation, NoneInARefusal) {
  std::array<std::uint8_t, 1'024> space;
  const std::size_t size = write_sale(codec::kIso87Binary, space);
  const std::size_t before = allocations;
  codec::Message message;
  bool refused = true;
  for (std::size_t less = 0; less < size; ++less)
    refused = refused &&
              !codec::read_message(codec::kIso87Binary, {space.data(), less}, message).has_value();
  EXPECT_EQ(allocations, before);
  EXPECT_TRUE(refused);
}

}  // namespace
