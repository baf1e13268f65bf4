// The operator's commands about TLS: what the gate says, when its thread has said it.

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "switch/control_desk.hpp"

namespace core {

namespace json = boost::json;

namespace {

json::object row_of(const TlsReport& report) {
  json::array refusals;
  for (const auto& [why, count] : report.refusals)
    refusals.push_back(json::value(fmt::format("{} × {};", count, why)));
  return {{"kind", "certificate"},
          {"listener", report.listener},
          {"address", report.address},
          {"port", report.port},
          {"subject", report.certificate.subject},
          {"serial", report.certificate.serial},
          {"valid_until", base::iso_seoul(report.certificate.valid_until_us)},
          {"days_left", report.certificate.days_left(base::system_now())},
          {"handshakes", report.under_way},
          {"admitted", report.admitted},
          {"refused", report.refused},
          {"refusals", std::move(refusals)}};
}

}  // namespace

void ControlDesk::certificates(ControlClient client) {
  if (view_.gate == nullptr)
    return door_->refuse(client, "this switch has no [listener.NAME], so no certificates");
  view_.gate->report(
      [this, client, here = std::weak_ptr(here_)](const std::vector<TlsReport>& reports) {
        if (here.expired()) return;
        for (const TlsReport& report : reports) door_->send(client, row_of(report));
        door_->finish(client);
      });
}

void ControlDesk::reload_certificates(ControlClient client) {
  if (view_.gate == nullptr)
    return door_->refuse(client, "this switch has no [listener.NAME], so no certificates");
  view_.gate->reload([this, client, here = std::weak_ptr(here_)](const TlsReload& reloaded) {
    if (here.expired()) return;
    if (!reloaded.worked) return door_->refuse(client, reloaded.why);
    certificates(client);
  });
}

}  // namespace core
