#pragma once
/// What is in a request line of the control socket.

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace core {

/// What the client did wrong, in a sentence for him.
class BadRequest : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Each throws BadRequest.

std::string_view text_of(const boost::json::object& request, std::string_view key);
std::int64_t number_of(const boost::json::object& request, std::string_view key, std::int64_t least,
                       std::int64_t most);
/// False when the key is not there.
bool flag_of(const boost::json::object& request, std::string_view key);
/// Nothing when the key is not there.
std::optional<std::int64_t> number_if_given(const boost::json::object& request,
                                            std::string_view key, std::int64_t least,
                                            std::int64_t most);

}  // namespace core
