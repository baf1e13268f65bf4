#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "config/packager_file.hpp"
#include "tools/ctl_commands.hpp"
#include "tools/decode.hpp"

namespace tools {
namespace {

namespace po = boost::program_options;

std::string all_of(std::istream& in) {
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string read_file(const std::string& name) {
  std::ifstream in(name);
  if (!in) throw UsageError("cannot read " + name);
  return all_of(in);
}

/// The hexadecimal text of a file, of the words, or of standard input for `-` and nothing.
std::string input_of(const po::variables_map& given) {
  if (given.contains("file")) return read_file(given["file"].as<std::string>());
  std::string text;
  if (given.contains("word"))
    for (const std::string& word : given["word"].as<Words>()) text += word;
  return text.empty() || text == "-" ? all_of(std::cin) : text;
}

/// A built-in profile, or a packager file's.
std::shared_ptr<const codec::Profile> profile_of(const std::string& name) {
  if (config::is_packager_file(name)) return config::load_packager_file(name);
  const codec::Profile* const built_in = codec::find_profile(name);
  if (built_in == nullptr)
    throw UsageError("there is no profile `" + name +
                     "`; there are iso87-binary, iso87-ascii, iso87-ascii-binary, and packager "
                     "files, FILE.xml");
  return {std::shared_ptr<const codec::Profile>(), built_in};  // owns nothing
}

DecodeOptions options_of(const po::variables_map& given, const codec::Profile& profile) {
  DecodeOptions options;
  options.profile = &profile;
  const std::string header = given["header"].as<std::string>();
  options.bare = header == "none";
  const auto kind = codec::find_header(header);
  if (!kind && !options.bare)
    throw UsageError("there is no header `" + header +
                     "`; there are 2-byte, 2-byte-inclusive, 4-ascii, 2-bcd, none");
  if (kind) options.frame.kind = *kind;
  options.frame.tpdu = given.contains("tpdu");
  return options;
}

}  // namespace

int ctl_decode(const Words& words) {
  po::options_description description;
  // clang-format off
  description.add_options()
      ("file", po::value<std::string>())
      ("profile", po::value<std::string>()->default_value("iso87-binary"))
      ("header", po::value<std::string>()->default_value("2-byte"))
      ("tpdu", "")
      ("word", po::value<Words>());
  // clang-format on
  const po::variables_map given = parse_words(words, description);
  const auto profile = profile_of(given["profile"].as<std::string>());
  const DecodeOutcome outcome = decode_dump(input_of(given), options_of(given, *profile));
  std::fputs(outcome.text.c_str(), stdout);
  return outcome.errors == 0 ? kWell : kNotWell;
}

}  // namespace tools
