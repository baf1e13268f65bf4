// The writer: bytes spelled by hand, every element in every profile, too little room at every size.

#include "codec/writer.hpp"

#include <algorithm>

#include "tests/codec/support.hpp"

namespace {

using codec::Message;
using codec::Writer;
using codec_test::Bytes;
using codec_test::ExactBuffer;
using codec_test::from_hex;
using codec_test::is_defined;
using codec_test::kProfiles;
using codec_test::sample_lengths;
using codec_test::sample_value;
using codec_test::write_message;

std::string hex_of(const codec::Profile& profile, codec::Mti mti, auto&& fill) {
  return base::to_hex(write_message(profile, mti, fill));
}

TEST(Writer, ByHandInBinary) {
  const auto fill = [](Writer& w) {
    w.digits(2, "9410129900001");
    w.number(3, 0);
    w.number(4, 5'000);
    w.number(22, 51);
    w.signed_number(28, 'D', 150);
    w.number(32, 7);
    w.digits(35, "94101299=31092");
    w.text(41, "POS1");
    w.bytes(52, from_hex("0123456789ABCDEF"));
    w.text(54, "");
    w.number(70, 301);
  };
  EXPECT_EQ(hex_of(codec::kIso87Binary, {200}, fill),
            "0200F000041120801400"
            "0400000000000000"
            "1394101299000010"
            "000000"
            "000000005000"
            "0051"
            "4400000150"
            "0170"
            "1494101299D31092"
            "504F533120202020"
            "0123456789ABCDEF"
            "0000"
            "0301");
}

TEST(Writer, ByHandInAscii) {
  const Bytes bytes = write_message(codec::kIso87Ascii, {810}, [](Writer& w) {
    w.number(11, 42);
    w.digits(35, "94101299=3");
    w.bytes(52, from_hex("0123456789ABCDEF"));
    w.bytes(55, from_hex("9F"));
  });
  EXPECT_EQ(base::as_text(bytes),
            "0810"
            "0020000020001200"
            "000042"
            "1094101299=3"
            "0123456789ABCDEF"
            "0019F");
}

TEST(Writer, NothingButTheHead) {
  EXPECT_EQ(hex_of(codec::kIso87Binary, {800}, [](Writer&) {}), "08000000000000000000");
}

TEST(Writer, BeginForgetsWhatWasBefore) {
  ExactBuffer space(40);
  Writer writer(codec::kIso87Binary, space.span());
  writer.begin({200});
  writer.number(70, 1);
  writer.text(127, "far more than what there is room for here");
  EXPECT_EQ(writer.finish(), std::nullopt);
  writer.begin({800});
  writer.number(11, 1);
  ASSERT_EQ(writer.finish(), 13u);
  EXPECT_EQ(base::to_hex(space.view().first(13)), "08000020000000000000000001");
}

TEST(Writer, EveryElementAtEveryLengthInEveryProfile) {
  for (const codec::Profile& profile : kProfiles)
    for (int element = 2; element <= 128; ++element) {
      if (!is_defined(element)) continue;
      for (const std::size_t length : sample_lengths(element)) {
        SCOPED_TRACE(testing::Message() << profile.name << " DE " << element << " of " << length);
        const std::string value = sample_value(element, length);
        const Bytes bytes = write_message(
            profile, {200}, [&](Writer& w) { codec_test::write_value(w, element, value); });
        Message message;
        const ExactBuffer exact(bytes);
        const auto result = read_message(profile, exact.view(), message);
        ASSERT_TRUE(result) << result.error().describe();
        EXPECT_EQ(message.length(element), length);
        EXPECT_EQ(codec_test::read_value(message, element), value);
        EXPECT_EQ(message.has_second_bitmap(), element > 64);
      }
    }
}

TEST(Writer, NumbersAreTheirDigits) {
  for (const codec::Profile& profile : kProfiles)
    for (int element = 2; element <= 128; ++element) {
      const codec::Field& field = codec::field(element);
      if (field.content != codec::Content::n) continue;
      for (std::uint64_t number = 0, power = 1; power != 0;
           power = power < 1'000'000'000'000'000'000u ? power * 10 : 0) {
        for (const std::uint64_t near : {power - 1, power, power + 1, 7 * power + 3}) {
          number = near;
          const std::string digits = std::to_string(number);
          if (digits.size() > field.size) continue;
          const bool fixed = field.length == codec::Length::fixed;
          const std::string spelled =
              fixed ? std::string(field.size - digits.size(), '0') + digits : digits;
          ASSERT_EQ(hex_of(profile, {200}, [&](Writer& w) { w.number(element, number); }),
                    hex_of(profile, {200}, [&](Writer& w) { w.digits(element, spelled); }))
              << profile.name << " DE " << element << " " << number;
        }
      }
    }
}

TEST(Writer, SeparatorMayBeSpelledD) {
  for (const codec::Profile& profile : kProfiles) {
    const Bytes bytes = write_message(
        profile, {200}, [](Writer& w) { w.digits(35, "9410129900000011D31092010000000000D"); });
    Message message;
    ASSERT_TRUE(read_message(profile, bytes, message));
    EXPECT_EQ(message.digits<37>(35).view(), "9410129900000011=31092010000000000=");
  }
}

void write_every_element(Writer& writer) {
  for (int element = 2; element <= 127; ++element) {
    if (!is_defined(element)) continue;
    const auto lengths = sample_lengths(element);
    codec_test::write_value(writer, element,
                            sample_value(element, lengths.size() == 1 ? lengths[0] : 7));
  }
}

TEST(Writer, CopiesIntoEveryOtherProfileAndBack) {
  for (const codec::Profile& from : kProfiles)
    for (const codec::Profile& to : kProfiles) {
      SCOPED_TRACE(testing::Message() << from.name << " to " << to.name);
      const Bytes original = write_message(from, {200}, write_every_element);
      const auto copy_all = [](const Message& message) {
        return [&message](Writer& writer) {
          for (int element = 2; element <= 128; ++element)
            if (message.has(element)) writer.copy(element, message);
        };
      };
      Message message, again;
      ASSERT_TRUE(read_message(from, original, message));
      const Bytes copied = write_message(to, {200}, copy_all(message));
      EXPECT_EQ(copied, write_message(to, {200}, write_every_element));
      ASSERT_TRUE(read_message(to, copied, again));
      EXPECT_EQ(write_message(from, {200}, copy_all(again)), original);
    }
}

TEST(Writer, TooLittleRoomAtEverySizeIsToldAtTheEnd) {
  for (const codec::Profile& profile : kProfiles) {
    const Bytes whole = write_message(profile, {200}, write_every_element);
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      ExactBuffer space(size);
      Writer writer(profile, space.span());
      writer.begin({200});
      write_every_element(writer);
      const auto written = writer.finish();
      ASSERT_EQ(written.has_value(), size == whole.size()) << profile.name << " " << size;
      if (written) {
        EXPECT_EQ(Bytes(space.view().begin(), space.view().end()), whole);
      }
    }
  }
}

TEST(Writer, OnceTooSmallStaysTooSmall) {
  ExactBuffer space(15);
  Writer writer(codec::kIso87Binary, space.span());
  writer.begin({200});
  writer.text(41, "POS00001");  // does not fit
  writer.text(49, "410");       // would
  EXPECT_EQ(writer.finish(), std::nullopt);
}

/// Not a MAC, but a sum that depends on every byte and its place.
void weighted_sum(const void* context, base::ByteView message, std::span<std::uint8_t, 8> mac) {
  std::uint64_t sum = *static_cast<const std::uint64_t*>(context);
  for (const std::uint8_t byte : message) sum = sum * 31 + byte;
  base::store_big_endian(mac.data(), sum);
}

TEST(Writer, MacIsOverEveryByteBeforeItAndInTheRightElement) {
  const std::uint64_t seed = 17;
  for (const codec::Profile& profile : kProfiles)
    for (const bool above : {false, true}) {
      ExactBuffer space(200);
      Writer writer(profile, space.span());
      writer.begin({800});
      writer.number(11, 1);
      if (above) writer.number(70, 301);
      const auto size = writer.finish_with_mac(weighted_sum, &seed);
      ASSERT_TRUE(size.has_value());
      const base::ByteView bytes = space.view().first(*size);
      Message message;
      ASSERT_TRUE(read_message(profile, bytes, message));
      const int element = above ? 128 : 64;
      EXPECT_EQ(codec::mac_element(profile, bytes), element);
      EXPECT_EQ(message.encoded(element).size(), codec::mac_size(profile));
      std::array<std::uint8_t, 8> expected{}, found{};
      weighted_sum(&seed, bytes.first(*size - codec::mac_size(profile)), expected);
      message.bytes(element, found);
      EXPECT_EQ(found, expected);
      for (std::size_t less = 0; less < *size; ++less) {
        ExactBuffer small(less);
        Writer again(profile, small.span());
        again.begin({800});
        again.number(11, 1);
        if (above) again.number(70, 301);
        EXPECT_EQ(again.finish_with_mac(weighted_sum, &seed), std::nullopt);
      }
    }
}

template <class Misuse>
void expect_abort(Misuse&& misuse) {
  ExactBuffer space(400);
  Writer writer(codec::kIso87Binary, space.span());
  writer.begin({200});
  EXPECT_DEATH(misuse(writer), "broken invariant");
}

TEST(WriterDeathTest, OrderAndElements) {
  expect_abort([](Writer& w) { w.number(4, 1), w.number(3, 1); });
  expect_abort([](Writer& w) { w.number(4, 1), w.number(4, 1); });
  expect_abort([](Writer& w) { w.number(1, 1); });
  expect_abort([](Writer& w) { w.number(65, 0); });
  expect_abort([](Writer& w) { w.text(129, ""); });
  expect_abort([](Writer& w) { w.begin({1'200}); });
  expect_abort([](Writer& w) { w.bytes(64, Bytes(8)), (void)w.finish_with_mac(weighted_sum, ""); });
  ExactBuffer space(400);
  Writer not_begun(codec::kIso87Binary, space.span());
  EXPECT_DEATH(not_begun.number(3, 0), "broken invariant");
  EXPECT_DEATH((void)not_begun.finish(), "broken invariant");
}

TEST(WriterDeathTest, ValuesThatDoNotFitTheirElement) {
  expect_abort([](Writer& w) { w.number(3, 1'000'000); });
  expect_abort([](Writer& w) { w.number(32, 100'000'000'000); });
  expect_abort([](Writer& w) { w.number(2, 10'000'000'000'000'000'000u); });
  expect_abort([](Writer& w) { w.signed_number(28, 'C', 100'000'000); });
  expect_abort([](Writer& w) { w.signed_number(28, 'X', 1); });
  expect_abort([](Writer& w) { w.digits(3, "00000"); });
  expect_abort([](Writer& w) { w.digits(2, "12345678901234567890"); });
  expect_abort([](Writer& w) { w.digits(2, "94101299=0"); });
  expect_abort([](Writer& w) { w.digits(35, "94101299M0"); });
  expect_abort([](Writer& w) { w.text(41, "POS000001"); });
  expect_abort([](Writer& w) { w.text(44, std::string(26, ' ')); });
  expect_abort([](Writer& w) { w.bytes(52, Bytes(7)); });
  expect_abort([](Writer& w) { w.bytes(55, Bytes(1'000)); });
}

TEST(WriterDeathTest, MethodsThatAreNotTheElements) {
  expect_abort([](Writer& w) { w.number(41, 1); });
  expect_abort([](Writer& w) { w.number(28, 1); });
  expect_abort([](Writer& w) { w.digits(28, "00000001"); });
  expect_abort([](Writer& w) { w.number(35, 1); });
  expect_abort([](Writer& w) { w.digits(41, "00000001"); });
  expect_abort([](Writer& w) { w.text(3, "000000"); });
  expect_abort([](Writer& w) { w.bytes(3, Bytes(3)); });
  expect_abort([](Writer& w) { w.signed_number(4, 'C', 1); });
}

}  // namespace
