/// powercut_check: cuts the power at many moments of a recorded run and examines what is left.
/// powercut.py records the runs and calls this; README.md tells the whole.

#include <unistd.h>

#include <boost/program_options.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <optional>
#include <set>
#include <stdexcept>

#include "ledger/journal_format.hpp"
#include "tests/powercut/disk.hpp"
#include "tests/powercut/examine.hpp"
#include "tests/powercut/history.hpp"
#include "tests/powercut/moments.hpp"

namespace powercut {
namespace {

namespace po = boost::program_options;
using Path = std::filesystem::path;

/// Every so many moments, what is left is examined in full.
constexpr std::uint64_t kThoroughOneIn = 16;
constexpr auto kProgressEvery = std::chrono::seconds(10);

struct Task {
  Path trace, answers, work, recovery, leave, compare;
  std::size_t moments = 0;
  std::uint64_t seed = 0;
  std::size_t share = 0, shares = 1;
  std::size_t later = SIZE_MAX;
  std::optional<Moment> at, recovery_at;
  Fault fault = Fault::none;
};

/// Plays a trace: the disk beneath and, of the first trace, the history beside it.
class Play {
 public:
  /// `later`: the record from which on the clock is more than a week later.
  Play(const TraceReader& trace, Disk disk, History* history, std::size_t later = SIZE_MAX)
      : trace_(trace), disk_(std::move(disk)), history_(history), later_(later) {}

  /// Until the records before this one have happened.
  void run_to(std::size_t record) {
    for (; next_ < record; ++next_) {
      disk_.take(trace_, next_);
      if (history_ != nullptr && next_ == later_) history_->let_a_week_pass();
      if (history_ != nullptr) note(trace_.record(next_));
    }
    if (history_ != nullptr) history_->answered_before(record);
  }
  const Disk& disk() const { return disk_; }

 private:
  void note(const TraceRecord& record) {
    if (record.event != Event::write_begin || record.offset < ledger::kBlockBytes) return;
    const std::filesystem::path path = disk_.path_of(record);
    if (const auto epoch = ledger::epoch_of_name(path.filename().string()))
      history_->add_record(TraceReader::payload(record), *epoch);
  }

  const TraceReader& trace_;
  Disk disk_;
  History* history_;
  const std::size_t later_;
  std::size_t next_ = 0;
};

std::string text_of(const Moment& moment) {
  return std::to_string(moment.record) + ":" + std::to_string(moment.seed);
}

Moment moment_from(const std::string& text) {
  Moment moment;
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) throw std::runtime_error("a moment is RECORD:SEED, not " + text);
  moment.record = std::stoull(text.substr(0, colon));
  moment.seed = std::stoull(text.substr(colon + 1));
  return moment;
}

/// Leaves an image of this moment in `work` and returns the chance that goes on deciding.
Chance leave_image(const Disk& disk, const Moment& moment, const Path& work) {
  Chance chance(moment.seed);
  disk.leave(chance, work);
  return chance;
}

class Tally {
 public:
  explicit Tally(std::size_t all) : all_(all) {}
  void add(const Moment& moment) {
    ++phases_[static_cast<std::size_t>(moment.phase)];
    places_.insert(moment.record);
    ++done_;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + kProgressEvery;
    std::printf("progress %zu of %zu\n", done_, all_);
    std::fflush(stdout);
  }
  void show(const History& history) const {
    for (std::size_t i = 0; i < kPhaseCount; ++i)
      std::printf("count %zu %s\n", phases_[i],
                  std::string(phase_name(static_cast<Phase>(i))).c_str());
    std::printf("places %zu\nanswers %zu\nbatches %llu\n", places_.size(), history.answers(),
                static_cast<unsigned long long>(history.begun()));
  }

 private:
  const std::size_t all_;
  std::size_t done_ = 0;
  std::array<std::size_t, kPhaseCount> phases_{};
  std::set<std::size_t> places_;
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now() + kProgressEvery;
};

/// Cuts the power at each of these moments. `fixed`: what must be there, else what history says.
void examine_moments(Play& play, const History& history, const std::vector<Moment>& moments,
                     const Task& task, std::optional<std::uint64_t> fixed, Tally& tally) {
  const Path image = task.work / "image";
  for (const Moment& moment : moments) {
    play.run_to(moment.record);
    Demand demand{history.required(), history.begun()};
    if (task.fault == Fault::early_answer) demand.least = history.last_batch();
    if (fixed) demand = {*fixed, *fixed + 1, *fixed};  // a recovery adds nothing but its start
    try {
      Chance chance = leave_image(play.disk(), moment, image);
      demand.thorough = chance.one_in(kThoroughOneIn);
      examine(image / "data", history, demand);
    } catch (const std::exception& failure) {
      throw std::runtime_error("moment " + text_of(moment) + " (" +
                               std::string(phase_name(moment.phase)) + "): " + failure.what());
    }
    tally.add(moment);
  }
}

std::vector<Moment> moments_of(const TraceReader& trace, bool recovers,
                               const std::optional<Moment>& only, const Task& task) {
  const std::vector<Phase> phases = phases_of(trace, recovers);
  if (only) {
    Moment moment = *only;
    moment.phase = phases.at(moment.record - 1);
    return {moment};
  }
  std::vector<Moment> mine;
  for (const Moment& moment : choose_moments(phases, task.moments, task.seed))
    if (moment.record % task.shares == task.share) mine.push_back(moment);
  return mine;
}

/// The recorder has missed nothing when the trace makes the folder.
void compare_end(const TraceReader& trace, Play& play, const Path& folder) {
  play.run_to(trace.size());
  const std::string difference = play.disk().difference(folder);
  if (!difference.empty()) throw std::runtime_error("the trace is not the truth: " + difference);
}

/// Cuts a start of what the cut at `task.at` has left in `base`: what a first recovery finds, any
/// later one must find, wherever the ones before were cut.
void cut_recovery(const Task& task, const Path& base, const History& history) {
  const Path copy = task.work / "copy";
  std::filesystem::copy(base, copy, std::filesystem::copy_options::recursive);
  const std::uint64_t there =
      examine(copy / "data", history, {history.required(), history.begun()});
  const TraceReader trace(task.recovery);
  Play play(trace, Disk(base, task.fault), nullptr);
  const std::vector<Moment> moments = moments_of(trace, true, task.recovery_at, task);
  Tally tally(moments.size());
  examine_moments(play, history, moments, task, there, tally);
  tally.show(history);
}

void run(const Task& task) {
  const TraceReader trace(task.trace);
  History history(read_answers(task.answers));
  Play play(trace, Disk(task.fault), &history, task.later);
  if (!task.compare.empty()) return compare_end(trace, play, task.compare);
  if (task.at && (!task.leave.empty() || !task.recovery.empty())) {
    play.run_to(task.at->record);
    const Path base = task.leave.empty() ? task.work / "base" : task.leave;
    leave_image(play.disk(), *task.at, base);
    if (!task.recovery.empty()) cut_recovery(task, base, history);
    return;
  }
  const std::vector<Moment> moments = moments_of(trace, false, task.at, task);
  Tally tally(moments.size());
  examine_moments(play, history, moments, task, {}, tally);
  play.run_to(trace.size());
  tally.show(history);
}

Fault fault_from(const std::string& name) {
  if (name == "data-file-sync") return Fault::data_file_sync;
  if (name == "journal-write") return Fault::journal_write;
  if (name == "segment-sync") return Fault::segment_sync;
  if (name == "folder-sync") return Fault::folder_sync;
  if (name == "early-answer") return Fault::early_answer;
  throw std::runtime_error("there is no fault " + name);
}

Task task_from(int argc, char** argv) {
  Task task;
  std::string at, recovery_at, fault;
  po::options_description options("powercut_check");
  const auto path = [](Path& to) { return po::value<Path>(&to); };
  options.add_options()("trace", path(task.trace)->required(), "recorded from an empty folder on")(
      "answers", path(task.answers)->required(), "what left, and when")(
      "later", po::value(&task.later), "from this record on the clock is over a week later")(
      "work", path(task.work)->required(), "a folder for images, removed at the end")(
      "moments", po::value(&task.moments), "how many")("seed", po::value(&task.seed), "of them")(
      "share", po::value(&task.share), "this process's, from 0")(
      "shares", po::value(&task.shares), "of so many")("at", po::value(&at),
                                                       "only this moment, RECORD:SEED")(
      "leave", path(task.leave), "with --at: only leave the image there")(
      "recovery", path(task.recovery), "with --at: recorded on that image; cut there")(
      "recovery-at", po::value(&recovery_at), "only this moment of it")(
      "compare", path(task.compare), "only compare the trace's end with this folder")(
      "fault", po::value(&fault), "planted, to prove that it is found");
  po::variables_map values;
  po::store(po::parse_command_line(argc, argv, options), values);
  po::notify(values);
  if (!at.empty()) task.at = moment_from(at);
  if (!recovery_at.empty()) task.recovery_at = moment_from(recovery_at);
  if (!fault.empty()) task.fault = fault_from(fault);
  return task;
}

}  // namespace
}  // namespace powercut

int main(int argc, char** argv) try {
  const powercut::Task task = powercut::task_from(argc, argv);
  std::filesystem::create_directories(task.work);
  int status = 0;
  try {
    powercut::run(task);
  } catch (const std::exception& failure) {
    std::printf("FAILED %s\n", failure.what());
    status = 1;
  }
  std::filesystem::remove_all(task.work);
  return status;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "powercut_check: %s\n", failure.what());
  return 2;
}
