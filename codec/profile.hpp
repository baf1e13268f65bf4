#pragma once
/// How one side writes ISO 8583:1987 on the wire: four small axes, no class per combination.

#include <cstdint>
#include <optional>
#include <string_view>

namespace codec {

enum class Digits : std::uint8_t { bcd, ascii };  ///< MTI, n, z, length prefixes
enum class Binary : std::uint8_t { raw, hex };    ///< bitmap and b elements

struct Profile {
  std::string_view name;
  Digits digits = Digits::bcd;
  Binary bitmap = Binary::raw;
  Binary binary = Binary::raw;
};

inline constexpr Profile kIso87Binary{"iso87-binary", Digits::bcd, Binary::raw, Binary::raw};
inline constexpr Profile kIso87Ascii{"iso87-ascii", Digits::ascii, Binary::hex, Binary::hex};
inline constexpr Profile kIso87AsciiBinary{"iso87-ascii-binary", Digits::ascii, Binary::raw,
                                           Binary::raw};

/// The built-in profile of this name, or nullptr.
const Profile* find_profile(std::string_view name);

}  // namespace codec
