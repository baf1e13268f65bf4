#include "codec/packager_xml.hpp"

#include <expat.h>

#include <new>
#include <utility>

#include "base/shown.hpp"

namespace codec {
namespace {

/// What may stand at the isopackager: other values mean other messages than ours.
constexpr std::pair<std::string_view, std::string_view> kPackagerAttributes[] = {
    {"maxValidField", "128"}, {"bitmapField", "1"}, {"emitBitmap", "true"}, {"headerLength", "0"}};

/// Attributes of an isofield that change no byte.
constexpr std::string_view kIgnored[] = {"name", "token", "trim"};

/// Called by Expat, which knows nothing of exceptions that pass through it: the first error is
/// kept, and stops the parser.
class Handler {
 public:
  Handler(XML_Parser parser, std::string_view name) : parser_(parser), name_(name) {
    XML_SetUserData(parser, this);
    XML_SetElementHandler(parser, start, end);
    XML_SetEntityDeclHandler(parser, declare_entity);
  }

  std::optional<PackagerError> error;
  std::vector<IsoField> fields;

  void stop(const std::string& sentence) {
    if (error) return;
    error = packager_error(name_, XML_GetCurrentLineNumber(parser_), sentence);
    XML_StopParser(parser_, XML_FALSE);
  }

 private:
  static void start(void* self, const char* tag, const char** attributes) {
    auto& handler = *static_cast<Handler*>(self);
    switch (handler.depth_++) {
      case 0:
        return handler.start_packager(tag, attributes);
      case 1:
        return handler.start_field(tag, attributes);
      default:
        return handler.stop("<" + base::shown(tag) + "> inside an isofield is not supported");
    }
  }
  static void end(void* self, const char*) { --static_cast<Handler*>(self)->depth_; }
  static void declare_entity(void* self, const char*, int, const char*, int, const char*,
                             const char*, const char*, const char*) {
    static_cast<Handler*>(self)->stop("declares an entity; write out what it stands for");
  }

  void start_packager(std::string_view tag, const char** attributes) {
    if (tag != "isopackager")
      return stop("begins with <" + base::shown(tag) + ">, and a packager file with <isopackager>");
    for (; *attributes != nullptr; attributes += 2) check_packager(attributes[0], attributes[1]);
  }

  void check_packager(std::string_view attribute, std::string_view value) {
    for (const auto& [known, allowed] : kPackagerAttributes) {
      if (attribute != known) continue;
      if (value != allowed)
        stop(std::string(known) + " " + base::shown(value) + " is not supported, only " +
             std::string(allowed));
      return;
    }
    stop("attribute " + base::shown(attribute) + " of isopackager is not supported");
  }

  void start_field(std::string_view tag, const char** attributes) {
    IsoField field;
    field.line = XML_GetCurrentLineNumber(parser_);
    const std::pair<std::string_view, std::optional<std::string>*> places[] = {
        {"id", &field.id},
        {"length", &field.length},
        {"class", &field.field_class},
        {"pad", &field.pad}};
    for (; *attributes != nullptr; attributes += 2) {
      const std::string_view attribute = attributes[0];
      bool known = false;
      for (const auto& [name, place] : places)
        if (attribute == name) *place = attributes[1], known = true;
      for (const std::string_view name : kIgnored) known |= attribute == name;
      if (!known && tag == "isofield")
        return stop("attribute " + base::shown(attribute) + " of isofield is not supported");
    }
    if (tag == "isofieldpackager")
      return stop("DE " + base::shown(field.id.value_or("")) +
                  ": isofieldpackager is not supported; describe the whole element by an isofield");
    if (tag != "isofield")
      return stop("<" + base::shown(tag) + "> is not supported; an isopackager has isofields");
    fields.push_back(std::move(field));
  }

  XML_Parser parser_;
  std::string_view name_;
  int depth_ = 0;
};

}  // namespace

PackagerError packager_error(std::string_view name, std::size_t line, std::string_view sentence) {
  return {std::string(name) + ":" + std::to_string(line) + ": " + std::string(sentence)};
}

base::Result<std::vector<IsoField>, PackagerError> read_packager_xml(std::string_view xml,
                                                                     std::string_view name) {
  if (xml.size() > kMaxPackagerBytes)
    return PackagerError{std::string(name) + ": is larger than " +
                         std::to_string(kMaxPackagerBytes) + " bytes; this is no packager file"};
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate(nullptr), &XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  Handler handler(parser.get(), name);
  if (XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE) != XML_STATUS_OK)
    handler.stop(std::string("is not well-formed XML: ") +
                 XML_ErrorString(XML_GetErrorCode(parser.get())));
  if (handler.error) return *std::move(handler.error);
  return std::move(handler.fields);
}

}  // namespace codec
