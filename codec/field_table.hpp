#pragma once
/// The 128 data elements of ISO 8583:1987: length, content, sensitivity and name, in one table.

#include <cstdint>
#include <string_view>

namespace codec {

enum class Length : std::uint8_t { fixed, ll, lll };

enum class Content : std::uint8_t {
  undefined,
  n,    ///< digits
  x_n,  ///< C or D, then digits
  an,   ///< characters (an and ans)
  z,    ///< track 2: digits, `=` and `D`
  b,    ///< bytes
};

/// What a description may show. What is not declared harmless is not printed.
enum class Sensitivity : std::uint8_t {
  masked,   ///< only its length (the default)
  clear,    ///< harmless
  card,     ///< card number: first six and last four; PIN#: first eight
  account,  ///< only the last four characters
  tags,     ///< DE 48: each tag has a sensitivity of its own
};

struct Field {
  Length length = Length::fixed;
  Content content = Content::undefined;
  std::uint16_t size = 0;  ///< digits, characters or bytes: exact when fixed, else the maximum
  Sensitivity sensitivity = Sensitivity::masked;
  std::string_view name;
};

/// DE 2 to 128; element 1 (the bit of the second bitmap) and 0 are undefined.
const Field& field(int element);

}  // namespace codec
