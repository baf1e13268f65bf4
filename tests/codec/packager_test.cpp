// Profiles from packager files: the shipped ones against the built-in ones, the bytes of each field
// class against bytes worked out by hand, and every file that must be refused.

#include "codec/packager.hpp"

#include <set>

#include "codec/packager_classes.hpp"
#include "tests/codec/support.hpp"

namespace {

using codec::Message;
using codec_test::Bytes;
using codec_test::shipped_packager;

using Owner = std::shared_ptr<const codec::Profile>;

/// The shipped file of iso87-binary with something else in place of a text that stands in it.
std::string changed(std::string_view text, std::string_view into) {
  std::string xml = shipped_packager("iso87-binary");
  const std::size_t at = xml.find(text);
  EXPECT_NE(at, std::string::npos) << text;
  return xml.replace(at, text.size(), into);
}

/// The line of an element in the shipped file, without its line end.
std::string line_of(int element) {
  const std::string xml = shipped_packager("iso87-binary");
  const std::size_t at = xml.find("  <isofield id=\"" + std::to_string(element) + "\"");
  return xml.substr(at, xml.find('\n', at) - at);
}

std::string isofield(int element, std::size_t length, std::string_view field_class,
                     std::string_view pad = "") {
  return "  <isofield id=\"" + std::to_string(element) + "\" length=\"" + std::to_string(length) +
         "\" name=\"x\" " + (pad.empty() ? "" : "pad=\"" + std::string(pad) + "\" ") +
         "class=\"org.jpos.iso." + std::string(field_class) + "\"/>";
}

std::string refusal(std::string_view xml) {
  const auto profile = codec::read_packager(xml, "vendor.xml");
  return profile ? "" : profile.error().sentence;
}

TEST(Packager, ShippedFilesWriteEveryElementAsTheBuiltInProfiles) {
  const auto& read = codec_test::packager_profiles();
  ASSERT_EQ(read.size(), std::size(codec_test::kProfiles));
  for (std::size_t i = 0; i < read.size(); ++i) {
    const codec::Profile& built_in = codec_test::kProfiles[i];
    SCOPED_TRACE(std::string(built_in.name));
    EXPECT_EQ(codec::mac_size(read[i]), codec::mac_size(built_in));
    for (int element = 2; element <= 128; ++element) {
      EXPECT_EQ(codec::longest(read[i], element), codec::longest(built_in, element)) << element;
      if (!codec_test::is_defined(element)) continue;
      for (const std::size_t length : codec_test::sample_lengths(element)) {
        const std::string value = codec_test::sample_value(element, length);
        const auto write = [&](codec::Writer& writer) {
          codec_test::write_value(writer, element, value);
        };
        const Bytes bytes = codec_test::write_message(read[i], {200}, write);
        ASSERT_EQ(bytes, codec_test::write_message(built_in, {200}, write))
            << element << " " << length;
        Message message;
        ASSERT_TRUE(read_message(read[i], bytes, message)) << element << " " << length;
        ASSERT_EQ(codec_test::read_value(message, element), value);
      }
    }
  }
}

struct ClassBytes {
  std::string_view field_class, pad;
  int element;
  std::size_t length;
  std::string_view value, hex;  ///< b elements: the value in hexadecimal
};

// Worked out by hand from what jPOS's classes do: pad="true" is a 0 nibble in front of an odd count
// of digits, else it comes behind; LLH and LLLH count in binary.
constexpr ClassBytes kClassBytes[] = {
    {"IFA_NUMERIC", "", 22, 3, "051", "303531"},
    {"IFB_NUMERIC", "true", 22, 3, "051", "0051"},
    {"IFB_NUMERIC", "false", 22, 3, "051", "0510"},
    {"IFB_NUMERIC", "", 22, 3, "051", "0510"},
    {"IFB_NUMERIC", "false", 3, 6, "003000", "003000"},
    {"IFA_LLNUM", "", 32, 11, "12345", "3035 3132333435"},
    {"IFA_LLLNUM", "", 32, 11, "12345", "303035 3132333435"},
    {"IFB_LLNUM", "false", 32, 11, "12345", "05 123450"},
    {"IFB_LLNUM", "true", 32, 11, "12345", "05 012345"},
    {"IFB_LLNUM", "", 32, 11, "1234", "04 1234"},
    {"IFB_LLLNUM", "", 32, 11, "12345", "0005 123450"},
    {"IFB_LLHNUM", "", 2, 19, "9410129900000011", "10 9410129900000011"},
    {"IFB_LLHNUM", "true", 2, 19, "9410129900001", "0D 09410129900001"},
    {"IFB_LLLHNUM", "", 2, 19, "9410129900000011", "0010 9410129900000011"},
    {"IFB_LLNUM", "false", 35, 37, "9410129901=3109", "15 9410129901D31090"},
    {"IFB_LLNUM", "true", 35, 37, "9410129901=3109", "15 09410129901D3109"},
    {"IFA_LLNUM", "", 35, 37, "94101=3109", "3130 39343130313D33313039"},
    {"IFA_LLCHAR", "", 35, 37, "94101=3109", "3130 39343130313D33313039"},
    {"IFB_LLCHAR", "", 35, 37, "94101=3109", "10 39343130313D33313039"},
    {"IF_CHAR", "", 41, 8, "POS00001", "504F533030303031"},
    {"IFA_LLCHAR", "", 44, 25, "TXN", "3033 54584E"},
    {"IFA_LLLCHAR", "", 44, 25, "TXN", "303033 54584E"},
    {"IFB_LLCHAR", "", 44, 25, "ABCDEFGHIJKL", "12 4142434445464748494A4B4C"},
    {"IFB_LLLCHAR", "", 44, 25, "ABCDEFGHIJKL", "0012 4142434445464748494A4B4C"},
    {"IFB_LLHCHAR", "", 44, 25, "ABCDEFGHIJKL", "0C 4142434445464748494A4B4C"},
    {"IFB_LLLHCHAR", "", 44, 25, "ABCDEFGHIJKL", "000C 4142434445464748494A4B4C"},
    {"IFA_BINARY", "", 96, 16, "0123456789ABCDEF0123456789ABCDEF",
     "3031323334353637383941424344454630313233343536373839414243444546"},
    {"IFB_BINARY", "", 52, 8, "0123456789ABCDEF", "0123456789ABCDEF"},
    {"IFA_LLABINARY", "", 55, 99, "9F02", "3032 39463032"},
    {"IFA_LLLABINARY", "", 55, 999, "9F02", "303032 39463032"},
    {"IFA_LLBINARY", "", 55, 99, "9F02", "3032 9F02"},
    {"IFA_LLLBINARY", "", 55, 999, "9F02", "303032 9F02"},
    {"IFB_LLBINARY", "", 55, 99, "9F020102030405060708", "10 9F020102030405060708"},
    {"IFB_LLLBINARY", "", 55, 999, "9F020102030405060708", "0010 9F020102030405060708"},
    {"IFB_LLHBINARY", "", 55, 255, "9F020102030405060708", "0A 9F020102030405060708"},
    {"IFB_LLLHBINARY", "", 55, 999, "9F020102030405060708", "000A 9F020102030405060708"},
    {"IFA_AMOUNT", "", 28, 9, "C00000150", "433030303030313530"},
    {"IFB_AMOUNT", "true", 28, 9, "D00000150", "4400000150"},
};

TEST(Packager, EachClassHasItsBytes) {
  std::set<std::string_view> shown;
  for (const ClassBytes& each : kClassBytes) {
    SCOPED_TRACE(std::string(each.field_class) + " DE " + std::to_string(each.element));
    shown.insert(each.field_class);
    const auto profile = codec::read_packager(
        changed(line_of(each.element),
                isofield(each.element, each.length, each.field_class, each.pad)),
        "vendor.xml");
    ASSERT_TRUE(profile) << profile.error().sentence;
    std::string value(each.value);
    if (codec::field(each.element).content == codec::Content::b)
      value = std::string(base::as_text(codec_test::from_hex(each.value)));
    Bytes bytes = codec_test::write_message(**profile, {200}, [&](codec::Writer& writer) {
      codec_test::write_value(writer, each.element, value);
    });
    const std::size_t head = each.element > 64 ? 18 : 10;
    EXPECT_EQ(Bytes(bytes.begin() + static_cast<long>(head), bytes.end()),
              codec_test::from_hex(each.hex));
    Message message;
    const auto read = read_message(**profile, bytes, message);
    ASSERT_TRUE(read) << read.error().describe();
    EXPECT_EQ(codec_test::read_value(message, each.element), value);
    EXPECT_EQ(Bytes(message.encoded(each.element).begin(), message.encoded(each.element).end()),
              codec_test::from_hex(each.hex));
  }
  for (const codec::FieldClass& each : codec::field_classes()) {
    const bool has_bytes = each.holds == codec::Holds::bitmap || shown.contains(each.name);
    EXPECT_TRUE(has_bytes) << each.name << " has no bytes here";
  }
}

/// The reader's words about one message of a profile with this isofield.
std::string unread(const std::string& field, int element, std::string_view hex) {
  const auto profile = codec::read_packager(changed(line_of(element), field), "vendor.xml");
  EXPECT_TRUE(profile);
  Message message;
  const Bytes bytes = codec_test::from_hex(hex);
  const codec_test::ExactBuffer exact(bytes);
  const auto read = read_message(**profile, exact.view(), message);
  return read ? "read" : read.error().describe();
}

TEST(Packager, ReadsNothingThatItsClassesDoNotWrite) {
  const std::string head32 = "0200 0000000100000000 ", head35 = "0200 0000000020000000 ";
  const std::string left = isofield(32, 11, "IFB_LLNUM", "true");
  EXPECT_EQ(unread(left, 32, head32 + "05 012345"), "read");
  EXPECT_EQ(unread(left, 32, head32 + "05 123450"), "DE032 at offset 11: padding is not 0");
  EXPECT_EQ(unread(left, 32, head32 + "05 01234A"), "DE032 at offset 13: not a digit");
  const std::string track = isofield(35, 37, "IFB_LLNUM", "true");
  EXPECT_EQ(unread(track, 35, head35 + "05 01D345"), "read");
  EXPECT_EQ(unread(track, 35, head35 + "05 11D345"), "DE035 at offset 11: padding is not 0");
  EXPECT_EQ(unread(track, 35, head35 + "05 01E345"), "DE035 at offset 12: not a digit");
  const std::string counted = isofield(32, 11, "IFB_LLHNUM");
  EXPECT_EQ(unread(counted, 32, head32 + "0A 1234567890"), "read");
  EXPECT_EQ(unread(counted, 32, head32 + "0C 123456789012"),
            "DE032 at offset 10: length over the maximum");
  EXPECT_EQ(unread(counted, 32, head32), "DE032 at offset 10: the message ends inside it");
  const std::string wide = isofield(32, 11, "IFB_LLLHNUM");
  EXPECT_EQ(unread(wide, 32, head32 + "0102 1234"), "DE032 at offset 10: length over the maximum");
  EXPECT_EQ(unread(wide, 32, head32 + "00"), "DE032 at offset 10: the message ends inside it");
  const std::string behind = isofield(22, 3, "IFB_NUMERIC", "false");
  EXPECT_EQ(unread(behind, 22, "0200 0000040000000000 0051"),
            "DE022 at offset 11: padding is not 0");
  const std::string shorter = isofield(55, 20, "IFB_LLHBINARY");
  EXPECT_EQ(unread(shorter, 55, "0200 0000000000000200 02 9F02"), "read");
  EXPECT_EQ(unread(shorter, 55, "0200 0000000000000200 15 9F02"),
            "DE055 at offset 10: length over the maximum");
  EXPECT_EQ(unread("", 55, "0200 0000000000000200 02 9F02"), "DE055 at offset 10: not defined");
}

TEST(Packager, NumbersAndDigitsAreWrittenAlike) {
  const auto profile = codec::read_packager(
      changed(line_of(32), isofield(32, 11, "IFB_LLNUM", "true")), "vendor.xml");
  const auto behind = codec::read_packager(
      changed(line_of(22), isofield(22, 3, "IFB_NUMERIC", "false")), "vendor.xml");
  ASSERT_TRUE(profile && behind);
  for (const std::string_view value : {"7", "12", "12345", "12345678901"})
    EXPECT_EQ(codec_test::write_message(
                  **profile, {200},
                  [&](codec::Writer& w) { w.number(32, std::stoull(std::string(value))); }),
              codec_test::write_message(**profile, {200},
                                        [&](codec::Writer& w) { w.digits(32, value); }));
  const Bytes bytes =
      codec_test::write_message(**behind, {200}, [](codec::Writer& w) { w.number(22, 51); });
  EXPECT_EQ(Bytes(bytes.end() - 2, bytes.end()), codec_test::from_hex("0510"));
}

TEST(Packager, TextAndBcdMayBeMixed) {
  // MTI and bitmap as text, the elements in BCD: what can be read at a glance is another matter.
  std::string xml = changed(line_of(0), isofield(0, 4, "IFA_NUMERIC"));
  const std::string bitmap = line_of(1);
  xml.replace(xml.find(bitmap), bitmap.size(), isofield(1, 16, "IFA_BITMAP"));
  const auto profile = codec::read_packager(xml, "vendor.xml");
  ASSERT_TRUE(profile) << profile.error().sentence;
  const Bytes bytes = codec_test::write_message(**profile, {200}, [](codec::Writer& writer) {
    writer.number(4, 5'000);
    writer.text(41, "POS00001");
  });
  Bytes expected = codec_test::from_text("02001000000000800000");
  for (const Bytes& part :
       {codec_test::from_hex("000000005000"), codec_test::from_text("POS00001")})
    expected.insert(expected.end(), part.begin(), part.end());
  EXPECT_EQ(base::to_hex(bytes), base::to_hex(expected));
  Message message;
  ASSERT_TRUE(read_message(**profile, bytes, message));
  EXPECT_EQ(message.number(4), 5'000u);
  Bytes wrong = bytes;
  wrong[20] = 0xA0;
  ASSERT_FALSE(read_message(**profile, wrong, message));
}

TEST(Packager, WhatIsNotNeededMayBeLeftOut) {
  const auto profile = codec::read_packager(changed(line_of(104), ""), "vendor.xml");
  ASSERT_TRUE(profile) << profile.error().sentence;
  EXPECT_EQ(codec::longest(**profile, 104), 0u);
  EXPECT_EQ(codec::longest(**profile, 103), 28u);
  EXPECT_EQ(refusal(changed(line_of(54), "")),
            "vendor.xml: DE 54 is missing, which requests and answers of the switch hold");
  std::string xml = changed(line_of(54), "");
  const std::string other = line_of(90);
  xml.replace(xml.find(other), other.size(), "");
  EXPECT_EQ(refusal(xml),
            "vendor.xml: DE 54, 90 are missing, which requests and answers of the switch hold");
}

TEST(Packager, AThirdBitmapIsReadOver) {
  EXPECT_EQ(refusal(changed(line_of(66), line_of(66) + isofield(65, 1, "IFB_BINARY"))), "");
}

TEST(Packager, EveryRefusalNamesFileLineAndElement) {
  const struct {
    int element;
    std::string field;
    std::string_view sentence;
  } cases[] = {
      {4, isofield(4, 12, "IF_CHAR"),
       "vendor.xml:11: DE 4: IF_CHAR does not suit digits of fixed length 12; take one of "
       "IFA_NUMERIC, IFB_NUMERIC"},
      {4, isofield(4, 12, "IFB_LLNUM"),
       "vendor.xml:11: DE 4: IFB_LLNUM does not suit digits of fixed length 12; take one of "
       "IFA_NUMERIC, IFB_NUMERIC"},
      {4, isofield(4, 10, "IFB_NUMERIC"),
       "vendor.xml:11: DE 4: length 10 is not allowed: it is 12"},
      {4, isofield(3, 6, "IFB_NUMERIC"), "vendor.xml:11: DE 3: has been given already, at line 10"},
      {4, isofield(129, 12, "IFB_NUMERIC"),
       "vendor.xml:11: id 129 is not allowed: a number from 0 to 128"},
      {4, "<isofield length=\"12\" class=\"org.jpos.iso.IFB_NUMERIC\"/>",
       "vendor.xml:11: id an empty value is not allowed: a number from 0 to 128"},
      {4, "<isofield id=\"4\" class=\"org.jpos.iso.IFB_NUMERIC\"/>",
       "vendor.xml:11: DE 4: length an empty value is not allowed: a number"},
      {4, "<isofield id=\"4\" length=\"12x\" class=\"org.jpos.iso.IFB_NUMERIC\"/>",
       "vendor.xml:11: DE 4: length 12x is not allowed: a number"},
      {4, isofield(4, 12, "IFB_NUMERIC", "yes"),
       "vendor.xml:11: DE 4: pad yes is not allowed: true or false"},
      {2, isofield(2, 19, "IFB_NUMERIC"),
       "vendor.xml:9: DE 2: IFB_NUMERIC does not suit digits of variable length, up to 19; take "
       "one "
       "of IFA_LLNUM, IFA_LLLNUM, IFB_LLNUM, IFB_LLLNUM, IFB_LLHNUM, IFB_LLLHNUM"},
      {28, isofield(28, 8, "IFB_AMOUNT"), "vendor.xml:35: DE 28: length 8 is not allowed: it is 9"},
      {48, isofield(48, 255, "IFB_LLLCHAR"),
       "vendor.xml:55: DE 48: length 255 is not allowed: it is 999"},
      {48, isofield(48, 999, "IFB_LLCHAR"),
       "vendor.xml:55: DE 48: IFB_LLCHAR does not suit characters of variable length, up to 999; "
       "take one of IFA_LLLCHAR, IFB_LLLCHAR, IFB_LLLHCHAR"},
      {55, isofield(55, 1'000, "IFB_LLLBINARY"),
       "vendor.xml:62: DE 55: length 1000 is not allowed: it is at most 999"},
      {55, isofield(55, 0, "IFB_LLLBINARY"),
       "vendor.xml:62: DE 55: length 0 is not allowed: it is at most 999"},
      {0, isofield(0, 4, "IF_CHAR"),
       "vendor.xml:7: DE 0: IF_CHAR is no class for the MTI; take IFA_NUMERIC or IFB_NUMERIC"},
      {0, isofield(0, 3, "IFB_NUMERIC"), "vendor.xml:7: DE 0: length 3 is not allowed: it is 4"},
      {0, "", "vendor.xml: DE 0, the MTI, is missing"},
      {1, isofield(1, 16, "IFB_BINARY"),
       "vendor.xml:8: DE 1: IFB_BINARY is no class for the bitmap; take IFA_BITMAP or IFB_BITMAP"},
      {1, isofield(1, 8, "IFB_BITMAP"), "vendor.xml:8: DE 1: length 8 is not allowed: it is 16"},
      {1, "", "vendor.xml: DE 1, the bitmap, is missing"},
      {128, isofield(128, 8, "IFA_BINARY"),
       "vendor.xml:134: DE 128: both MACs are written alike: DE 64, at line 71, is IFB_BINARY"},
      {48, "<isofieldpackager id=\"48\" length=\"9\" class=\"x\" packager=\"y\"/>",
       "vendor.xml:55: DE 48: isofieldpackager is not supported; describe the whole element by an "
       "isofield"},
      {48, "<isofield id=\"48\"><isofield/></isofield>",
       "vendor.xml:55: <isofield> inside an isofield is not supported"},
      {48, "<field/>", "vendor.xml:55: <field> is not supported; an isopackager has isofields"},
      {48, "<isofield params=\"x\"/>",
       "vendor.xml:55: attribute params of isofield is not supported"},
      {48, "</isopackager>", "vendor.xml:56: is not well-formed XML: junk after document element"},
  };
  for (const auto& each : cases)
    EXPECT_EQ(refusal(changed(line_of(each.element), each.field)), each.sentence);
}

TEST(Packager, AnUnknownClassIsNamedWithFileAndLine) {
  for (const std::string name : {"org.jpos.iso.IFE_NUMERIC", "org.jpos.iso.IFB_FLLNUM",
                                 "com.vendor.IFB_NUMERIC", "IFB_NUMERIC", "org.jpos.iso."}) {
    const std::string sentence =
        refusal(changed(line_of(4), "<isofield id=\"4\" length=\"12\" class=\"" + name + "\"/>"));
    EXPECT_TRUE(sentence.starts_with("vendor.xml:11: DE 4: class " + name +
                                     " is not supported; there are, of org.jpos.iso, IFA_NUMERIC"))
        << sentence;
  }
}

TEST(Packager, WhatTheIsopackagerSaysOfItselfMustBeOurs) {
  const auto with = [](std::string_view attributes) {
    return refusal(changed("<isopackager>\n", "<isopackager " + std::string(attributes) + ">\n"));
  };
  EXPECT_EQ(with("maxValidField=\"128\" bitmapField=\"1\" emitBitmap=\"true\" headerLength=\"0\""),
            "");
  EXPECT_EQ(with("headerLength=\"7\""), "vendor.xml:6: headerLength 7 is not supported, only 0");
  EXPECT_EQ(with("maxValidField=\"192\""),
            "vendor.xml:6: maxValidField 192 is not supported, only 128");
  EXPECT_EQ(with("firstField=\"2\""),
            "vendor.xml:6: attribute firstField of isopackager is not supported");
  EXPECT_EQ(refusal("<packager/>"),
            "vendor.xml:1: begins with <packager>, and a packager file with <isopackager>");
  EXPECT_EQ(refusal(""), "vendor.xml:1: is not well-formed XML: no element found");
}

TEST(Packager, EntitiesAreRefusedWhereTheyAreDeclared) {
  const auto with_subset = [](std::string_view subset) {
    const std::string xml = shipped_packager("iso87-binary");
    return "<!DOCTYPE isopackager SYSTEM \"file:///etc/passwd\" [\n" + std::string(subset) +
           "]>\n" + xml.substr(xml.find("<isopackager>"));
  };
  EXPECT_EQ(refusal(with_subset("")), "");  // never fetched
  for (const std::string_view entity :
       {"<!ENTITY a \"aaaa\">", "<!ENTITY a SYSTEM \"file:///etc/passwd\">",
        "<!ENTITY % a SYSTEM \"http://localhost/a\">"})
    EXPECT_EQ(refusal(with_subset(entity)),
              "vendor.xml:2: declares an entity; write out what it stands for");
}

TEST(Packager, AFileHasABound) {
  std::string xml = shipped_packager("iso87-binary");
  xml.resize(codec::kMaxPackagerBytes, '\n');
  EXPECT_EQ(refusal(xml), "");
  EXPECT_EQ(refusal(xml + "\n"),
            "vendor.xml: is larger than 262144 bytes; this is no packager file");
}

}  // namespace
