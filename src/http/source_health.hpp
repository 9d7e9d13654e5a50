// How one source does, as an operator asks at three in the morning: when did it last work, and who
// is being turned away? Since this process started. Time is a parameter.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/time.hpp"

namespace http {

class SourceHealth {
 public:
  /// An event of it was committed, whatever its verdict.
  void note_good(domain::Time now) { last_good_ = now; }

  /// A request was refused because its sender did not prove to be the provider.
  void note_rejected(domain::Time now, std::string_view reason);

  [[nodiscard]] std::optional<domain::Time> last_good() const { return last_good_; }
  [[nodiscard]] std::optional<domain::Time> last_rejected() const { return last_rejected_; }
  [[nodiscard]] const std::string& last_rejection() const { return last_rejection_; }

  /// In the last hour, give or take a minute.
  [[nodiscard]] std::int64_t rejected_in_hour(domain::Time now) const;

 private:
  static constexpr std::size_t k_minutes = 60;
  struct Minute {
    std::int64_t number = -1;  // since the epoch
    std::int64_t count = 0;
  };

  std::optional<domain::Time> last_good_;
  std::optional<domain::Time> last_rejected_;
  std::string last_rejection_;
  std::array<Minute, k_minutes> rejected_{};
};

}  // namespace http
