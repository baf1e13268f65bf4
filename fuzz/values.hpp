#pragma once
/// The values of a message, whatever profile they stand in.

#include <vector>

#include "codec/message.hpp"
#include "codec/writer.hpp"

namespace fuzz {

/// A message written by `put(writer, element)` for each element of `from`, without its bit 1. Space
/// of exactly its size is enough, and one byte less is not.
template <class Put>
std::vector<std::uint8_t> write_all(const codec::Message& from, const codec::Profile& to,
                                    Put&& put) {
  const auto write = [&](base::ByteSpan space) {
    codec::Writer writer(to, space);
    writer.begin(from.mti());
    for (int element = 2; element <= 128; ++element)
      if (from.has(element)) put(writer, element);
    return writer.finish();
  };
  constexpr std::size_t kSpaceForAnything = 65'536;
  static std::vector<std::uint8_t> space(kSpaceForAnything);
  const auto size = write(space);
  CP_ASSERT(size.has_value());
  std::vector<std::uint8_t> exact(*size), too_small(*size - 1);
  CP_ASSERT(write(exact) == size && !write(too_small));
  return exact;
}

/// Takes an element of `from` apart and writes its value.
void put_value(codec::Writer& writer, const codec::Message& from, int element);

/// Both hold the same elements with the same values.
bool has_same_values(const codec::Message& left, const codec::Message& right);

}  // namespace fuzz
