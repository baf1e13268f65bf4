// Foreign text in sentences for an operator.

#include "base/shown.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Shown, PrintableTextIsShownAsItIs) { EXPECT_EQ(base::shown("a ~tide"), "a ~tide"); }

TEST(Shown, NothingSaysSo) { EXPECT_EQ(base::shown(""), "an empty value"); }

TEST(Shown, NoByteReachesATerminalAsACommand) {
  EXPECT_EQ(base::shown("line\nof \x1b[2J"), "line?of ?[2J");
  EXPECT_EQ(base::shown("rubbed out \x7f"), "rubbed out ?");
  EXPECT_EQ(base::shown("\xc2\x9b"
                        "2J"),
            "??2J");  // CSI as UTF-8
  EXPECT_EQ(base::shown(std::string_view("nul\0", 4)), "nul?");
}

TEST(Shown, LongTextIsCut) {
  EXPECT_EQ(base::shown(std::string(60, 'x')), std::string(60, 'x'));
  EXPECT_EQ(base::shown(std::string(61, 'x')), std::string(60, 'x') + "...");
}

}  // namespace
