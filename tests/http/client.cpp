#include "http/client.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

namespace http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::seconds k_patience{20};

std::size_t size_of_body(std::string_view head) {
  constexpr std::string_view k_name = "Content-Length: ";
  const auto at = head.find(k_name);
  return at == std::string_view::npos
             ? 0
             : std::stoul(std::string{head.substr(at + k_name.size(), 10)});
}

}  // namespace

Client::Client(std::uint16_t port, Transport transport) : transport_{transport} {
  stream_.next_layer().connect({asio::ip::address_v4::loopback(), port});
  if (transport_ == Transport::plain) {
    return;
  }
  error_code failure;
  wait_for(
      [this](Done done) {
        stream_.async_handshake(asio::ssl::stream_base::client,
                                [done](const error_code& ended) { done(ended, 0); });
      },
      failure);
  if (failure) {
    throw boost::system::system_error{failure};
  }
}

void Client::send(std::string_view bytes) {
  error_code ignored;  // a server that has seen enough may close early; its answer tells
  wait_for(
      [this, bytes](Done done) {
        if (transport_ == Transport::tls) {
          asio::async_write(stream_, asio::buffer(bytes), std::move(done));
        } else {
          asio::async_write(stream_.next_layer(), asio::buffer(bytes), std::move(done));
        }
      },
      ignored);
}

std::string Client::read_all() {
  while (read_more()) {
  }
  return std::exchange(received_, {});
}

std::string Client::read_answer() {
  auto head_end = received_.find("\r\n\r\n");
  while (head_end == std::string::npos && read_more()) {
    head_end = received_.find("\r\n\r\n");
  }
  if (head_end == std::string::npos) {
    return std::exchange(received_, {});
  }
  const std::size_t size = head_end + 4 + size_of_body(received_.substr(0, head_end));
  while (received_.size() < size && read_more()) {
  }
  std::string answer = received_.substr(0, size);
  received_.erase(0, size);
  return answer;
}

void Client::reset() {
  stream_.next_layer().set_option(asio::socket_base::linger{true, 0});
  stream_.next_layer().close();
}

bool Client::read_more() {
  std::array<char, 4096> bytes;
  error_code failure;
  const std::size_t count = wait_for(
      [this, &bytes](Done done) {
        if (transport_ == Transport::tls) {
          stream_.async_read_some(asio::buffer(bytes), std::move(done));
        } else {
          stream_.next_layer().async_read_some(asio::buffer(bytes), std::move(done));
        }
      },
      failure);
  received_.append(bytes.data(), count);
  end_ = failure;
  return !failure;
}

std::size_t Client::wait_for(const std::function<void(Done)>& start, error_code& failure) {
  std::optional<std::size_t> transferred;
  start([&transferred, &failure](const error_code& ended, std::size_t count) {
    failure = ended;
    transferred = count;
  });
  loop_.restart();
  loop_.run_for(k_patience);
  if (!transferred) {
    throw std::runtime_error{"the server neither answered nor closed"};
  }
  return *transferred;
}

}  // namespace http
