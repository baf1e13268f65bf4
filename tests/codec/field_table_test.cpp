// The table of elements against the wire contract, spelled as the contract spells it.

#include "codec/field_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>

namespace {

using codec::Content;
using codec::Length;
using codec::Sensitivity;

/// "2 n..19", "28-31 x+n8": first element (or a range of them), kind, dots for LL or LLL, size.
constexpr const char* kContract[] = {"2 n..19",
                                     "3 n6",
                                     "4-6 n12",
                                     "7 n10",
                                     "8-10 n8",
                                     "11-12 n6",
                                     "13-18 n4",
                                     "19-24 n3",
                                     "25 n2",
                                     "26 n2",
                                     "27 n1",
                                     "28-31 x+n8",
                                     "32-33 n..11",
                                     "34 ans..28",
                                     "35 z..37",
                                     "36 ans...104",
                                     "37 an12",
                                     "38 an6",
                                     "39 an2",
                                     "40 an3",
                                     "41 ans8",
                                     "42 ans15",
                                     "43 ans40",
                                     "44 ans..25",
                                     "45 ans..76",
                                     "46-48 ans...999",
                                     "49-51 an3",
                                     "52 b8",
                                     "53 n16",
                                     "54 ans...120",
                                     "55 b...999",
                                     "56-63 ans...999",
                                     "64 b8",
                                     "66 n1",
                                     "67 n2",
                                     "68-70 n3",
                                     "71-72 n4",
                                     "73 n6",
                                     "74-81 n10",
                                     "82-85 n12",
                                     "86-89 n16",
                                     "90 n42",
                                     "91 an1",
                                     "92 an2",
                                     "93 an6",
                                     "94 an7",
                                     "95 an42",
                                     "96 b16",
                                     "97 x+n16",
                                     "98 ans25",
                                     "99-100 n..11",
                                     "101 ans..17",
                                     "102-103 ans..28",
                                     "104 ans...100",
                                     "105-127 ans...999",
                                     "128 b8"};

struct Expected {
  Length length;
  Content content;
  int size;
};

Content content_of(const std::string& kind) {
  if (kind == "n") return Content::n;
  if (kind == "x+n") return Content::x_n;
  if (kind == "z") return Content::z;
  if (kind == "b") return Content::b;
  EXPECT_TRUE(kind == "an" || kind == "ans") << kind;
  return Content::an;
}

std::map<int, Expected> contract() {
  std::map<int, Expected> table;
  for (const std::string row : kContract) {
    std::istringstream words(row);
    std::string range, format;
    words >> range >> format;
    const int first = std::stoi(range);
    const auto dash = range.find('-');
    const int last = dash == std::string::npos ? first : std::stoi(range.substr(dash + 1));
    const auto kind_end = format.find_first_of(".0123456789");
    const auto digits = format.find_first_of("0123456789");
    const Length lengths[] = {Length::fixed, Length::fixed, Length::ll, Length::lll};
    for (int element = first; element <= last; ++element)
      table[element] = {lengths[digits - kind_end], content_of(format.substr(0, kind_end)),
                        std::stoi(format.substr(digits))};
  }
  return table;
}

TEST(FieldTable, IsTheContracts) {
  const auto expected = contract();
  ASSERT_EQ(expected.size(), 126u);  // 2 to 128 but 65
  for (int element = 0; element <= 128; ++element) {
    SCOPED_TRACE(element);
    const codec::Field& field = codec::field(element);
    const auto row = expected.find(element);
    if (row == expected.end()) {
      EXPECT_EQ(field.content, Content::undefined);
      continue;
    }
    EXPECT_EQ(field.length, row->second.length);
    EXPECT_EQ(field.content, row->second.content);
    EXPECT_EQ(field.size, row->second.size);
    EXPECT_FALSE(field.name.empty());
  }
}

TEST(FieldTable, ShowsOnlyWhatIsDeclaredHarmless) {
  std::set<int> clear;
  for (const auto& [first, last] :
       {std::pair{3, 13}, {15, 33}, {37, 44}, {49, 51}, {54, 54}, {66, 95}, {97, 101}})
    for (int element = first; element <= last; ++element) clear.insert(element);
  for (int element = 0; element <= 128; ++element) {
    SCOPED_TRACE(element);
    const Sensitivity expected = element == 2                       ? Sensitivity::card
                                 : element == 48                    ? Sensitivity::tags
                                 : element == 102 || element == 103 ? Sensitivity::account
                                 : clear.count(element) != 0        ? Sensitivity::clear
                                                                    : Sensitivity::masked;
    EXPECT_EQ(codec::field(element).sensitivity, expected);
  }
}

TEST(FieldTableDeathTest, HasNoElement129) {
  EXPECT_DEATH(codec::field(129), "broken invariant");
  EXPECT_DEATH(codec::field(-1), "broken invariant");
}

}  // namespace
