#pragma once
/// How one side writes ISO 8583:1987 on the wire: a few small axes, no class per combination.
///
/// Three profiles are built in; read_packager() makes others from a file (codec/packager.hpp).

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace codec {

enum class Digits : std::uint8_t { bcd, ascii };
enum class Binary : std::uint8_t { raw, hex };

struct Plan;  ///< how each element stands on the wire
extern const Plan kBcdPlan, kAsciiPlan, kAsciiHexPlan;

/// Messages and writers point to it: it must outlive them all.
struct Profile {
  std::string_view name;
  Digits digits = Digits::bcd;  ///< the MTI
  Binary bitmap = Binary::raw;
  Binary binary = Binary::raw;  ///< the MAC (DE 64 and 128)
  const Plan* plan = &kBcdPlan;
};

inline constexpr Profile kIso87Binary{"iso87-binary", Digits::bcd, Binary::raw, Binary::raw,
                                      &kBcdPlan};
inline constexpr Profile kIso87Ascii{"iso87-ascii", Digits::ascii, Binary::hex, Binary::hex,
                                     &kAsciiHexPlan};
inline constexpr Profile kIso87AsciiBinary{"iso87-ascii-binary", Digits::ascii, Binary::raw,
                                           Binary::raw, &kAsciiPlan};

/// The built-in profile of this name, or nullptr.
const Profile* find_profile(std::string_view name);

/// Whether messages are written alike under both, whatever they are called.
bool is_same_form(const Profile& one, const Profile& other);

/// Digits, characters or bytes that the element (2 to 128) can have in messages of this profile;
/// 0 where they cannot hold it. With the built-in ones that is what the table of elements says; a
/// packager file may say less.
std::size_t longest(const Profile& profile, int element);

}  // namespace codec
