#include "providers/json.hpp"

#include <utility>
#include <vector>

namespace providers {

namespace {

constexpr int k_number_overflow = 406;  // nlohmann's id for it

// Builds the value itself instead of checking in the library's parser callback: there a discarded
// value still counts as seen, and the depth is only known once the nesting has been built.
class ObjectBuilder final : public nlohmann::json_sax<Json> {
 public:
  explicit ObjectBuilder(ParsedObject& result) : result_{result} {
    open_.reserve(k_json_depth_max);
  }

  bool null() override { return put(nullptr) != nullptr; }
  bool boolean(bool value) override { return put(value) != nullptr; }
  bool number_integer(number_integer_t value) override { return put(value) != nullptr; }
  bool number_unsigned(number_unsigned_t value) override { return put(value) != nullptr; }
  bool number_float(number_float_t value, const string_t& /*text*/) override {
    return put(value) != nullptr;
  }
  // Copied, not moved: `value` is the lexer's own buffer, which would have to grow anew for the
  // next string. This, the same in key() and content that is not copied: 165 allocations became 93.
  bool string(string_t& value) override { return put(std::as_const(value)) != nullptr; }
  bool binary(binary_t& /*value*/) override { return refuse("the body is not JSON"); }
  bool start_object(std::size_t /*count*/) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*count*/) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    auto& members = open_.back()->get_ref<Json::object_t&>();
    place_ = members.lower_bound(name);
    if (place_ != members.end() && place_->first == name) {
      return refuse("the body names one key twice");
    }
    key_ = name;
    return true;
  }

  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    if (error.id == k_number_overflow && !open_.empty()) {
      result_.state = JsonState::unusable;
      return refuse("the body holds a number too large to be read");
    }
    return refuse("the body is not JSON");
  }

 private:
  bool refuse(std::string_view problem) {
    result_.problem = problem;
    return false;
  }

  Json* put(Json value) {
    if (open_.empty()) {
      refuse("the body is not a JSON object");
      return nullptr;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    auto& members = parent.get_ref<Json::object_t&>();
    return &members.emplace_hint(place_, std::move(key_), std::move(value))->second;
  }

  bool open(Json container) {
    if (open_.empty() && container.is_object()) {
      result_.value = std::move(container);
      open_.push_back(&result_.value);
      return true;
    }
    if (open_.size() == k_json_depth_max) {
      return refuse("the body is nested too deeply");
    }
    Json* const placed = put(std::move(container));
    if (placed != nullptr) {
      open_.push_back(placed);
    }
    return placed != nullptr;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  ParsedObject& result_;
  // From the outermost inwards. An array grows only while nothing inside it is open, so that these
  // pointers stay good.
  std::vector<Json*> open_;
  // Of the value that comes next, where that is a member.
  std::string key_;
  Json::object_t::iterator place_;
};

}  // namespace

ParsedObject parse_object(std::string_view text) {
  ParsedObject result;
  if (text.find('\0') != std::string_view::npos) {
    result.problem = "the body holds a NUL byte";
    return result;
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    result.problem = "the body starts with a byte order mark";
    return result;
  }
  ObjectBuilder builder{result};
  if (Json::sax_parse(text.begin(), text.end(), &builder)) {
    result.state = JsonState::whole;
  }
  return result;
}

}  // namespace providers
