#pragma once
/// A message under construction, its elements as text, and its encoding.
///
///   draft.mti = …  draft.set(4, "5000")  draft.set_tag(1, "01000002")  draft.assign("41=POS00001")
///   → encode(draft, profile, seal) checks each value against the field table → bytes

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/message.hpp"
#include "crypto/mac.hpp"

namespace tools {

/// Values as they are said: digits (leading zeros may be left out of fixed ones), characters,
/// hexadecimal for b elements, `C00000100` for x+n.
class Draft {
 public:
  codec::Mti mti;

  void set(int element, std::string value);
  /// A tag of DE 48; the tags keep the order in which they were first set.
  void set_tag(int tag, std::string value);
  void drop(int element);
  void drop_tag(int tag);

  bool has(int element) const { return elements_.contains(element); }
  /// The value as it was set; empty when it was not.
  std::string_view get(int element) const;
  std::string_view tag(int number) const;
  const std::map<int, std::string>& elements() const { return elements_; }

  /// `4=5000` or `48.0001=01000002`. Throws UsageError.
  void assign(std::string_view text);
  /// `4` or `48.0001`. Throws UsageError.
  void remove(std::string_view name);

  /// DE 48: what was set for it and then the tags, or nothing. Throws UsageError when too long.
  std::optional<std::string> private_data() const;

 private:
  std::map<int, std::string> elements_;
  std::vector<std::pair<int, std::string>> tags_;
};

/// How the message ends: with which MAC, if any. `key` must be there unless kind is none.
struct Seal {
  crypto::MacKind kind = crypto::MacKind::none;
  const crypto::Key* key = nullptr;
  bool broken = false;  ///< a MAC that is wrong, to see it refused
};

/// From the MTI on. Throws UsageError naming the element that does not fit its format.
std::vector<std::uint8_t> encode(const Draft& draft, const codec::Profile& profile,
                                 const Seal& seal);

}  // namespace tools
