// A flat JSON object in the making, for a jsonb column.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace store {

class JsonObject {
 public:
  /// `text` is UTF-8; `name` needs no escapes.
  void add(std::string_view name, std::string_view text);
  void add(std::string_view name, std::int64_t number);
  /// Nothing for an empty text.
  void add_known(std::string_view name, std::string_view text);

  [[nodiscard]] std::string text() const { return "{" + members_ + "}"; }

 private:
  void begin_member(std::string_view name);

  std::string members_;
};

}  // namespace store
