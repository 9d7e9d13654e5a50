// What the merchant's own books say about an order: `refundctl orders import`.
#pragma once

#include <string>

#include "domain/money.hpp"

namespace store {

struct OrderImport {
  domain::Money total;
  std::string customer_email;   // empty: unknown
  std::string customer_locale;  // empty: unknown
};

}  // namespace store
