// Refund events in the shape and size that Omise sends them: what every measurement feeds.
//
// Everything in an event follows from the run's name and the refund's number, its times excepted,
// so that a run can be told again. Not thread-safe; nothing here allocates once the buffers have
// grown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

/// A refund is told in two events: it is under way, it went through.
enum class Stage { created, succeeded };

struct RefundEvent {
  std::uint64_t refund = 0;  // counts from 0
  Stage stage = Stage::created;
  std::int64_t created_at = 0;  // of the refund, in Unix seconds; success follows one second later
};

class RefundEvents {
 public:
  /// Two runs have no id in common, unless their names are the same.
  explicit RefundEvents(std::string_view run);

  /// Replaces `body` by pretty-printed JSON of about 1 KB.
  void write_body(std::string& body, const RefundEvent& event) const;

  /// Appends the id that the event's body names.
  void append_event_id(std::string& text, const RefundEvent& event) const;

 private:
  void append_member(std::string& text, std::string_view name, const RefundEvent& event) const;
  void append_id(std::string& text, std::string_view prefix, std::uint64_t number) const;

  std::string run_;
  std::uint64_t seed_;
};

}  // namespace bench
