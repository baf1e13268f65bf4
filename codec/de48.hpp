#pragma once
/// DE 48: a sequence of tag (4 digits), length in bytes (3 digits), value.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "codec/error.hpp"
#include "codec/field_table.hpp"

namespace codec {

/// A checked view over the content of DE 48; valid as long as that content.
class TagList {
 public:
  TagList() = default;
  /// Checks the whole sequence; `broken_tags` with the offset inside DE 48 when it is none.
  static Result<TagList> read(std::string_view content);

  /// The first value of this tag, or nothing.
  std::optional<std::string_view> find(int tag) const;

  struct Tag {
    int number = 0;
    std::string_view value;
  };
  /// Calls visit(Tag) for each tag in order.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    std::string_view rest = content_;
    while (!rest.empty()) visit(take(rest));
  }

 private:
  static Tag take(std::string_view& rest);
  std::string_view content_;
};

/// Appends tags to a caller's buffer of at most 999 bytes; no heap. Too much is an assertion.
class TagWriter {
 public:
  explicit TagWriter(std::span<char> space) : space_(space) {}
  void add(int tag, std::string_view value);
  std::string_view content() const { return {space_.data(), used_}; }

 private:
  std::span<char> space_;
  std::size_t used_ = 0;
};

/// Sensitivity and name of a tag; an unknown one is masked.
struct TagInfo {
  Sensitivity sensitivity = Sensitivity::masked;
  std::string_view name = "unknown";
};
TagInfo tag_info(int tag);

}  // namespace codec
