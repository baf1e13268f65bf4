#include "switch_under_test.hpp"

#include <limits>
#include <utility>

#include "base/assert.hpp"
#include "ledger/records.hpp"
#include "switch/ledger_change.hpp"
#include "switch/seeding.hpp"
#ifdef CYBERPASS_HAS_CHECK
#include "ledger/check.hpp"
#endif

namespace simulation {

using ledger::CommitOutcome;
using ledger::Table;

/// One station's connection: hands each answer to the request it belongs to, in order.
class SwitchUnderTest::Connection : public core::Connection {
 public:
  Connection(SwitchUnderTest& owner, const core::StationLink& link, int number)
      : owner_(owner), link_(link), number_(number) {}

  int number() const { return number_; }
  void reconnect(int number) {
    state_ = {};
    number_ = number;
  }

  const core::StationLink& link() const override { return link_; }
  core::LinkState& link_state() override { return state_; }
  void deliver(base::ByteView answer, const core::MessageFacts&, base::TimeUs) override {
    Sent& sent = next();
    sent.reply = decode(answer, link_);
    sent.frame.clear();
  }
  void fail(std::string_view, std::optional<std::uint16_t>, base::TimeUs) override {
    next().failed = true;
    has_failed_ = true;
    reconnect(++owner_.connections_made_);
  }
  bool take_failed() { return std::exchange(has_failed_, false); }

 private:
  Sent& next() {
    CP_ASSERT(owner_.next_answer_ < owner_.batch_.sent.size());
    Sent& sent = *owner_.batch_.sent[owner_.next_answer_++];
    CP_ASSERT(sent.request.station == link_.station.name);
    return sent;
  }

  SwitchUnderTest& owner_;
  const core::StationLink& link_;
  core::LinkState state_;
  int number_;
  bool has_failed_ = false;
};

/// The store, with how each commit ended noted.
class SwitchUnderTest::Watch : public ledger::Store {
 public:
  explicit Watch(SwitchUnderTest& owner) : owner_(owner) {}

  std::optional<std::string_view> get(Table table, std::string_view key) override {
    return owner_.store_.get(table, key);
  }
  void scan(Table table, std::string_view first, std::size_t limit,
            const std::function<bool(std::string_view, std::string_view)>& visit) override {
    owner_.store_.scan(table, first, limit, visit);
  }
  ledger::Writable writable() const override { return owner_.store_.writable(); }
  void commit(const ledger::WriteSet& batch, const Done& done) override {
    owner_.store_.commit(batch, [this, done](CommitOutcome outcome) {
      owner_.batch_.outcome = outcome;
      done(outcome);
    });
  }
  void tick() override { owner_.store_.tick(); }

 private:
  SwitchUnderTest& owner_;
};

SwitchUnderTest::SwitchUnderTest(const ledger::LimitsRecord& limits,
                                 const ledger::MemoryStoreOptions& options, base::TimeUs now,
                                 const std::vector<model::RateTable>& rates)
    : plant_(plant()),
      store_(ledger::MemoryStoreOptions{.seed = options.seed}),
      watch_(std::make_unique<Watch>(*this)),
      random_(options.seed),
      vault_(*plant_.keys) {
  rules_.bin = plant_.world.bin;
  config::Seed seed = plant_.seed;
  seed.limits = limits;
  core::seed_if_new(*watch_, seed, vault_, random_, rules_.bin, now);
  for (const model::RateTable& table : rates) keep_rates(table);
  store_.set_options(options);
  for (const auto& [name, link] : plant_.links)
    connections_[name] = std::make_unique<Connection>(*this, link, ++connections_made_);
  start();
}

SwitchUnderTest::~SwitchUnderTest() = default;

void SwitchUnderTest::keep_rates(const model::RateTable& table) {
  std::vector<ledger::RateRow> rows;
  for (const model::Rate& rate : table.rates)
    rows.push_back(
        {ledger::FixedText<20>::of(rate.prefix),
         {static_cast<std::uint32_t>(rate.connection), static_cast<std::uint32_t>(rate.won),
          static_cast<std::uint32_t>(rate.seconds)}});
  ledger::WriteSet batch;
  ledger::Draft draft(*watch_, batch);
  ledger::write_rates(draft, ledger::rates_from(table.from), std::move(rows));
  draft.keep();
  core::commit_now(*watch_, batch);
}

void SwitchUnderTest::start() {
  directory_.load(*watch_, plant_.categories);
  // The model takes all that waits for one batch.
  engine_ = std::make_unique<core::Engine>(*watch_, directory_, vault_, random_, rules_,
                                           core::EngineOptions{.station_share = 1'000'000});
}

int SwitchUnderTest::connection(const std::string& station) const {
  return connections_.at(station)->number();
}

void SwitchUnderTest::submit(Sent& sent) {
  Connection& connection = *connections_.at(sent.request.station);
  sent.frame = encode(sent.request, connection.link());
  const codec::Frame frame = codec::read_frame(connection.link().frame, sent.frame);
  CP_ASSERT(frame.status == codec::FrameStatus::good);
  engine_->submit(connection, frame, sent.sent_at);
  waiting_.push_back(&sent);
}

void SwitchUnderTest::begin(base::TimeUs now) {
  CP_ASSERT(!engine_->committing());
  batch_ = Batch{{waiting_.begin(), waiting_.end()},
                 now,
                 store_.writable() == ledger::Writable::yes,
                 std::nullopt};
  waiting_.clear();
  next_answer_ = 0;
  engine_->flush(now);
}

void SwitchUnderTest::sweep_holds(base::TimeUs now) {
  batch_ = Batch{{}, now, false, std::nullopt};
  engine_->sweep_holds(now);
}

void SwitchUnderTest::forget_closed() {
  for (const auto& [name, connection] : connections_) {
    if (!connection->take_failed()) continue;
    engine_->forget(*connection);
    std::erase_if(waiting_, [&](const Sent* sent) { return sent->request.station == name; });
  }
}

base::TimeUs SwitchUnderTest::wait() {
  const base::TimeUs due = store_.due();
  store_.run_until(due);
  return due - std::exchange(waited_until_, due);
}

bool SwitchUnderTest::restart() {
  engine_.reset();
  waiting_.clear();
  const bool survived = store_.crash();
  store_.recover();
  for (const auto& [name, connection] : connections_) {
    connection->take_failed();
    connection->reconnect(++connections_made_);
  }
  start();
  return survived;
}

std::vector<SwitchUnderTest::Wealth> SwitchUnderTest::cards() {
  std::vector<Wealth> cards;
  store_.scan(Table::cards, {}, std::numeric_limits<std::size_t>::max(),
              [&](std::string_view, std::string_view value) {
                const auto card = ledger::record_from<ledger::CardRecord>(value);
                cards.push_back({card->balance_won, card->points});
                return true;
              });
  return cards;
}

SwitchUnderTest::Wealth SwitchUnderTest::card(int number) {
  // Cards are numbered from 1 in the order in which they are made.
  const auto value =
      store_.get(Table::cards, ledger::number_key(static_cast<std::uint64_t>(number) + 1));
  CP_ASSERT(value.has_value());
  const auto card = ledger::record_from<ledger::CardRecord>(*value);
  return {card->balance_won, card->points};
}

std::map<std::string, model::Won> SwitchUnderTest::account_balances() {
  std::map<std::string, model::Won> balances;
  store_.scan(Table::accounts, {}, std::numeric_limits<std::size_t>::max(),
              [&](std::string_view key, std::string_view value) {
                const auto account = *ledger::record_from<ledger::AccountKey>(key);
                std::string name(account.name.data(), account.name.size());
                name.resize(name.find_last_not_of(std::string(" \0", 2)) + 1);
                balances[std::to_string(static_cast<int>(account.kind)) + " " + name] =
                    ledger::record_from<ledger::AccountRecord>(value)->balance_won;
                return true;
              });
  return balances;
}

std::string SwitchUnderTest::check() {
#ifdef CYBERPASS_HAS_CHECK
  const auto snapshot = store_.snapshot();
  const ledger::CheckReport report =
      ledger::check_books(*snapshot, &vault_, [](int, std::string_view) {});
  return report.right() && report.all_won == 0 ? "" : ledger::to_text(report);
#else
  return "";
#endif
}

}  // namespace simulation
