// A payment company's webhook protocol, as a table of functions.
//
// A third provider is a few files of its own that fill such a table (and a Dialect, where its
// events resemble the others': decode.hpp), and one line in registry.cpp. Everything here is pure:
// no clock, no I/O, no state. Safe to call from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "domain/charge.hpp"
#include "domain/event.hpp"

namespace providers {

/// Request headers in the order of their arrival, values as received without surrounding blanks.
class Headers {
 public:
  void reserve(std::size_t count) { fields_.reserve(count); }
  void add(std::string name, std::string value);

  /// The value of the only header of this name (names compare without case). nullopt where there is
  /// none, and where there are several: a second signature header is not a way to be believed.
  [[nodiscard]] std::optional<std::string_view> only(std::string_view name) const;

  [[nodiscard]] std::span<const std::pair<std::string, std::string>> all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// A secret as its file holds it, without the trailing newline, decoded as its provider wants it
/// (Omise: from base64). Several are accepted at once while one is being rotated.
using Secrets = std::vector<std::string>;

enum class Trust {
  trusted,
  late,  // the signature is right, its time is outside the tolerance
  missing_signature,
  malformed_signature,
  wrong_signature,
};

std::string_view to_string(Trust trust);

struct Authenticity {
  Trust trust = Trust::missing_signature;
  /// When the provider says that it signed; nullopt where the protocol has no such time.
  std::optional<domain::Time> signed_at;
};

struct AuthenticateOptions {
  std::span<const std::string> secrets;
  std::chrono::seconds timestamp_tolerance{300};
  domain::Time now{};
};

/// What a decoder needs to know beside the bytes.
struct DecodeOptions {
  std::string source;
  bool livemode = true;
  domain::RefundStatus missing_status = domain::RefundStatus::pending;
  std::optional<domain::Currency> currency_default;
  domain::Evidence evidence = domain::Evidence::token_webhook;
  std::optional<domain::Time> signed_at;
  domain::Time received_at{};
};

/// Why a body is no event at all: answered 400.
struct NotAnEvent {
  std::string reason;  // for the log; no part of the body
};

using Decoded = std::variant<domain::Event, NotAnEvent>;

/// What `refundctl send` fills in. Empty optionals are left out of the body, as a provider may.
struct SampleEvent {
  std::string event_type;
  std::string event_id;
  std::string refund_id;
  std::optional<std::string> charge_id;
  std::optional<std::string> order_id;
  std::int64_t amount_minor = 0;
  std::optional<std::string> currency;
  std::optional<std::string> status;  // the provider's own word; nullopt: what the type implies
  std::optional<std::string> reason;
  std::optional<std::string> failure_code;
  std::optional<std::string> failure_message;
  std::optional<std::string> payment_method;
  bool voided = false;
  bool livemode = true;
  domain::Time occurred_at{};
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// How a provider's ids begin. Only for the eye: nothing looks at it.
struct IdPrefixes {
  std::string_view event;
  std::string_view refund;
  std::string_view charge;
};

struct Api;

struct Provider {
  std::string_view name;
  domain::Evidence evidence;
  /// The configuration key that lists the secret files: "webhook_secret_files".
  std::string_view secret_files_key;
  /// Whether `timestamp_tolerance_seconds` means anything here.
  bool has_signature_time;
  domain::RefundLimits limits;
  /// Every event type that changes something here.
  std::span<const std::string_view> event_types;
  /// Headers that hold a secret itself and are never stored (lower case).
  std::span<const std::string_view> secret_headers;

  /// The usable secret in a file's content (no trailing newline), or nullopt if it is not one.
  std::optional<std::string> (*parse_secret)(std::string_view content);
  /// Over the raw bytes, before any parsing, in time that does not depend on the secrets.
  Authenticity (*authenticate)(const Headers&, std::string_view body, const AuthenticateOptions&);
  /// Only after `authenticate`. Never throws for any input.
  Decoded (*decode)(std::string_view body, const DecodeOptions&);

  /// How it is asked: api.hpp.
  const Api* api;
  /// Of most of its accounts, as tzdata names it.
  std::string_view time_zone;

  // For `refundctl send`, which posts in the provider's name.
  IdPrefixes id_prefixes;
  /// A body in the shape that the provider sends today.
  std::string (*make_body)(const SampleEvent&);
  /// The headers that go with these bytes: Content-Type, and what proves the sender by the first
  /// secret. Precondition: there is a secret.
  HeaderList (*sign)(std::string_view body, std::span<const std::string> secrets,
                     domain::Time signed_at);
};

}  // namespace providers
