#pragma once
/// What the tests of codec share: profiles, exact buffers, sample values of every element.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "codec/field_table.hpp"
#include "codec/message.hpp"
#include "codec/writer.hpp"

namespace codec_test {

using Bytes = std::vector<std::uint8_t>;

/// More than all elements of a message at their longest.
inline constexpr std::size_t kSpaceForAnything = 65'536;

inline constexpr codec::Profile kProfiles[] = {codec::kIso87Binary, codec::kIso87Ascii,
                                               codec::kIso87AsciiBinary};

/// The text of a packager file that is shipped: `iso87-binary` and so on.
std::string shipped_packager(std::string_view name);
/// The built-in profiles, read from the packager files that are shipped.
const std::vector<codec::Profile>& packager_profiles();

/// Bytes on the heap of exactly this size, so that the address sanitizer sees one byte more.
class ExactBuffer {
 public:
  explicit ExactBuffer(std::size_t size) : data_(new std::uint8_t[size]()), size_(size) {}
  explicit ExactBuffer(base::ByteView bytes);
  base::ByteSpan span() { return {data_.get(), size_}; }
  base::ByteView view() const { return {data_.get(), size_}; }

 private:
  std::unique_ptr<std::uint8_t[]> data_;
  std::size_t size_;
};

/// The bytes of hexadecimal text.
Bytes from_hex(std::string_view text);
Bytes from_text(std::string_view text);

bool is_defined(int element);

/// A value of this many digits, characters or bytes, in the text that read_value() gives.
std::string sample_value(int element, std::size_t length);
/// Lengths worth trying: one when fixed, else none, one, two, an odd, one less than most, most.
std::vector<std::size_t> sample_lengths(int element);

/// Writes a value as read_value() gives it.
void write_value(codec::Writer& writer, int element, std::string_view value);
/// Digits, characters or bytes of a present element; a sign in front of x+n.
std::string read_value(const codec::Message& message, int element);

/// The message of a writer that is handed to `fill`.
template <class Fill>
Bytes write_message(const codec::Profile& profile, codec::Mti mti, Fill&& fill) {
  Bytes space(kSpaceForAnything);
  codec::Writer writer(profile, space);
  writer.begin(mti);
  fill(writer);
  const auto size = writer.finish();
  EXPECT_TRUE(size.has_value());
  space.resize(size.value_or(0));
  return space;
}

}  // namespace codec_test
