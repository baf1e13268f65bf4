/// cpctl lot: stock cards, and their way to the card printer.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>

#include "base/new_file.hpp"
#include "base/shown.hpp"
#include "crypto/printer_file.hpp"
#include "tools/control_view.hpp"
#include "tools/ctl_commands.hpp"
#include "tools/key_input.hpp"
#include "tools/screen.hpp"

namespace tools {
namespace {

namespace json = boost::json;

int show_lot(const std::vector<json::object>& lines) {
  for (const json::object& line : lines) std::fputs(object_table(line).c_str(), stdout);
  return kWell;
}

/// Throws where anything is wrong with the file, at its last byte at the latest.
void read_whole(const std::string& file, const crypto::Key& key,
                const std::function<void(std::string_view text)>& take) {
  std::ifstream in(file, std::ios::binary);
  crypto::PrinterFileReader reader(in);
  reader.use(key);
  while (reader.next()) take(reader.text());
}

void write_lines(const std::string& to, const std::string& file, const crypto::Key& key) {
  if (to == "-") {
    read_whole(file, key, [](std::string_view text) {
      if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
        throw std::runtime_error("standard output takes no more");
    });
    if (std::fflush(stdout) != 0) throw std::runtime_error("standard output takes no more");
    return;
  }
  base::NewFile out(to);
  read_whole(file, key, [&](std::string_view text) { out.write(text); });
  out.keep();
}

}  // namespace

int ctl_lot_create(const SwitchPlace& place, std::uint64_t face_won, std::uint64_t count) {
  return show_lot(ask_with_bar(place.socket,
                               {{"command", "create-lot"}, {"face", face_won}, {"count", count}}));
}

int ctl_lot_continue(const SwitchPlace& place, std::uint64_t lot) {
  return show_lot(ask_with_bar(place.socket, {{"command", "continue-lot"}, {"lot", lot}}));
}

int ctl_lot_list(const SwitchPlace& place) {
  const auto lines = ask_with_bar(place.socket, {{"command", "lots"}});
  if (lines.empty())
    std::puts("there are no lots; `cpctl lot create` makes one");
  else
    std::fputs(rows_table(lines, {"lot", "face_won", "product", "wanted", "made", "state", "begun",
                                  "printed"})
                   .c_str(),
               stdout);
  return kWell;
}

int ctl_lot_print(const SwitchPlace& place, std::uint64_t lot, const std::filesystem::path& to) {
  // As it is meant here, not where the switch was started.
  const auto file = std::filesystem::absolute(to).lexically_normal();
  return show_lot(ask_with_bar(place.socket,
                               {{"command", "print-lot"}, {"lot", lot}, {"file", file.string()}}));
}

int ctl_lot_open(const LotOpening& wanted) {
  if (wanted.to == "-" && ::isatty(STDOUT_FILENO) != 0)
    throw UsageError(
        "card numbers and passwords are not shown on a terminal: name a file, or "
        "lead standard output elsewhere");
  std::ifstream in(wanted.file, std::ios::binary);
  if (!in) throw UsageError("cannot read " + base::shown(wanted.file));
  const crypto::PrinterFileHead head = crypto::PrinterFileReader(in).head();
  std::fprintf(stderr, "the file says: lot %u of %lld won, made %s, under printer key %u\n",
               head.lot, static_cast<long long>(head.face_won),
               base::iso_seoul(head.made_s * base::kMicrosPerSecond).c_str(), head.key_id);
  const crypto::Key key = combine_components(read_key_lines(wanted.from), kPrinterKey);
  std::uint64_t lines = 0;
  read_whole(wanted.file, key, [&](std::string_view text) {
    lines += static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
  });
  write_lines(wanted.to, wanted.file, key);
  std::fprintf(stderr, "the file is whole and as the switch wrote it: %llu cards\n",
               static_cast<unsigned long long>(lines - 1));
  return kWell;
}

}  // namespace tools
