#include "tools/draft.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "codec/de48.hpp"
#include "tools/terminal.hpp"
#include "tools/usage_error.hpp"

namespace tools {
namespace {

Received encoded(const Draft& draft, const codec::Profile& profile = codec::kIso87Binary) {
  return {profile, encode(draft, profile, {})};
}

/// The sentence with which this assignment is refused.
std::string refusal_of(const std::string& assignment) {
  try {
    Draft draft;
    draft.mti.value = 200;
    draft.assign(assignment);
    encode(draft, codec::kIso87Binary, {});
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Draft, WritesEveryKindOfElement) {
  Draft draft;
  draft.mti.value = 200;
  for (const char* const text :
       {"2=9410129900000011", "3=0", "4=5000", "28=D77", "35=9410129900000011=3112", "41=POS1",
        "52=0123456789abcdef", "55=0102", "102=110000"})
    draft.assign(text);
  for (const codec::Profile* profile : {&codec::kIso87Binary, &codec::kIso87Ascii}) {
    const Received read = encoded(draft, *profile);
    EXPECT_EQ(read.text(2), "9410129900000011");
    EXPECT_EQ(read.text(3), "000000");
    EXPECT_EQ(read.text(4), "000000005000");
    EXPECT_EQ(read.text(28), "D00000077");
    EXPECT_EQ(read.text(35), "9410129900000011=3112");
    EXPECT_EQ(read.text(41), "POS1");
    EXPECT_EQ(read.text(52), "0123456789ABCDEF");
    EXPECT_EQ(read.text(55), "0102");
    EXPECT_EQ(read.text(102), "110000");
  }
}

TEST(Draft, TagsKeepTheirOrderAndAreReplacedInPlace) {
  Draft draft;
  draft.mti.value = 200;
  draft.assign("48.0010=A");
  draft.assign("48.0001=01000002");
  draft.assign("48.0010=BB");
  EXPECT_EQ(draft.private_data(), "0010002BB000100801000002");
  draft.remove("48.0010");
  EXPECT_EQ(draft.private_data(), "000100801000002");
  EXPECT_EQ(encoded(draft).tag(1), "01000002");
  draft.remove("48");
  EXPECT_EQ(draft.private_data(), std::nullopt);
}

TEST(Draft, RawPrivateDataStandsBeforeTheTags) {
  Draft draft;
  draft.assign("48=broken");
  draft.assign("48.0001=X");
  EXPECT_EQ(draft.private_data(), "broken0001001X");
}

TEST(Draft, RefusesWhatDoesNotFit) {
  EXPECT_EQ(refusal_of("3=1234567"), "DE 3 must be at most 6 digits");
  EXPECT_EQ(refusal_of("4=12a"), "DE 4 must be at most 12 digits");
  EXPECT_EQ(refusal_of("4="), "DE 4 must be at most 12 digits");
  EXPECT_EQ(refusal_of("28=12"), "DE 28 must be C or D and at most 8 digits");
  EXPECT_EQ(refusal_of("35=12x"), "DE 35 must be at most 37 digits and `=`");
  EXPECT_EQ(refusal_of("41=POS000001"), "DE 41 must be at most 8 bytes");
  EXPECT_EQ(refusal_of("52=0123"), "DE 52 must be 16 hexadecimal digits");
  EXPECT_EQ(refusal_of("55=0"), "DE 55 must be at most 1998 hexadecimal digits");
  EXPECT_EQ(refusal_of("65=1"), "DE 65 is not defined in iso87-binary");
  EXPECT_EQ(refusal_of("48.0001=" + std::string(993, 'x')), "DE 48 must be at most 999 bytes");
}

TEST(Draft, RefusesWhatIsNoAssignment) {
  EXPECT_EQ(refusal_of("4"), "`4` is not of the form DE=VALUE");
  EXPECT_EQ(refusal_of("1=0"), "`1` is not the number of a data element (2 to 128)");
  EXPECT_EQ(refusal_of("129=0"), "`129` is not the number of a data element (2 to 128)");
  EXPECT_EQ(refusal_of("47.0001=0"), "`47.0001` is not a tag of DE 48, as 48.0001");
  EXPECT_EQ(refusal_of("48.1=0"), "`48.1` is not a tag of DE 48, as 48.0001");
  EXPECT_EQ(refusal_of("48.000x=0"), "`000x` is not a tag of DE 48 (four digits)");
}

TEST(Draft, SealsWithTheRightOrAWrongMac) {
  const crypto::Key key(*base::from_hex("31F7A2C84CB597E0C2D9B5E07A6E8034"));
  Draft draft;
  draft.mti.value = 800;
  draft.set(11, "101");
  const Seal seal{crypto::MacKind::x9_19, &key, false};
  const auto right = encode(draft, codec::kIso87Binary, seal);
  const base::ByteView before = base::ByteView(right).first(right.size() - 8);
  const crypto::Mac expected = crypto::compute_mac(crypto::MacKind::x9_19, key, before);
  EXPECT_TRUE(crypto::mac_matches(expected, base::ByteView(right).last(8)));
  const auto wrong = encode(draft, codec::kIso87Binary, {crypto::MacKind::x9_19, &key, true});
  EXPECT_FALSE(crypto::mac_matches(expected, base::ByteView(wrong).last(8)));
  draft.set(64, "0000000000000000");
  EXPECT_EQ(encode(draft, codec::kIso87Binary, seal).size(), right.size()) << "said by hand";
}

}  // namespace
}  // namespace tools
