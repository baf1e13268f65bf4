#include <cstdio>

#include "tools/control_view.hpp"
#include "tools/ctl_commands.hpp"

namespace tools {

namespace json = boost::json;

int ctl_backup(const SwitchPlace& place, const std::filesystem::path& folder) {
  // As it is meant here, not where the switch was started.
  auto path = std::filesystem::absolute(folder).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();
  for (const json::object& line :
       ask_with_bar(place.socket, {{"command", "backup"}, {"folder", path.string()}}))
    std::fputs(object_table(line).c_str(), stdout);
  return kWell;
}

}  // namespace tools
