#include "switch/control_request.hpp"

#include <fmt/format.h>

namespace core {

namespace json = boost::json;

std::string_view text_of(const json::object& request, std::string_view key) {
  const json::value* value = request.if_contains(key);
  if (value == nullptr || !value->is_string())
    throw BadRequest(fmt::format("`{}` must be a text", key));
  return value->get_string();
}

std::int64_t number_of(const json::object& request, std::string_view key, std::int64_t least,
                       std::int64_t most) {
  boost::system::error_code error;
  const json::value* value = request.if_contains(key);
  const auto number = value == nullptr ? 0 : value->to_number<std::int64_t>(error);
  if (value == nullptr || error || number < least || number > most)
    throw BadRequest(fmt::format("`{}` must be a number from {} to {}", key, least, most));
  return number;
}

bool flag_of(const json::object& request, std::string_view key) {
  const json::value* value = request.if_contains(key);
  if (value != nullptr && !value->is_bool())
    throw BadRequest(fmt::format("`{}` must be true or false", key));
  return value != nullptr && value->get_bool();
}

std::optional<std::int64_t> number_if_given(const json::object& request, std::string_view key,
                                            std::int64_t least, std::int64_t most) {
  if (!request.contains(key)) return std::nullopt;
  return number_of(request, key, least, most);
}

}  // namespace core
