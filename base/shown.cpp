#include "base/shown.hpp"

#include <algorithm>

namespace base {
namespace {
constexpr std::size_t kMaxShown = 60;
}

std::string shown(std::string_view text) {
  if (text.empty()) return "an empty value";
  std::string result(text.substr(0, kMaxShown));
  std::replace_if(
      result.begin(), result.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text.size() > kMaxShown ? result + "..." : result;
}

}  // namespace base
