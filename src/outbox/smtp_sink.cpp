#include "outbox/smtp_sink.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "outbox/mail_message.hpp"
#include "runtime/curl_handle.hpp"

namespace outbox {
namespace {

using runtime::append;
using runtime::begin_transfer;
using runtime::CurlHandle;
using runtime::CurlList;
using runtime::describe_failure;
using runtime::is_loopback;
using runtime::is_tls_problem;
using runtime::make_curl_handle;
using runtime::parse_url;
using runtime::set;

// The last of our commands that the server answered, as far as it matters whose fault a refusal is.
enum class Phase { greeting, sender, recipient, content };

struct Transfer {
  std::string_view unsent;  // of the message
  Phase phase = Phase::greeting;
};

std::size_t give_message(char* buffer, std::size_t size, std::size_t count, void* data) {
  auto& unsent = static_cast<Transfer*>(data)->unsent;
  const auto given = unsent.copy(buffer, size * count);
  unsent.remove_prefix(given);
  return given;
}

// libcurl says which command was refused only in free text, so the commands are watched instead.
int watch_commands(CURL* /*handle*/, curl_infotype type, char* bytes, std::size_t size,
                   void* data) {
  if (type != CURLINFO_HEADER_OUT) {
    return 0;
  }
  const std::string_view line{bytes, size};
  auto& phase = static_cast<Transfer*>(data)->phase;
  if (line.starts_with("MAIL FROM:")) {
    phase = Phase::sender;
  } else if (line.starts_with("RCPT TO:")) {
    phase = Phase::recipient;
  } else if (phase == Phase::recipient && line.starts_with("DATA")) {
    phase = Phase::content;
  }
  return 0;
}

// RFC 4954 section 6: to whichever command, these say that we are not logged in well enough.
bool is_about_login(long reply) {
  return reply == 530 || reply == 534 || reply == 535 || reply == 538;
}

SendResult refused(SendStatus status, const std::string& what, long reply) {
  return {.status = status,
          .error = "the mail server refused " + what + " (" + std::to_string(reply) + ")",
          .retry_after = {},
          .external_reference = {}};
}

SendResult refusal(Phase phase, long reply) {
  constexpr long k_message_too_large = 552;  // RFC 1870: already an answer to MAIL FROM
  if (is_about_login(reply)) {
    return refused(SendStatus::retry, "our user name or password", reply);
  }
  if (reply == k_message_too_large) {
    return refused(SendStatus::dead, "the message", reply);
  }
  switch (phase) {
    case Phase::greeting:
      return refused(SendStatus::retry, "the connection", reply);
    case Phase::sender:
      return refused(SendStatus::retry, "our sender address", reply);
    case Phase::recipient:
      return refused(SendStatus::dead, "the recipient", reply);
    case Phase::content:
      return refused(SendStatus::dead, "the message", reply);
  }
  __builtin_unreachable();
}

class SmtpSink final : public Sink {
 public:
  SmtpSink(SmtpOptions options, std::function<domain::Time()> clock)
      : options_{std::move(options)}, clock_{std::move(clock)}, handle_{make_curl_handle()} {}

  ~SmtpSink() override { stop_listening(); }

  SendResult send(const Outgoing& message) override {
    if (!is_mail_address(message.recipient)) {
      return {.status = SendStatus::dead,
              .error = "the recipient is no mail address",
              .retry_after = {},
              .external_reference = {}};
    }
    const MailSender sender{options_.from_address, options_.from_name, options_.reply_to,
                            options_.message_id_domain};
    const std::string mail = mail_message(message, sender, clock_());
    CurlList recipients;
    append(recipients, message.recipient);
    Transfer transfer{.unsent = mail};
    prepare(mail.size(), recipients.get(), transfer);
    const auto code = curl_easy_perform(handle_.get());
    return result_of(code, transfer.phase);
  }

 private:
  void prepare(std::size_t mail_bytes, curl_slist* recipients, Transfer& transfer) {
    CURL* const handle = handle_.get();
    begin_transfer(handle, options_.ca_file, options_.timeout);
    set(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(handle, CURLOPT_URL, options_.url.c_str());
    set(handle, CURLOPT_USE_SSL,
        static_cast<long>(options_.tls == SmtpTls::required ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    if (!options_.user.empty()) {
      set(handle, CURLOPT_USERNAME, options_.user.c_str());
      set(handle, CURLOPT_PASSWORD, options_.password.c_str());
    }
    set(handle, CURLOPT_MAIL_FROM, options_.from_address.c_str());
    set(handle, CURLOPT_MAIL_RCPT, recipients);
    set(handle, CURLOPT_UPLOAD, 1L);
    set(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail_bytes));
    set(handle, CURLOPT_READFUNCTION, &give_message);
    set(handle, CURLOPT_READDATA, &transfer);
    set(handle, CURLOPT_VERBOSE, 1L);
    set(handle, CURLOPT_DEBUGFUNCTION, &watch_commands);
    set(handle, CURLOPT_DEBUGDATA, &transfer);
  }

  SendResult result_of(CURLcode code, Phase phase) {
    if (code == CURLE_OK) {
      return {.status = SendStatus::sent, .error = {}, .retry_after = {}, .external_reference = {}};
    }
    long reply = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &reply);
    if (is_tls_problem(code)) {
      return failed(code);
    }
    if (reply >= 400 && reply < 500) {
      SendResult result = refused(SendStatus::retry, "for now", reply);
      // Greylisting, a full mailbox: others are taken all the same.
      result.is_receiver_well = phase == Phase::recipient || phase == Phase::content;
      return result;
    }
    if (code == CURLE_LOGIN_DENIED && reply < 400) {
      return {.status = SendStatus::retry,
              .error = "the mail server offers no way to log in that we know",
              .retry_after = {},
              .external_reference = {}};
    }
    if (code == CURLE_LOGIN_DENIED) {
      return refused(SendStatus::retry, "our user name or password", reply);
    }
    return reply >= 500 && reply < 600 ? refusal(phase, reply) : failed(code);
  }

  SendResult failed(CURLcode code) {
    return {.status = SendStatus::retry,
            .error = describe_failure(handle_.get(), code),
            .retry_after = {},
            .external_reference = {}};
  }

  // Cleaning up, libcurl says QUIT and waits two minutes for the answer of a server that hangs.
  // With the reading side shut it says QUIT and goes.
  void stop_listening() {
    curl_socket_t socket = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(handle_.get(), CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK &&
        socket != CURL_SOCKET_BAD) {
      shutdown(socket, SHUT_RD);
    }
  }

  SmtpOptions options_;
  std::function<domain::Time()> clock_;
  CurlHandle handle_;
};

void require(bool condition, const char* what) {
  if (!condition) {
    throw std::invalid_argument{what};
  }
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7F'; });
}

void require_good(const SmtpOptions& options) {
  require(is_mail_server_url(options.url), "url is not smtp://host:port or smtps://host:port");
  require(is_mail_address(options.from_address), "from_address is no mail address");
  require(options.reply_to.empty() || is_mail_address(options.reply_to),
          "reply_to is no mail address");
  require(is_host_name(options.message_id_domain), "message_id_domain is no host name");
  require(options.user.empty() == options.password.empty(),
          "user and password belong together: one of them is missing");
  require(!has_control(options.user) && !has_control(options.password),
          "user and password are to have no control characters");
  require(options.timeout.count() > 0, "timeout is to be above 0");
  require(options.tls == SmtpTls::required || options.url.starts_with("smtp://"),
          "smtps:// is always TLS");
  require(options.tls == SmtpTls::required || options.password.empty() ||
              is_loopback(parse_url(options.url)->host),
          "a password is not sent without TLS");
}

}  // namespace

bool is_mail_server_url(std::string_view text) {
  return (text.starts_with("smtp://") || text.starts_with("smtps://")) && parse_url(text);
}

std::unique_ptr<Sink> make_smtp_sink(SmtpOptions options, std::function<domain::Time()> clock) {
  require_good(options);
  return std::make_unique<SmtpSink>(std::move(options), std::move(clock));
}

}  // namespace outbox
