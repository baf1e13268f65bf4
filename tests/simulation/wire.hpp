#pragma once
/// Requests of the model as frames of a station, and frames of the switch as text.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "model.hpp"
#include "switch/router.hpp"

namespace simulation {

struct Reply {
  std::string mti;
  std::map<int, std::string> fields;        ///< without DE 48 and the MAC
  std::map<std::string, std::string> tags;  ///< DE 48; 0005 opened: the password
  bool mac_right = true;
};

std::vector<std::uint8_t> encode(const model::Request& request, const core::StationLink& link);
/// The answer in a whole frame; an unreadable one is a failed assertion.
Reply decode(base::ByteView frame, const core::StationLink& link);

/// For a history: no password, cards masked.
std::string describe(const model::Request& request);
std::string describe(const Reply& reply);

}  // namespace simulation
