#pragma once
/// Tables and progress bars on a terminal's screen.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tools {

/// Columns of a screen that UTF-8 text takes: Hangul and the like take two. Control characters and
/// broken UTF-8 count one each.
std::size_t screen_width(std::string_view text);

enum class Align { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
  std::size_t width = 0;  ///< at least so wide; the title's width when that is more
};

/// Lines under fixed columns, for rows that are printed as they come. A cell that is too long
/// pushes the rest of its line.
class Columns {
 public:
  explicit Columns(std::vector<Column> columns);

  /// Titles and a rule, two lines.
  std::string header() const;
  /// At most as many cells as columns; ends with a line feed, without blanks before it.
  std::string line(const std::vector<std::string>& cells) const;

 private:
  std::vector<Column> columns_;
};

/// Rows that are all known before they are drawn: each column is as wide as its widest cell.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  enum class Header { titles, none };
  std::string text(Header header = Header::titles) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// `[######........]  42 %  what is being done`, drawn over itself on standard error; nothing where
/// that is no terminal. The line is wiped when the bar goes.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// 0 to 1000.
  void show(int per_mille, std::string_view doing);

 private:
  bool visible_;
  int last_per_mille_ = -1;
  std::string last_doing_;
};

/// The bar's line without control characters.
std::string progress_line(int per_mille, std::string_view doing);

/// `234.5 µs` or `12.3 ms`, from nanoseconds.
std::string duration_text(std::int64_t duration_ns);

}  // namespace tools
