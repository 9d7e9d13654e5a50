// Requests that the tests of the server send.
#pragma once

#include <string>
#include <string_view>

namespace http {

inline constexpr std::string_view k_health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

inline std::string post(std::string_view body, std::string_view fields = "") {
  return "POST /webhooks/payjp-jp HTTP/1.1\r\nHost: localhost\r\n"
         "Content-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + std::string{fields} + "\r\n" + std::string{body};
}

/// For the source and token of RunningServer.
inline std::string trusted_post() {
  return post(R"({"type":"refund.created","data":{"id":"re_1","status":"succeeded","amount":1,)"
              R"("payment_flow":"pfw_1"}})",
              "X-Payjp-Webhook-Token: secret-token\r\n");
}

}  // namespace http
