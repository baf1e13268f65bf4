#pragma once
/// A profile from a file in the XML of jPOS's GenericPackager.
///
///   text → read_packager(): every isofield on its own, then the file as a whole → Profile
///
/// One isofield an element: its class says how it stands on the wire, and must hold what the
/// element holds by the table of elements; its length is the table's. Elements that are not in
/// kNeededElements may be left out, and are then not defined in messages of the profile; those of
/// variable length may have less.
///
/// A DOCTYPE may stand in front and is never fetched; entities must not be declared.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "codec/profile.hpp"

namespace codec {

/// A packager file of all 128 elements has about 20,000 bytes.
inline constexpr std::size_t kMaxPackagerBytes = 262'144;

/// What the switch writes, and what it cannot do without: every profile defines these.
inline constexpr std::array<std::uint8_t, 29> kNeededElements{
    2,  3,  4,  7,  11, 12, 13, 15, 18, 22, 25, 32, 35,  37, 38,
    39, 41, 42, 44, 48, 49, 52, 54, 64, 70, 90, 95, 103, 128};

/// `vendor.xml:12: DE 4: ` and what is wrong and allowed there.
struct PackagerError {
  std::string sentence;
};

/// Reads the text of a file; `name` stands in errors and becomes the profile's. The profile owns
/// what it points to: keep it as long as there are messages and writers of it.
base::Result<std::shared_ptr<const Profile>, PackagerError> read_packager(std::string_view xml,
                                                                          std::string_view name);

}  // namespace codec
