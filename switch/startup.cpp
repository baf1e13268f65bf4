#include "switch/startup.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <unordered_map>

#include "config/seed.hpp"
#include "ledger/check.hpp"
#include "ledger/retention.hpp"
#include "switch/key_loading.hpp"
#include "switch/part_options.hpp"
#include "switch/restoring.hpp"
#include "switch/seeding.hpp"
#include "switch/station_links.hpp"
#include "switch/version.hpp"

namespace core {

using config::LogLevel;

namespace {

/// From the signal to the end of the process, whatever hangs: a log nobody reads, a dead disk.
constexpr unsigned kStopSeconds = 5;
/// At the stop, so few entries are brought from the journal into LMDB in far less than a second;
/// more are left to the next start, which replays them.
constexpr std::uint64_t kSettledAtStop = 20'000;

config::Settings with_data_folder(config::Settings settings) {
  const auto& folder = settings.data_folder;
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    throw std::runtime_error(
        fmt::format("the data folder {} cannot be made: {}; its parent must "
                    "be there and writable",
                    folder.string(), std::strerror(errno)));
  if (!std::filesystem::is_directory(folder))
    throw std::runtime_error(fmt::format("{} is no folder; give --data one", folder.string()));
  return settings;
}

/// The folder's parts are readable by their owner only, but their names and sizes are not.
void tell_open_folder(const std::filesystem::path& folder, MessageLog& log) {
  struct stat what {};
  if (::stat(folder.c_str(), &what) == 0 && (what.st_mode & 077) != 0)
    log.event(LogLevel::warning, "data folder", {},
              fmt::format("others than its owner may look into {}; mode 0700 would be right",
                          folder.string()));
}

ledger::StoreOptions store_options(const config::Settings& settings, const SwitchClock& clock) {
  ledger::StoreOptions options;
  options.folder = settings.data_folder;
  options.window_us = settings.ledger.window_us;
  options.overlay_bytes = settings.ledger.overlay_bytes;
  options.segment_bytes = settings.ledger.segment_bytes;
  options.journal_bytes = settings.ledger.journal_bytes;
  options.map_bytes = settings.ledger.map_bytes;
  options.slow_write_us = settings.ledger.slow_write_us;
  options.snapshot_limit_us = settings.ledger.snapshot_limit_us;
  options.backup_limit_us = settings.ledger.backup_limit_us;
  options.purge = [age = AgeClock(clock)](ledger::PurgeScope& scope) {
    ledger::purge_expired(scope, age.now());
  };
  return options;
}

bool holds_data(ledger::Store& store) {
  bool found = false;
  store.scan(ledger::Table::meta, {}, 1, [&](std::string_view, std::string_view) {
    found = true;
    return false;
  });
  return found;
}

/// With another data's keys the switch would find no card, call right passwords wrong and sell
/// cards that nobody finds again. Of the oldest cards not every one may be damaged.
void prove_keys(ledger::Store& store, crypto::CardVault& vault, const std::string& key_file) {
  constexpr std::size_t kCardsProved = 100;
  std::size_t cards = 0, right = 0, with_password = 0, right_with_password = 0;
  store.scan(
      ledger::Table::card_files, {}, kCardsProved, [&](std::string_view, std::string_view value) {
        const auto file = ledger::decode_card_file(value);
        const auto card = file ? store.get(ledger::Table::cards, ledger::number_key(file->head.id))
                               : std::nullopt;
        const auto record = card ? ledger::record_from<ledger::CardRecord>(*card) : std::nullopt;
        const bool is_right = record && ledger::sealed_complaint(vault, *file).empty() &&
                              ledger::password_complaint(vault, *record, *file).empty();
        const bool has_password = file && file->head.has_initial != 0;
        ++cards;
        right += is_right;
        with_password += has_password;
        right_with_password += is_right && has_password;
        return true;
      });
  if ((cards != 0 && right == 0) || (with_password != 0 && right_with_password == 0))
    throw std::runtime_error(
        fmt::format("the storage keys in {} are not those that the cards in the data were made "
                    "with; bring back the key file that belongs to this data",
                    key_file));
}

/// The last way out: what was answered is on disk, only log lines can be lost.
void give_up(int) { ::_exit(0); }

}  // namespace

Switch::Switch(const config::CommandLine& command)
    : command_(command),
      settings_(with_data_folder(config::load_settings(command))),
      clock_{settings_.clock_offset_us},
      log_(settings_.log, clock_),
      signals_(io_, SIGTERM, SIGINT, SIGHUP) {  // one that comes before serve() counts there
  log_.event(LogLevel::info, "start", {},
             fmt::format("cpswitch {}, process {}, configuration {}, data {}", kVersion, ::getpid(),
                         settings_.config_file.string(), settings_.data_folder.string()));
  tell_open_folder(settings_.data_folder, log_);
  raise_descriptor_limit(settings_, log_);
  store_ = ledger::DurableStore::open(store_options(settings_, clock_), log_);
  load_keys();
  load_ledger();
  listen();
  open_door();
  show_metrics();
}

/// Nobody looks at the figures any more, then the gate's thread ends. The door goes before the
/// desk, both before the server, whose last handlers must not find them.
Switch::~Switch() {
  metrics_.reset();
  gate_.reset();
  server_->on_tick({});
  server_->set_background(nullptr);
  reload_.reset();
  door_.reset();
  desk_.reset();
}

void Switch::load_keys() {
  const auto keys = open_key_file(settings_, holds_data(*store_), random_, clock_.now(), log_);
  vault_ = std::make_unique<crypto::CardVault>(*keys);
  prove_keys(*store_, *vault_, settings_.key_file.string());
  keyring_ = std::make_unique<Keyring>(settings_.stations, keys);
  keyring_->load_exchanged(*store_);
}

void Switch::load_ledger() {
  const config::Seed seed = config::load_seed(
      settings_, is_seeded(*store_) ? config::SeedUse::taken : config::SeedUse::first);
  // Data that was begun without a seed takes the first one that is named later.
  if (settings_.seed_file &&
      seed_if_new(*store_, seed, *vault_, random_, settings_.bin, clock_.now()))
    log_.event(LogLevel::info, "seed", {},
               fmt::format("first start: {} merchants, {} terminals, {} products, {} lots",
                           seed.merchants.size(), seed.terminals.size(), seed.products.size(),
                           seed.lots.size()));
  if (settings_.seed_file) seed_limits_if_absent(*store_, seed.limits);
  if (seed_rates_if_none(*store_, seed))
    log_.event(LogLevel::info, "seed", {},
               fmt::format("{} rates of calls, since the data had none", seed.rates.size()));
  std::unordered_map<std::uint16_t, ledger::Category> categories;
  for (const config::SeedCategory& category : seed.categories)
    for (const std::uint16_t mcc : category.mccs) categories[mcc] = category.category;
  directory_.load(*store_, std::move(categories));
}

void Switch::listen() {
  engine_ = std::make_unique<Engine>(*store_, directory_, *vault_, random_, rules_of(settings_),
                                     engine_options(settings_.limits));
  server_ = std::make_unique<Server>(io_, *engine_, *store_, log_, clock_,
                                     server_options(settings_.limits));
  for (auto& station : station_settings(settings_, keyring_->stations()))
    server_->add(std::move(station));
  if (!settings_.tls_listeners.empty())
    gate_ = std::make_unique<TlsGate>(io_, *server_, log_, settings_.tls_listeners,
                                      gate_options(settings_.limits));
}

void Switch::open_door() {
  reload_ = std::make_unique<Reload>(ReloadParts{io_, command_, settings_, clock_, log_, manager_,
                                                 *engine_, *server_, *store_, *keyring_, *vault_,
                                                 gate_.get()});
  desk_ = std::make_unique<ControlDesk>(DeskView{io_, settings_, clock_, log_, *engine_, *server_,
                                                 *store_, directory_, *keyring_, *vault_, random_,
                                                 *reload_, gate_.get()});
  door_ = std::make_unique<ControlServer>(
      io_, settings_.control_socket,
      [this](ControlClient client, std::string_view request) { desk_->handle(client, request); });
  desk_->set_door(door_.get());
  server_->set_background(desk_.get());
  server_->on_tick([this](base::TimeUs now_us) {
    door_->tick(now_us);
    reload_->tick();
    manager_.tick(now_us);
  });
}

void Switch::show_metrics() {
  const config::MetricsSettings& metrics = settings_.metrics;
  if (metrics.port == 0) return;
  metrics_ = std::make_unique<MetricsEndpoint>(MetricsView{
      settings_, clock_, log_, *engine_, *server_, *store_, gate_.get(), base::system_now()});
  log_.event(LogLevel::info, "metrics", {},
             fmt::format("for Prometheus at http://{}:{}/metrics", metrics.address, metrics.port));
}

std::string Switch::ready_line() const {
  std::vector<std::uint16_t> ports = gate_ ? gate_->ports() : std::vector<std::uint16_t>();
  for (const auto& station : server_->stations())
    if (station->port) ports.push_back(*station->port);
  const auto [first, last] = std::minmax_element(ports.begin(), ports.end());
  return fmt::format("cpswitch ready: {} stations on ports {} to {}, business day {}, data in {}",
                     server_->stations().size(), *first, *last, base::business_day(clock_.now()),
                     settings_.data_folder.string());
}

void Switch::await_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (signal == SIGHUP) {
      reload_->begin(ReloadScope::everything);
      return await_signal();
    }
    std::signal(SIGALRM, give_up);
    ::alarm(kStopSeconds - 1);
    manager_.stopping();
    door_->close();
    if (gate_) gate_->close();
    server_->stop(signal == SIGTERM ? "SIGTERM" : "SIGINT");
  });
}

void Switch::serve() {
  await_signal();
  manager_.ready(ready_line());
  server_->run();
  if (!store_->figures().poisoned && store_->figures().backlog_entries <= kSettledAtStop)
    store_->settle();
  log_.event(LogLevel::info, "stopped", {}, "everything in flight was answered");
}

/// Until the first SIGTERM or SIGINT.
static void serve_until_stopped(const config::CommandLine& command) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is told as a full disk is
  Switch running(command);
  // Never destroyed: until the process has ended, a second signal must not find its default action.
  static auto& keeper_io = *new boost::asio::io_context;
  static auto& keeper = *new boost::asio::signal_set(keeper_io, SIGTERM, SIGINT, SIGHUP);
  (void)keeper;
  std::puts(running.ready_line().c_str());
  std::fflush(stdout);
  running.serve();
}

int run_switch(int argc, const char* const* argv) try {
  const config::CommandLine command = config::parse_command_line(argc, argv);
  if (command.help)
    std::fputs(config::help_text().c_str(), stdout);
  else if (command.version)
    std::puts(fmt::format("cpswitch {}", kVersion).c_str());
  else if (command.restore)
    restore_data(command);
  else
    serve_until_stopped(command);
  return 0;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "cpswitch: %s\n", failure.what());
  return 2;
}

}  // namespace core
