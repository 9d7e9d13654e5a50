// The bar that the daemon is measured against: what Beast and OpenSSL need to take in a webhook and
// to say "applied", when nobody looks at it and nothing is kept. One thread, one coroutine for each
// connection, the daemon's own TLS settings.
//
// As fast as Beast honestly is: the concrete executor instead of the type-erased one, no locks, a
// parser whose fields and body use memory that is there already, an answer that is serialized once.

#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <csignal>
#include <iostream>
#include <memory_resource>
#include <sstream>
#include <string>

#include "http/tls.hpp"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;
using boost::system::error_code;

using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Stream = asio::ssl::stream<Socket>;
using Work = asio::awaitable<void, Executor>;

constexpr auto k_await = asio::as_tuple(asio::use_awaitable_t<Executor>{});
constexpr std::size_t k_buffer_bytes = 16384;  // a whole TLS record
constexpr std::size_t k_field_bytes = 8192;

using FieldAllocator = std::pmr::polymorphic_allocator<char>;
using Parser = beast_http::request_parser<beast_http::string_body, FieldAllocator>;

std::string serialized_answer() {
  constexpr unsigned k_http_1_1 = 11;
  beast_http::response<beast_http::string_body> response{beast_http::status::ok, k_http_1_1};
  response.set(beast_http::field::content_type, "application/json");
  response.keep_alive(true);
  response.body() = R"({"verdict":"applied"})";
  response.prepare_payload();
  std::ostringstream wire;
  wire << response;
  return std::move(wire).str();
}

// False: the client left or talks nonsense. `body` is only lent, for its memory.
asio::awaitable<bool, Executor> read_request(Stream& stream, beast::flat_buffer& buffer,
                                             std::string& body) {
  std::array<std::byte, k_field_bytes> room;
  std::pmr::monotonic_buffer_resource fields{room.data(), room.size()};
  Parser parser{std::piecewise_construct, std::make_tuple(),
                std::make_tuple(FieldAllocator{&fields})};
  body.clear();
  parser.get().body() = std::move(body);
  const auto [failure, size] = co_await beast_http::async_read(stream, buffer, parser, k_await);
  body = std::move(parser.get().body());
  co_return !failure && parser.get().keep_alive();
}

Work serve(Stream stream, const std::string& answer) {
  const auto [failure] = co_await stream.async_handshake(asio::ssl::stream_base::server, k_await);
  if (failure) {
    co_return;
  }
  beast::flat_buffer buffer;
  buffer.reserve(k_buffer_bytes);
  std::string body;
  for (;;) {
    const bool is_read = co_await read_request(stream, buffer, body);
    if (!is_read) {
      co_return;
    }
    const auto bytes = asio::buffer(answer);
    const auto [unwritten, size] = co_await asio::async_write(stream, bytes, k_await);
    if (unwritten) {
      co_return;
    }
  }
}

Work accept_clients(Acceptor& acceptor, asio::ssl::context& tls, const std::string& answer) {
  for (;;) {
    Socket client{acceptor.get_executor()};
    const auto [failure] = co_await acceptor.async_accept(client, k_await);
    if (failure) {
      co_return;
    }
    client.set_option(asio::ip::tcp::no_delay{true});
    auto session = serve(Stream{std::move(client), tls}, answer);
    asio::co_spawn(acceptor.get_executor(), std::move(session), asio::detached);
  }
}

// Standard input may be a file or /dev/null, which says nothing about who started us.
bool is_held_by_stdin() {
  struct stat status {};
  return ::fstat(STDIN_FILENO, &status) == 0 &&
         (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

Work watch_stdin(asio::posix::stream_descriptor& input, asio::io_context& loop) {
  std::array<char, 256> ignored;
  for (;;) {
    const auto room = asio::buffer(ignored);
    const auto [failure, size] = co_await input.async_read_some(room, k_await);
    if (failure) {
      loop.stop();
      co_return;
    }
  }
}

void run(std::uint16_t port, const http::TlsFiles& files) {
  auto tls = http::make_tls(files);
  const std::string answer = serialized_answer();
  asio::io_context loop{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
  Acceptor acceptor{loop.get_executor(), {asio::ip::address_v4::loopback(), port}};
  asio::signal_set signals{loop, SIGTERM, SIGINT};
  signals.async_wait([&loop](const error_code&, int) { loop.stop(); });
  asio::posix::stream_descriptor input{loop};
  if (is_held_by_stdin()) {
    input.assign(::dup(STDIN_FILENO));
    asio::co_spawn(loop.get_executor(), watch_stdin(input, loop), asio::detached);
  }
  asio::co_spawn(loop.get_executor(), accept_clients(acceptor, tls, answer), asio::detached);
  std::cout << "listening " << acceptor.local_endpoint().port() << std::endl;
  loop.run();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Answers every request over TLS, and does nothing else."};
  std::uint16_t port = 0;
  http::TlsFiles files;
  app.add_option("--port", port, "On 127.0.0.1; 0 takes any free one");
  app.add_option("--certificate", files.certificate, "PEM file")->required();
  app.add_option("--key", files.private_key, "PEM file")->required();
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    run(port, files);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bench_floor: " << error.what() << '\n';
    return 1;
  }
}
