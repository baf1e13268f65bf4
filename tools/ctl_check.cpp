#include <cstdio>

#include "ledger/check.hpp"
#include "ledger/durable_store.hpp"
#include "tools/control_client.hpp"
#include "tools/control_view.hpp"
#include "tools/ctl_commands.hpp"
#include "tools/screen.hpp"
#include "tools/storage_keys.hpp"

namespace tools {
namespace {

namespace json = boost::json;

/// The switch's own report: {"kind":"check"} with "right", and its "text" or its figures.
int check_running(const SwitchPlace& place) {
  bool right = false;
  ProgressBar bar;
  ask_switch(place.socket, {{"command", "check"}}, [&](const json::object& line) {
    const auto kind = line.at("kind").as_string();
    const auto* const text = line.if_contains("text");
    if (kind == "progress")
      return bar.show(progress_share(line), text == nullptr ? "" : cell_text(*text));
    if (kind != "check") return;
    const auto* const verdict = line.if_contains("right");
    right = verdict != nullptr && verdict->is_bool() && verdict->get_bool();
    const std::string report = text == nullptr ? object_table(line) : cell_text(*text);
    std::fputs(report.c_str(), stdout);
  });
  return right ? kWell : kNotWell;
}

int check_stopped(const SwitchPlace& place) {
  const auto snapshot = ledger::open_offline(place.data);
  const auto keys = load_storage_keys(place);
  std::unique_ptr<crypto::CardVault> vault;
  if (keys) vault = std::make_unique<crypto::CardVault>(*keys);
  ledger::CheckReport report;
  {
    ProgressBar bar;
    report = ledger::check_books(
        *snapshot, vault.get(),
        [&bar](int per_mille, std::string_view doing) { bar.show(per_mille, doing); });
  }
  std::fputs(ledger::to_text(report).c_str(), stdout);
  if (!keys)
    std::printf("Not looked at: card numbers, PIN#s and passwords; there is no key file %s.\n",
                place.keys.c_str());
  return report.right() ? kWell : kNotWell;
}

}  // namespace

int ctl_check(const SwitchPlace& place) {
  if (control_answers(place.socket)) return check_running(place);
  if (place.data.empty())
    throw UsageError("no switch answers at " + place.socket.string() +
                     "; to check the data of one that is stopped, say --data DIR");
  return check_stopped(place);
}

}  // namespace tools
