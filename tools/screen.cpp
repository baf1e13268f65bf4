#include "tools/screen.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace tools {
namespace {

constexpr int kBarWidth = 40;
constexpr std::string_view kGap = "  ";

/// The code point at the front of `text`, which loses its bytes; a broken one is taken as a byte.
std::uint32_t take_code_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xC0 ? 0
                           : first < 0xE0 ? 2
                           : first < 0xF0 ? 3
                           : first < 0xF8 ? 4
                                          : 0;
  if (size == 0 || size > text.size()) {
    text.remove_prefix(1);
    return '?';
  }
  std::uint32_t point = size == 1 ? first : first & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i)
    point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  text.remove_prefix(size);
  return point;
}

bool is_wide(std::uint32_t point) {
  return (point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0xA4CF) ||
         (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0xF900 && point <= 0xFAFF) ||
         (point >= 0xFF00 && point <= 0xFF60);
}

std::string padded(std::string_view cell, const Column& column) {
  const std::size_t width = screen_width(cell);
  const std::string fill(width < column.width ? column.width - width : 0, ' ');
  return column.align == Align::left ? std::string(cell) + fill : fill + std::string(cell);
}

}  // namespace

std::size_t screen_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += is_wide(take_code_point(text)) ? 2 : 1;
  return width;
}

Columns::Columns(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (Column& column : columns_) column.width = std::max(column.width, screen_width(column.title));
}

std::string Columns::header() const {
  std::vector<std::string> titles, rules;
  for (const Column& column : columns_) {
    titles.push_back(column.title);
    std::string rule;
    for (std::size_t i = 0; i < column.width; ++i) rule += "─";
    rules.push_back(std::move(rule));
  }
  return line(titles) + line(rules);
}

std::string Columns::line(const std::vector<std::string>& cells) const {
  std::string text;
  for (std::size_t i = 0; i < cells.size() && i < columns_.size(); ++i) {
    if (i > 0) text += kGap;
    text += padded(cells[i], columns_[i]);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

std::string Table::text(Header header) const {
  std::vector<Column> columns = columns_;
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size() && i < columns.size(); ++i)
      columns[i].width = std::max(columns[i].width, screen_width(row[i]));
  const Columns fixed(std::move(columns));
  std::string text = header == Header::titles ? fixed.header() : "";
  for (const auto& row : rows_) text += fixed.line(row);
  return text;
}

ProgressBar::ProgressBar() : visible_(isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
  if (visible_ && last_per_mille_ >= 0) std::fputs("\r\033[K", stderr);
}

void ProgressBar::show(int per_mille, std::string_view doing) {
  if (!visible_ || (per_mille == last_per_mille_ && doing == last_doing_)) return;
  last_per_mille_ = per_mille;
  last_doing_ = doing;
  std::fprintf(stderr, "\r%s\033[K", progress_line(per_mille, doing).c_str());
  std::fflush(stderr);
}

std::string progress_line(int per_mille, std::string_view doing) {
  const int share = std::clamp(per_mille, 0, 1'000);
  const int filled = share * kBarWidth / 1'000;
  char percent[32];
  std::snprintf(percent, sizeof percent, "] %3d %%  ", share / 10);
  return "[" + std::string(static_cast<std::size_t>(filled), '#') +
         std::string(static_cast<std::size_t>(kBarWidth - filled), '.') + percent +
         std::string(doing);
}

std::string duration_text(std::int64_t duration_ns) {
  char text[32];
  if (duration_ns < 10'000'000)
    std::snprintf(text, sizeof text, "%.1f µs", static_cast<double>(duration_ns) / 1e3);
  else
    std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(duration_ns) / 1e6);
  return text;
}

}  // namespace tools
