#include <cstdio>

#include "tools/control_client.hpp"
#include "tools/control_view.hpp"
#include "tools/ctl_commands.hpp"
#include "tools/screen.hpp"

namespace tools {

namespace json = boost::json;

int ctl_backup(const SwitchPlace& place, const std::filesystem::path& folder) {
  // As it is meant here, not where the switch was started.
  auto path = std::filesystem::absolute(folder).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();
  ProgressBar bar;
  std::string table;
  ask_switch(place.socket, {{"command", "backup"}, {"folder", path.string()}},
             [&](const json::object& line) {
               if (line.at("kind").as_string() == "progress")
                 bar.show(progress_share(line), cell_text(line.at("text")));
               else
                 table += object_table(line);
             });
  std::fputs(table.c_str(), stdout);
  return kWell;
}

}  // namespace tools
