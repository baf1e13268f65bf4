#include "switch/reload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "config/changes.hpp"
#include "switch/key_loading.hpp"
#include "switch/part_options.hpp"
#include "switch/station_links.hpp"

namespace core {

using config::LogLevel;

/// What was read and checked, or why it cannot be taken.
struct Reload::Fresh {
  ReloadScope scope{};
  std::shared_ptr<const crypto::FileKeyStore> keys_before;
  std::string why;  ///< empty: it can
  config::Settings settings;
  config::Changes changes;
  std::shared_ptr<const crypto::FileKeyStore> keys;
  std::vector<std::string> key_changes;
  TlsContexts contexts;
};

namespace {

/// More names of one kind than this are counted: a line of the log is for reading.
constexpr std::size_t kMostNames = 20;

std::string list_text(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kMostNames; ++i)
    text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kMostNames) text += fmt::format(" and {} more", names.size() - kMostNames);
  return text;
}

std::vector<std::string> station_changes(const config::Changes& changes) {
  std::vector<std::string> texts;
  for (const config::StationChange& change : changes.stations_changed)
    texts.push_back(fmt::format("{} ({})", change.name, list_text(change.keys)));
  return texts;
}

/// What the ledger knows of a station it knows by its id.
void refuse_other_ids(const config::Changes& changes) {
  for (const config::StationChange& change : changes.stations_changed)
    if (std::ranges::find(change.keys, "id") != change.keys.end())
      throw std::runtime_error(
          fmt::format("station {} has another id: the ledger's records name it, so it stays with "
                      "the station for ever; put back what was there",
                      change.name));
}

/// `added SHOP-2; changed SHOP-1 (mac); 3 connections end`
std::string summary(const config::Changes& changes, const std::vector<std::string>& key_changes,
                    std::size_t ending) {
  std::string text;
  const auto add = [&](std::string_view what, const std::vector<std::string>& names) {
    if (!names.empty())
      text += fmt::format("{}{} {}", text.empty() ? "" : "; ", what, list_text(names));
  };
  add("added", changes.stations_added);
  add("removed", changes.stations_removed);
  add("changed", station_changes(changes));
  add("settings", changes.settings);
  add("keys", key_changes);
  if (ending != 0)
    text += fmt::format("; {} connection{}", ending, ending == 1 ? " ends" : "s end");
  return text.empty() ? "everything is as it was" : text;
}

}  // namespace

Reload::Reload(const ReloadParts& parts) : parts_(parts) {}

Reload::~Reload() {
  if (thread_.joinable()) thread_.join();
}

void Reload::begin(ReloadScope scope, Done done) {
  if (is_under_way_) {
    scope_then_ = std::max(scope_then_, scope);
    return asking_then_.push_back(std::move(done));
  }
  is_under_way_ = true;
  scope_ = scope;
  asking_.push_back(std::move(done));
  if (scope_ == ReloadScope::everything) parts_.manager.reloading();
  start_reading();
}

/// Only a reload changes the settings, so that its thread may look at those of now.
void Reload::start_reading() {
  auto fresh = std::make_shared<Fresh>();
  fresh->scope = scope_;
  fresh->keys_before = parts_.keyring.keys();
  thread_ = std::thread([this, fresh, here = std::weak_ptr(here_)] {
    read(parts_, *fresh);
    boost::asio::post(parts_.io, [this, here, fresh] {
      if (here.expired()) return;
      thread_.join();
      fresh_ = fresh;
      tick();
    });
  });
}

/// In a thread of its own: files may be slow.
void Reload::read(const ReloadParts& parts, Fresh& fresh) {
  try {
    if (fresh.scope == ReloadScope::everything) {
      parts.log.reopen();
      fresh.settings = config::load_settings(parts.command);
      fresh.changes = config::compare(parts.settings, fresh.settings);
      refuse_other_ids(fresh.changes);
      if (!fresh.changes.needs_restart.empty())
        throw std::runtime_error(
            fmt::format("{} cannot be changed while the switch runs: restart it, or put back what "
                        "was there",
                        list_text(fresh.changes.needs_restart)));
      fresh.contexts = load_contexts(fresh.settings.tls_listeners);
    } else {
      fresh.settings = parts.settings;
    }
    fresh.keys = read_key_file(fresh.settings);
    const crypto::CardVault proof(*fresh.keys);  // else it would throw when it is too late
    fresh.key_changes = key_changes(*fresh.keys_before, *fresh.keys, fresh.settings.stations);
  } catch (const std::exception& failure) {
    fresh.why = failure.what();
  }
}

void Reload::tick() {
  if (!fresh_ || parts_.server.is_stopping() || !parts_.server.settle()) return;
  const std::shared_ptr<Fresh> fresh = std::exchange(fresh_, nullptr);
  // An import came in between: what was read may be the file of before.
  if (fresh->keys_before != parts_.keyring.keys()) return start_reading();
  end(take(*fresh));
}

/// Until the server has taken the stations nothing has changed; from then on nothing fails.
ReloadOutcome Reload::take(Fresh& fresh) {
  std::size_t ending = 0;
  try {
    if (!fresh.why.empty()) throw std::runtime_error(fresh.why);
    NextKeys keys =
        parts_.keyring.prepare(fresh.settings.stations, std::move(fresh.keys), parts_.store);
    if (fresh.scope == ReloadScope::keys) {
      parts_.keyring.use(std::move(keys), parts_.vault, parts_.clock.now());
      return {true, fresh.key_changes.empty() ? "no key of the switch has changed"
                                              : list_text(fresh.key_changes)};
    }
    std::set<std::string> anew;
    for (const config::StationChange& change : fresh.changes.stations_changed)
      if (change.ends_connections) anew.insert(change.name);
    ending = parts_.server.take(station_settings(fresh.settings, keys.stations), anew,
                                server_options(fresh.settings.limits));
    parts_.keyring.use(std::move(keys), parts_.vault, parts_.clock.now());
  } catch (const std::exception& failure) {
    return {false,
            fmt::format("{}; nothing was changed, the switch goes on as before", failure.what())};
  }
  parts_.engine.use(rules_of(fresh.settings), engine_options(fresh.settings.limits));
  if (fresh.settings.log.level != parts_.settings.log.level)
    parts_.log.set_level(fresh.settings.log.level);
  raise_descriptor_limit(fresh.settings, parts_.log);
  if (parts_.gate != nullptr)
    parts_.gate->use(fresh.settings.tls_listeners, std::move(fresh.contexts),
                     gate_options(fresh.settings.limits));
  parts_.settings = std::move(fresh.settings);
  return {true, summary(fresh.changes, fresh.key_changes, ending)};
}

void Reload::end(const ReloadOutcome& outcome) {
  const LogLevel level = outcome.worked ? LogLevel::info : LogLevel::error;
  if (scope_ == ReloadScope::keys) {
    parts_.log.event(
        level, "keys", {},
        outcome.worked ? "the key file was read again: " + outcome.sentence : outcome.sentence);
  } else {
    parts_.log.event(level, outcome.worked ? "reload" : "reload refused", {}, outcome.sentence);
    parts_.manager.ready(fmt::format("{} stations; reload at {}: {}",
                                     parts_.server.stations().size(),
                                     base::iso_seoul(parts_.clock.now()), outcome.sentence));
  }
  is_under_way_ = false;
  for (const Done& done : std::exchange(asking_, {}))
    if (done) done(outcome);
  std::vector<Done> next = std::exchange(asking_then_, {});
  if (next.empty()) return;
  asking_.insert(asking_.end(), next.begin(), std::prev(next.end()));
  begin(std::exchange(scope_then_, ReloadScope::keys), std::move(next.back()));
}

}  // namespace core
