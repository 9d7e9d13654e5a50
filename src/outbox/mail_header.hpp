// Free text in the header of an e-mail: RFC 2047. Pure.
#pragma once

#include <string>
#include <string_view>

namespace outbox {

/// "Name: value" and CRLF. ASCII that fits the line stays as it is; anything else becomes encoded
/// words of at most 75 characters, on lines of at most 76, with no character split over two.
std::string text_header(std::string_view name, std::string_view value);

/// "Name: person <address>" and CRLF. `person` is free text, or empty; `address` is one.
std::string address_header(std::string_view name, std::string_view person,
                           std::string_view address);

}  // namespace outbox
