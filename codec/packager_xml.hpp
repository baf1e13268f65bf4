#pragma once
/// The XML of a packager file taken apart: the isofields as they stand there. Inside codec only.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "codec/packager.hpp"

namespace codec {

/// One isofield; nothing where it has no such attribute.
struct IsoField {
  std::size_t line = 0;
  std::optional<std::string> id, length, field_class, pad;
};

/// `vendor.xml:12: ` and the sentence.
PackagerError packager_error(std::string_view name, std::size_t line, std::string_view sentence);

/// All isofields in the file's order; an error for whatever is not flat, or no packager file.
base::Result<std::vector<IsoField>, PackagerError> read_packager_xml(std::string_view xml,
                                                                     std::string_view name);

}  // namespace codec
