#pragma once
/// A second reader, as plain as the contract: a character or a nibble at a time, slow on purpose.
/// What the real one does eight or sixteen bytes at a time must be the same.

#include <optional>

#include "codec/message.hpp"

namespace codec_test {

/// The first thing wrong with these bytes, or nothing.
std::optional<codec::ParseError> reference_read(const codec::Profile& profile,
                                                base::ByteView bytes);

}  // namespace codec_test
