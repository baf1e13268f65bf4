#include "switch/key_exchange.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "codec/de48.hpp"
#include "ledger/station_keys.hpp"

namespace core {
namespace {

using crypto::ExchangedKeys;
using crypto::KeyUse;
using handlers::Refusal;

/// Tags of DE 48.
enum Tag : int { kNewKey = 50, kCheckValue = 51, kWhichKey = 52 };

std::optional<KeyUse> asked_use(const codec::Message& message) {
  if (!message.has(48)) return std::nullopt;
  const auto tags = codec::TagList::read(message.text(48));
  const auto which = tags ? tags->find(kWhichKey) : std::nullopt;
  if (which == "P") return KeyUse::pin;
  if (which == "M") return KeyUse::mac;
  return std::nullopt;
}

crypto::ExchangeId exchange_id(const codec::Message& message) {
  crypto::ExchangeId id;
  message.digits(7, std::span(id).first<10>());
  message.digits(11, std::span(id).last<6>());
  return id;
}

/// The keys that the station has by exchange, or the one of the key file.
ExchangedKeys held_keys(const StationKeys& station, KeyUse use, handlers::Context& context) {
  const crypto::KeyStore& keys = context.vault.keys();
  const std::uint32_t generation = keys.generation(station.station, use);
  auto held = ledger::read_station_keys(context.draft, keys, station.id, use);
  if (held && held->generation == generation) return std::move(*held);
  const crypto::Key* const first = keys.station_key(station.station, use);
  CP_ASSERT(first != nullptr);
  return {generation, 0, {{{}, 0, *first}}};
}

void add_key(ExchangedKeys& held, const crypto::ExchangeId& id, crypto::Key key, base::TimeUs now) {
  ++held.exchanges;
  held.entries.insert(held.entries.begin(), {id, now, std::move(key)});
  if (held.entries.size() > crypto::kKeysKept) held.entries.resize(crypto::kKeysKept);
}

}  // namespace

bool repeats_mac_exchange(const codec::Message& message, const StationKeys& station) {
  return message.mti().without_repeat().value == 800 && message.has(7) && message.has(11) &&
         message.has(70) && message.number(70) == kKeyExchange &&
         asked_use(message) == KeyUse::mac && station.mac_keys.was_asked_by(exchange_id(message));
}

handlers::Answer exchange_key(const codec::Message& message, StationKeys& station,
                              handlers::Context& context, std::shared_ptr<KeyChange>& change) {
  const auto use = asked_use(message);
  if (!use) return handlers::refuse(Refusal::format_error, context.now, 48);
  if (station.of(*use).empty()) return handlers::refuse(Refusal::no_such_key, context.now);
  if (station.transport.bytes().empty())
    return handlers::refuse(Refusal::no_transport_key, context.now);

  const crypto::KeyAlgorithm algorithm = station.algorithm(*use);
  const crypto::ExchangeId id = exchange_id(message);
  ExchangedKeys held = held_keys(station, *use, context);
  auto given = std::ranges::find(held.entries, id, &ExchangedKeys::Entry::asked_by);
  if (given == held.entries.end()) {
    add_key(held, id, crypto::draw_key(algorithm, context.random), context.now);
    given = held.entries.begin();
    ledger::write_station_keys(context.draft, context.vault.keys(), station.id, *use, held,
                               context.random);
    change = std::make_shared<KeyChange>(KeyChange{station, *use, held});
  }

  handlers::Answer answer = handlers::refuse(Refusal::none, context.now);
  codec::TagWriter tags(answer.tags);
  tags.add(kNewKey, crypto::make_travel_form(station.form, station.transport, *use, algorithm,
                                             given->key, context.random));
  tags.add(kCheckValue, crypto::as_text(crypto::check_value(given->key, algorithm)));
  answer.tags_size = tags.content().size();
  return answer;
}

}  // namespace core
