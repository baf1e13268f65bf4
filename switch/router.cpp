#include "switch/router.hpp"

#include <algorithm>
#include <exception>

#include "base/assert.hpp"
#include "codec/de48.hpp"
#include "codec/describe.hpp"
#include "handlers/answer_writer.hpp"
#include "switch/guess_brake.hpp"

namespace core {
namespace {

using handlers::Answer;
using handlers::Refusal;

/// What DE 70 of an 0800 asks for.
enum NetworkCode : std::uint16_t { kSignOn = 1, kSignOff = 2, kEcho = 301 };

/// The MAC that a request carries, and what it is over.
struct CarriedMac {
  std::size_t covered = 0;
  crypto::Mac mac{};
};

/// The MAC is over every byte before it. Of a message that could not be read the last bytes are
/// taken for one when its bit is set, so that a stranger learns nothing about formats. Nothing when
/// there is none that could be right.
std::optional<CarriedMac> carried_mac(const StationLink& link, const codec::Message& message,
                                      base::ByteView bytes, bool readable) {
  CarriedMac carried;
  if (readable) {
    const int element = message.has_second_bitmap() ? 128 : 64;
    if (!message.has(element)) return std::nullopt;
    message.bytes(element, carried.mac);
    carried.covered = message.offset(element);
    return carried;
  }
  carried.covered = bytes.size() - codec::mac_size(*link.profile);
  const base::ByteView tail = bytes.subspan(carried.covered);
  if (link.profile->binary == codec::Binary::raw) {
    std::copy(tail.begin(), tail.end(), carried.mac.begin());
    return carried;
  }
  const auto decoded = base::from_hex(base::as_text(tail));
  if (!decoded || decoded->size() != carried.mac.size()) return std::nullopt;
  std::copy(decoded->begin(), decoded->end(), carried.mac.begin());
  return carried;
}

/// An unreadable message that ends in no MAC is a format error, whoever sent it.
bool may_end_in_mac(const StationLink& link, base::ByteView bytes) {
  return codec::mac_element(*link.profile, bytes) != 0 &&
         bytes.size() >= codec::mac_size(*link.profile);
}

/// The key under which the request's MAC is right, or nullptr. For a minute after a change that may
/// be the key before.
const crypto::Key* proving_key(const StationLink& link, const codec::Message& message,
                               base::ByteView bytes, bool readable, base::TimeUs now) {
  const crypto::WorkingKeys& keys = link.keys->mac_keys;
  if (!readable && !may_end_in_mac(link, bytes)) return &keys.present();
  const auto carried = carried_mac(link, message, bytes, readable);
  if (!carried) return nullptr;
  const bool late = readable && repeats_mac_exchange(message, *link.keys);
  for (const crypto::Key& key : late ? keys.all() : keys.counting(now))
    if (crypto::mac_matches(crypto::compute_mac(link.mac, key, bytes.first(carried->covered)),
                            carried->mac))
      return &key;
  return nullptr;
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

/// What decides a request besides its bytes and the ledger.
struct Desk {
  const StationLink& link;
  LinkState& state;
  handlers::Context& context;
  bool write_allowed;
};

/// A handler that throws drops only itself.
template <class Handler>
Answer handle_safely(Desk& desk, Routed& routed, const Handler& handler) {
  handlers::Context& context = desk.context;
  try {
    Answer answer = handler();
    if (desk.write_allowed) {
      context.draft.keep();
      return answer;
    }
    const bool lacks_nothing = !context.draft.must_be_written();
    context.draft.drop();
    if (lacks_nothing) return answer;
    routed.complaint = "no writes are possible now";
  } catch (const std::exception&) {
    routed.complaint = "a handler failed";  // what() may hold anything: not printed
  }
  context.draft.drop();
  return handlers::refuse(Refusal::system_error, context.now);
}

Answer answer_key_exchange(const codec::Message& message, Desk& desk, Routed& routed) {
  std::shared_ptr<KeyChange> change;
  Answer answer = handle_safely(
      desk, routed, [&] { return exchange_key(message, *desk.link.keys, desk.context, change); });
  if (answer.approved()) routed.key_change = std::move(change);
  return answer;
}

Answer answer_network(const codec::Message& message, Desk& desk, Routed& routed) {
  const base::TimeUs now = desk.context.now;
  if (message.mti().without_repeat().value != 800)
    return handlers::refuse(Refusal::no_such_transaction, now);
  for (const int element : {7, 11, 70})
    if (!message.has(element)) return handlers::refuse(Refusal::format_error, now, element);
  switch (message.number(70)) {
    case kSignOn:
      desk.state.signed_on = true;
      break;
    case kSignOff:
      desk.state.signed_on = false;
      break;
    case kKeyExchange:
      return answer_key_exchange(message, desk, routed);
    case kEcho:
      break;
    default:
      return handlers::refuse(Refusal::no_such_transaction, now);
  }
  return handlers::refuse(Refusal::none, now);
}

/// Where the customers of many places come through one DE 41.
bool is_shared(ledger::Role role) {
  return role == ledger::Role::telephone || role == ledger::Role::site;
}

Asker asker_of(const StationLink& link, const std::array<char, 8>& terminal) {
  return {link.station.id, link.station.name, terminal, is_shared(link.station.role)};
}

/// Requests only: an advice tells what has happened, a reversal gives back.
bool may_be_slowed(const StationLink& link, codec::Mti mti) {
  const bool can_guess = mti.message_class() == 1 || mti.message_class() == 2;
  return link.brake != nullptr && can_guess && mti.function() == 0;
}

/// `mac_key` becomes the key of the answer's MAC: the one that the request came under.
Answer decide(const codec::Message& message, const codec::Result<void>& read, base::ByteView bytes,
              Desk& desk, Routed& routed, const crypto::Key*& mac_key) {
  const StationLink& link = desk.link;
  const base::TimeUs now = desk.context.now;
  if (link.mac != crypto::MacKind::none) {
    const crypto::Key* const proving = proving_key(link, message, bytes, read.has_value(), now);
    mac_key = proving != nullptr ? proving : &link.keys->mac_keys.present();
    if (proving == nullptr) return handlers::refuse(Refusal::mac_wrong, now);
  }
  if (!is_readable(message, read))
    return handlers::refuse(Refusal::format_error, now, unreadable_element(message, read));
  if (message.mti().is_network_management()) return answer_network(message, desk, routed);
  if (link.sign_on_required && !desk.state.signed_on)
    return handlers::refuse(Refusal::not_signed_on, now);
  if (may_be_slowed(link, message.mti()) && message.has(2) &&
      !link.brake->may_ask(asker_of(link, routed.facts.terminal)))
    return handlers::refuse(Refusal::too_many_guesses, now);
  return handle_safely(desk, routed,
                       [&] { return handlers::handle(message, link.station, desk.context); });
}

template <std::size_t Size>
void copy_text(const codec::Message& message, int element, std::array<char, Size>& out) {
  if (!message.has(element)) return;
  const std::string_view text = message.text(element);
  std::copy_n(text.data(), std::min(Size, text.size()), out.data());
}

void note_request(const codec::Message& message, MessageFacts& facts) {
  facts.mti = message.mti();
  facts.kind = codec::message_kind(message);
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
  if (facts.amount_won == 0 && answer.amount_won != 0)
    facts.amount_won = answer.amount_won;  // what a call costs is for the switch to say
  // Bytes in the wrong place may be a card number's.
  if (answer.refusal == Refusal::format_error) {
    facts.amount_won = -1;
    facts.reference = {};
  }
  facts.sequence = answer.sequence;
  if (answer.reference[0] != 0) facts.reference = answer.reference;
}

/// Should the batch be routed again, its guesses count again: only where the disk refuses writes.
void slow_down(const StationLink& link, const Answer& answer, MessageFacts& facts) {
  if (!may_be_slowed(link, facts.mti) || answer.card_key == 0) return;
  facts.wait_us =
      link.brake->judge(asker_of(link, facts.terminal),
                        {answer.card_key, facts.masked_card.view(), facts.code, facts.replayed});
}

/// How an answer's MAC is made.
struct MacMaker {
  crypto::MacKind kind;
  const crypto::Key* key;
};

void compute_answer_mac(const void* context, base::ByteView message,
                        std::span<std::uint8_t, 8> mac) {
  const auto& maker = *static_cast<const MacMaker*>(context);
  const crypto::Mac computed = crypto::compute_mac(maker.kind, *maker.key, message);
  std::copy(computed.begin(), computed.end(), mac.begin());
}

std::size_t write_frame(const codec::Frame& frame, const codec::Message& message,
                        const Answer& answer, const StationLink& link, const crypto::Key* mac_key,
                        base::ByteSpan space) {
  const std::size_t header = codec::header_size(link.frame);
  const MacMaker maker{link.mac, mac_key};
  handlers::AnswerMac mac;
  if (link.mac != crypto::MacKind::none) mac = {compute_answer_mac, &maker};
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
  Desk desk{link, state, context, write_allowed};
  const crypto::Key* mac_key = nullptr;
  Answer answer = decide(message, read, frame.message, desk, routed, mac_key);
  handlers::make_reference(message, context, answer);
  note_answer(answer, routed.facts);
  slow_down(link, answer, routed.facts);
  routed.size = write_frame(frame, message, answer, link, mac_key, space);
  routed.action = Routed::Action::answer;
  return routed;
}

}  // namespace core
