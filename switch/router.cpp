#include "switch/router.hpp"

#include <algorithm>
#include <exception>

#include "base/assert.hpp"
#include "codec/de48.hpp"
#include "codec/describe.hpp"
#include "handlers/answer_writer.hpp"

namespace core {
namespace {

using handlers::Answer;
using handlers::Refusal;

/// What DE 70 of an 0800 asks for.
enum NetworkCode : std::uint16_t { kSignOn = 1, kSignOff = 2, kEcho = 301 };

/// The MAC is over every byte before it. Of a message that could not be read the last bytes are
/// taken for one when its bit is set, so that a stranger learns nothing about formats.
bool mac_is_right(const StationLink& link, const codec::Message& message, base::ByteView bytes,
                  bool readable) {
  const std::size_t size = codec::mac_size(*link.profile);
  std::array<std::uint8_t, 8> received{};
  std::size_t covered = 0;
  if (readable) {
    const int element = message.has_second_bitmap() ? 128 : 64;
    if (!message.has(element)) return false;
    message.bytes(element, received);
    covered = message.offset(element);
  } else {
    if (codec::mac_element(*link.profile, bytes) == 0) return true;  // then it is a format error
    if (bytes.size() < size) return true;
    covered = bytes.size() - size;
    const base::ByteView tail = bytes.subspan(covered);
    if (link.profile->binary == codec::Binary::raw) {
      std::copy(tail.begin(), tail.end(), received.begin());
    } else {
      const auto decoded = base::from_hex(base::as_text(tail));
      if (!decoded || decoded->size() != received.size()) return false;
      std::copy(decoded->begin(), decoded->end(), received.begin());
    }
  }
  return crypto::mac_matches(crypto::compute_mac(link.mac, *link.mac_key, bytes.first(covered)),
                             received);
}

/// The first element that cannot be read: the codec's, or a DE 48 whose tags are broken.
int unreadable_element(const codec::Message& message, const codec::Result<void>& read) {
  const bool broken_tags = message.has(48) && !codec::TagList::read(message.text(48)).has_value();
  if (broken_tags) return 48;
  return read.error().element;
}

bool is_readable(const codec::Message& message, const codec::Result<void>& read) {
  return read.has_value() &&
         (!message.has(48) || codec::TagList::read(message.text(48)).has_value());
}

Answer answer_network(const codec::Message& message, LinkState& state, base::TimeUs now) {
  if (message.mti().without_repeat().value != 800)
    return handlers::refuse(Refusal::no_such_transaction, now);
  for (const int element : {7, 11, 70})
    if (!message.has(element)) return handlers::refuse(Refusal::format_error, now, element);
  switch (message.number(70)) {
    case kSignOn:
      state.signed_on = true;
      break;
    case kSignOff:
      state.signed_on = false;
      break;
    case kEcho:
      break;
    default:
      return handlers::refuse(Refusal::no_such_transaction, now);
  }
  return handlers::refuse(Refusal::none, now);
}

/// A handler that throws drops only itself.
Answer handle_safely(const codec::Message& message, const StationLink& link,
                     handlers::Context& context, bool write_allowed, std::string_view& complaint) {
  try {
    Answer answer = handlers::handle(message, link.station, context);
    if (!context.draft.has_writes() || write_allowed) {
      context.draft.keep();
      return answer;
    }
    complaint = "no writes are possible now";
  } catch (const std::exception&) {
    complaint = "a handler failed";  // what() may hold anything: not printed
  }
  context.draft.drop();
  return handlers::refuse(Refusal::system_error, context.now);
}

Answer decide(const codec::Message& message, const codec::Result<void>& read, base::ByteView bytes,
              const StationLink& link, LinkState& state, handlers::Context& context,
              bool write_allowed, std::string_view& complaint) {
  if (link.mac != crypto::MacKind::none && !mac_is_right(link, message, bytes, read.has_value()))
    return handlers::refuse(Refusal::mac_wrong, context.now);
  if (!is_readable(message, read))
    return handlers::refuse(Refusal::format_error, context.now, unreadable_element(message, read));
  if (message.mti().is_network_management()) return answer_network(message, state, context.now);
  if (link.sign_on_required && !state.signed_on)
    return handlers::refuse(Refusal::not_signed_on, context.now);
  return handle_safely(message, link, context, write_allowed, complaint);
}

template <std::size_t Size>
void copy_text(const codec::Message& message, int element, std::array<char, Size>& out) {
  if (!message.has(element)) return;
  const std::string_view text = message.text(element);
  std::copy_n(text.data(), std::min(Size, text.size()), out.data());
}

void note_request(const codec::Message& message, MessageFacts& facts) {
  facts.mti = message.mti();
  facts.name = codec::message_name(message);
  if (message.has(11)) message.digits(11, facts.stan);
  copy_text(message, 37, facts.reference);
  copy_text(message, 41, facts.terminal);
  if (message.has(4)) facts.amount_won = static_cast<std::int64_t>(message.number(4));
  if (message.has(2)) {
    facts.masked_card = message.digits<19>(2);
    codec::mask_card_in_place({facts.masked_card.data.data(), facts.masked_card.size});
  }
}

void note_answer(const Answer& answer, MessageFacts& facts) {
  facts.code = handlers::answer_code(answer);
  facts.replayed = answer.replay_size != 0;
  facts.words = facts.replayed ? handlers::code_words({facts.code.data(), facts.code.size()})
                               : handlers::info(answer.refusal).words;
  facts.bad_element = answer.bad_element;
  // Bytes in the wrong place may be a card number's.
  if (answer.refusal == Refusal::format_error) facts.amount_won = -1;
  facts.sequence = answer.sequence;
  if (answer.reference[0] != 0) facts.reference = answer.reference;
}

void compute_answer_mac(const void* context, base::ByteView message,
                        std::span<std::uint8_t, 8> mac) {
  const auto& link = *static_cast<const StationLink*>(context);
  const crypto::Mac computed = crypto::compute_mac(link.mac, *link.mac_key, message);
  std::copy(computed.begin(), computed.end(), mac.begin());
}

std::size_t write_frame(const codec::Frame& frame, const codec::Message& message,
                        const Answer& answer, const StationLink& link, base::ByteSpan space) {
  const std::size_t header = codec::header_size(link.frame);
  handlers::AnswerMac mac;
  if (link.mac != crypto::MacKind::none) mac = {compute_answer_mac, &link};
  const auto size = handlers::write_answer(message, answer, mac, space.subspan(header));
  CP_ASSERT(size.has_value());  // the bounds of an answer's elements add up to less than the space
  codec::write_header(link.frame, frame.tpdu, *size, space.first(header));
  return header + *size;
}

}  // namespace

Routed route(const codec::Frame& frame, const StationLink& link, LinkState& state,
             handlers::Context& context, bool write_allowed, base::ByteSpan space) {
  Routed routed;
  codec::Message message;
  const auto read = codec::read_message(*link.profile, frame.message, message);
  if (!read && !read.error().answerable()) {
    routed.complaint = codec::to_text(read.error().reason);
    routed.offset = read.error().offset;
    return routed;
  }
  note_request(message, routed.facts);
  if (!message.mti().is_request()) {
    routed.action = Routed::Action::drop;
    routed.complaint = "an answer nobody waits for";
    return routed;
  }
  Answer answer =
      decide(message, read, frame.message, link, state, context, write_allowed, routed.complaint);
  handlers::make_reference(message, context, answer);
  note_answer(answer, routed.facts);
  routed.size = write_frame(frame, message, answer, link, space);
  routed.action = Routed::Action::answer;
  return routed;
}

}  // namespace core
