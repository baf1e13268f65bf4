#pragma once
/// Writes an answer: what it echoes from the request, what the handler decided, the MAC.

#include <optional>

#include "codec/message.hpp"
#include "codec/writer.hpp"
#include "handlers/answer.hpp"

namespace handlers {

/// No MAC when `compute` is null.
struct AnswerMac {
  codec::MacFunction compute = nullptr;
  const void* context = nullptr;
};

/// Bytes of the answer in the request's profile, or nothing when `space` is too small. `request`
/// may be one that was read only up to its first bad element.
std::optional<std::size_t> write_answer(const codec::Message& request, const Answer& answer,
                                        AnswerMac mac, base::ByteSpan space);

/// The same in iso87-binary without DE 2 and MAC: what the ledger remembers.
std::optional<std::size_t> write_remembered(const codec::Message& request, const Answer& answer,
                                            base::ByteSpan space);

/// DE 39 as it will be sent: the remembered one of a replay.
std::array<char, 2> answer_code(const Answer& answer);

}  // namespace handlers
