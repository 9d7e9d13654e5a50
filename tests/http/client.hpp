// A client that sends any bytes and tells everything that comes back.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace http {

enum class Transport { plain, tls };

/// Blocks, 20 s at most for each step; then it throws, and a test fails where it would have hung.
class Client {
 public:
  /// Connects to 127.0.0.1 and, with tls, shakes hands. The certificate is not checked.
  Client(std::uint16_t port, Transport transport);

  void send(std::string_view bytes);

  /// Everything until the server closes the connection.
  std::string read_all();

  /// How the server ended what read_all() read.
  [[nodiscard]] boost::system::error_code end() const { return end_; }

  /// Leaves without a goodbye.
  void reset();

  /// One answer: its head, and as much body as Content-Length says.
  std::string read_answer();

 private:
  using Done = std::function<void(boost::system::error_code, std::size_t)>;

  std::size_t wait_for(const std::function<void(Done)>& start, boost::system::error_code& failure);
  bool read_more();  // false: the server closed

  boost::asio::io_context loop_;
  boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_client};
  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_{loop_, tls_};
  Transport transport_;
  std::string received_;
  boost::system::error_code end_;
};

}  // namespace http
