#pragma once
/// 0800/161: a station asks for a new PIN or MAC key and gets it wrapped under its transport key.
///
/// The new key is in the batch of its answer, so that one journal write makes both durable; it
/// counts from the moment when that has happened. The same message again, over restarts too, gets
/// the same key, since the last few keys are kept with what asked for them.

#include <memory>
#include <optional>
#include <string_view>

#include "codec/message.hpp"
#include "handlers/service.hpp"
#include "switch/station_keys.hpp"

namespace core {

/// DE 70 of an 0800 that asks for a key.
inline constexpr std::uint16_t kKeyExchange = 161;

/// What counts once the batch is durable.
struct KeyChange {
  StationKeys& station;
  crypto::KeyUse use;
  crypto::ExchangedKeys keys;
};

/// Whether this readable message asks for a MAC key that it has been given already: it comes under
/// the key that was replaced, however late.
bool repeats_mac_exchange(const codec::Message& message, const StationKeys& station);

/// The answer to an 0800/161 that has DE 7 and 11. `change` is set when a key was drawn; it is in
/// the draft then, which the caller keeps or drops. Throws std::runtime_error when what was
/// exchanged before cannot be opened.
handlers::Answer exchange_key(const codec::Message& message, StationKeys& station,
                              handlers::Context& context, std::shared_ptr<KeyChange>& change);

}  // namespace core
