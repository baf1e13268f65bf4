// Messages made by hand, read in every profile: values, places, and what is left after an error.

#include "codec/message.hpp"

#include <algorithm>

#include "tests/codec/support.hpp"

namespace {

using codec::Message;
using codec::Reason;
using codec_test::Bytes;
using codec_test::ExactBuffer;
using codec_test::from_hex;
using codec_test::from_text;
using codec_test::kProfiles;

// One message in three spellings, put together from the contract with pencil and paper. DE 2 and 35
// are odd, DE 70 is odd and fixed.
constexpr int kElements[] = {2, 4, 28, 35, 41, 52, 54, 70, 90, 102};
constexpr std::string_view kBinary =
    "0200 D000001020801400 0400004004000000"
    "13 94101299000010"  // thirteen digits, a 0 nibble on the right
    "000000005000"
    "44 00000150"              // D
    "19 94101299D31092012300"  // nineteen characters, a 0 nibble on the right
    "504F533030303120"         // POS0001 and a blank
    "0123456789ABCDEF"
    "0003 414243"
    "0301"  // a 0 nibble on the left
    "020000012309050130000000000000000000000000"
    "05 3132333435";
constexpr std::string_view kAsciiHead = "0200D0000010208014000400004004000000";
constexpr std::string_view kAsciiFront =
    "139410129900001"
    "000000005000"
    "D00000150"
    "1994101299=3109201230"
    "POS0001 ";
constexpr std::string_view kAsciiBack =
    "003ABC"
    "301"
    "020000012309050130000000000000000000000000"
    "0512345";

Bytes hand_made(const codec::Profile& profile) {
  if (profile.name == "iso87-binary") return from_hex(kBinary);
  if (profile.name == "iso87-ascii")
    return from_text(
        std::string(kAsciiHead).append(kAsciiFront).append("0123456789ABCDEF").append(kAsciiBack));
  Bytes bytes = from_text("0200");
  for (const Bytes& part : {from_hex("D0000010208014000400004004000000"), from_text(kAsciiFront),
                            from_hex("0123456789ABCDEF"), from_text(kAsciiBack)})
    bytes.insert(bytes.end(), part.begin(), part.end());
  return bytes;
}

template <class Check>
void for_each_profile(Check&& check) {
  for (const codec::Profile& profile : kProfiles) {
    SCOPED_TRACE(std::string(profile.name));
    check(profile, hand_made(profile));
  }
}

TEST(Message, ValuesInEveryProfile) {
  for_each_profile([](const codec::Profile& profile, const Bytes& bytes) {
    const ExactBuffer buffer(bytes);
    Message message;
    const auto result = read_message(profile, buffer.view(), message);
    ASSERT_TRUE(result) << result.error().describe();
    EXPECT_EQ(message.mti(), codec::Mti{200});
    EXPECT_TRUE(message.has_second_bitmap());
    EXPECT_EQ(&message.profile(), &profile);
    EXPECT_EQ(message.raw().size(), bytes.size());
    EXPECT_EQ(message.digits<19>(2).view(), "9410129900001");
    EXPECT_EQ(message.length(2), 13u);
    EXPECT_EQ(message.number(2), 9'410'129'900'001u);
    EXPECT_EQ(message.number(4), 5'000u);
    EXPECT_EQ(message.digits<12>(4).view(), "000000005000");
    EXPECT_EQ(message.sign(28), 'D');
    EXPECT_EQ(message.number(28), 150u);
    EXPECT_EQ(message.digits<8>(28).view(), "00000150");
    EXPECT_EQ(message.digits<37>(35).view(), "94101299=3109201230");
    EXPECT_EQ(message.text(41), "POS0001 ");
    std::array<std::uint8_t, 8> pin{};
    EXPECT_EQ(message.bytes(52, pin), 8u);
    EXPECT_EQ(base::to_hex(pin), "0123456789ABCDEF");
    EXPECT_EQ(message.text(54), "ABC");
    EXPECT_EQ(message.number(70), 301u);
    EXPECT_EQ(message.digits<3>(70).view(), "301");
    EXPECT_EQ(message.digits<42>(90).view(), "020000012309050130000000000000000000000000");
    EXPECT_EQ(message.text(102), "12345");
  });
}

TEST(Message, HasWhatTheBitmapSays) {
  for_each_profile([](const codec::Profile& profile, const Bytes& bytes) {
    Message message;
    ASSERT_TRUE(read_message(profile, bytes, message));
    for (int element = 2; element <= 128; ++element)
      EXPECT_EQ(message.has(element), std::ranges::count(kElements, element) == 1) << element;
    EXPECT_FALSE(message.has(0));
    EXPECT_FALSE(message.has(129));
    EXPECT_FALSE(message.has(-1));
  });
}

TEST(Message, EncodedElementsFollowOneAnother) {
  for_each_profile([](const codec::Profile& profile, const Bytes& bytes) {
    Message message;
    ASSERT_TRUE(read_message(profile, bytes, message));
    const std::uint8_t* next = message.encoded(2).data();
    EXPECT_EQ(next - message.raw().data(), profile.digits == codec::Digits::bcd   ? 18
                                           : profile.bitmap == codec::Binary::raw ? 20
                                                                                  : 36);
    for (const int element : kElements) {
      EXPECT_EQ(message.encoded(element).data(), next) << element;
      next += message.encoded(element).size();
    }
    EXPECT_EQ(next, message.raw().data() + message.raw().size());
  });
}

TEST(Message, AnAllZeroSecondHalfIsAccepted) {
  for (const codec::Profile& profile : kProfiles) {
    const bool bcd = profile.digits == codec::Digits::bcd;
    Bytes bytes = bcd ? from_hex("0800") : from_text("0800");
    const std::string_view bitmap = "80200000000000000000000000000000";
    const Bytes spelled =
        profile.bitmap == codec::Binary::raw ? from_hex(bitmap) : from_text(bitmap);
    bytes.insert(bytes.end(), spelled.begin(), spelled.end());
    const Bytes stan = bcd ? from_hex("000001") : from_text("000001");
    bytes.insert(bytes.end(), stan.begin(), stan.end());
    Message message;
    ASSERT_TRUE(read_message(profile, bytes, message)) << profile.name;
    EXPECT_TRUE(message.has_second_bitmap());
    EXPECT_EQ(message.number(11), 1u);
  }
}

TEST(Message, NoPrefixIsAMessageAndTheElementsBeforeAreKept) {
  for_each_profile([](const codec::Profile& profile, const Bytes& bytes) {
    Message whole;
    ASSERT_TRUE(read_message(profile, bytes, whole));
    const std::size_t mti = profile.digits == codec::Digits::bcd ? 2 : 4;
    const auto first_element =
        static_cast<std::size_t>(whole.encoded(2).data() - whole.raw().data());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const ExactBuffer prefix(base::ByteView(bytes).first(size));
      Message message;
      const auto result = read_message(profile, prefix.view(), message);
      ASSERT_FALSE(result) << size;
      const codec::ParseError error = result.error();
      if (size < first_element) {
        EXPECT_EQ(error.reason, size < mti ? Reason::bad_mti : Reason::bad_bitmap) << size;
        EXPECT_FALSE(error.answerable());
        continue;
      }
      // the first element that does not end within the prefix
      const int bad = *std::ranges::find_if(kElements, [&](int element) {
        const base::ByteView encoded = whole.encoded(element);
        return encoded.data() + encoded.size() > whole.raw().data() + size;
      });
      EXPECT_TRUE(error.answerable());
      EXPECT_EQ(error.reason, Reason::truncated);
      EXPECT_EQ(error.element, bad);
      EXPECT_EQ(error.offset, whole.encoded(bad).data() - whole.raw().data());
      EXPECT_EQ(message.mti(), codec::Mti{200});
      EXPECT_EQ(message.raw().size(), error.offset);
      for (int element = 2; element <= 128; ++element)
        EXPECT_EQ(message.has(element), whole.has(element) && element < bad) << element;
      if (bad > 4) {
        EXPECT_EQ(message.number(4), 5'000u);
      }
    }
  });
}

TEST(Message, AMessageCanBeReadAgainIntoTheSameObject) {
  const Bytes first = hand_made(codec::kIso87Binary);
  const Bytes second = from_hex("0800 0020000000000000 000007");
  Message message;
  ASSERT_TRUE(read_message(codec::kIso87Binary, first, message));
  ASSERT_TRUE(read_message(codec::kIso87Binary, second, message));
  EXPECT_EQ(message.mti(), codec::Mti{800});
  EXPECT_FALSE(message.has_second_bitmap());
  EXPECT_FALSE(message.has(2));
  EXPECT_EQ(message.number(11), 7u);
}

TEST(Message, NumbersOfNineteenDigits) {
  for (const codec::Profile& profile : kProfiles) {
    const Bytes bytes = codec_test::write_message(
        profile, {200}, [](codec::Writer& writer) { writer.digits(2, "9999999999999999999"); });
    Message message;
    ASSERT_TRUE(read_message(profile, bytes, message));
    EXPECT_EQ(message.number(2), 9'999'999'999'999'999'999u);
  }
}

TEST(Message, MacElement) {
  const auto mac_element = [](std::string_view hex) {
    return codec::mac_element(codec::kIso87Binary, ExactBuffer(from_hex(hex)).view());
  };
  EXPECT_EQ(mac_element("0200 0000000000000001"), 64);  // without the element itself
  EXPECT_EQ(mac_element("0200 0000000000000002"), 0);
  EXPECT_EQ(mac_element("0200 8000000000000000 0000000000000001"), 128);
  EXPECT_EQ(mac_element("0200 8000000000000001 0000000000000000"), 0);
  EXPECT_EQ(mac_element("0200 8000000000000001 00000000000000"), 0);
  EXPECT_EQ(mac_element("0200 00000000000001"), 0);
  EXPECT_EQ(mac_element(""), 0);
  EXPECT_EQ(codec::mac_element(codec::kIso87Ascii, from_text("02000000000000000001")), 64);
  EXPECT_EQ(codec::mac_element(codec::kIso87Ascii, from_text("0200000000000000000G")), 0);
  EXPECT_EQ(codec::mac_size(codec::kIso87Binary), 8u);
  EXPECT_EQ(codec::mac_size(codec::kIso87Ascii), 16u);
  EXPECT_EQ(codec::mac_size(codec::kIso87AsciiBinary), 8u);
}

TEST(Profile, AreFoundByName) {
  for (const codec::Profile& profile : kProfiles)
    EXPECT_EQ(codec::find_profile(profile.name)->name, profile.name);
  EXPECT_EQ(codec::find_profile("iso93"), nullptr);
}

TEST(Mti, RequestsRepeatsAndAnswers) {
  EXPECT_EQ(codec::Mti{421}.answer(), codec::Mti{430});
  EXPECT_EQ(codec::Mti{201}.without_repeat(), codec::Mti{200});
  EXPECT_TRUE(codec::Mti{120}.is_request());
  EXPECT_FALSE(codec::Mti{210}.is_request());
  EXPECT_EQ(codec::Mti{421}.message_class(), 4);
}

TEST(MessageDeathTest, OnlyPresentElementsOfTheRightKind) {
  const Bytes bytes = hand_made(codec::kIso87Binary);
  Message message;
  ASSERT_TRUE(read_message(codec::kIso87Binary, bytes, message));
  std::array<char, 18> room{};
  std::array<std::uint8_t, 7> bytes_room{};
  EXPECT_DEATH((void)message.number(3), "broken invariant");  // absent
  EXPECT_DEATH((void)message.length(3), "broken invariant");
  EXPECT_DEATH((void)message.offset(129), "broken invariant");
  EXPECT_DEATH((void)message.number(41), "broken invariant");  // not of digits
  EXPECT_DEATH((void)message.number(90), "broken invariant");  // more than a number holds
  EXPECT_DEATH((void)message.text(4), "broken invariant");
  EXPECT_DEATH((void)message.sign(4), "broken invariant");
  EXPECT_DEATH(message.bytes(41, bytes_room), "broken invariant");
  EXPECT_DEATH(message.bytes(52, bytes_room), "broken invariant");  // too little room
  EXPECT_DEATH(message.digits(35, room), "broken invariant");
}

}  // namespace
