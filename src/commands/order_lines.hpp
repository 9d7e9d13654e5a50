// The lines of an order file: what the merchant's own books say, checked one by one and together.
//
//   order_id,source,charge_id,currency,total_minor,customer_email,customer_locale
//   1001,omise-th,chrg_test_1,THB,100050,customer@shop.example,th-TH
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/money.hpp"
#include "providers/source.hpp"

namespace commands {

inline constexpr std::size_t k_order_file_max_bytes = 64 << 20;
inline constexpr std::size_t k_order_lines_max = 200000;
inline constexpr std::size_t k_id_max_bytes = 255;
inline constexpr std::size_t k_email_max_bytes = 254;  // RFC 5321

struct OrderFileLine {
  std::size_t line = 0;  // where it begins in the file, from 1
  std::string_view raw;  // as it stands in the file
  std::string order_id;
  const providers::Source* source = nullptr;
  std::string charge_id;  // empty: not known
  domain::Money total;
  std::string customer_email;   // empty: not known
  std::string customer_locale;  // empty: not known
  std::string_view columns;     // the file's first line: what the raw line means
};

/// One mistake. Values of the file stand in it as they are: make it printable.
struct OrderFileError {
  std::size_t line = 0;
  std::string column;  // empty: the whole line
  std::string message;
};

struct OrderFile {
  std::vector<OrderFileLine> lines;    // the good ones
  std::vector<OrderFileError> errors;  // in the order of lines
};

/// Finds every mistake. Columns are known by the first line; an order may have several lines, one
/// for each charge, that say the same about it. `content` and `sources` outlive what is returned.
OrderFile read_order_file(std::string_view content, std::span<const providers::Source> sources);

}  // namespace commands
