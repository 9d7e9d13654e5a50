#include "bench/load_connection.hpp"

#include <span>

namespace bench {

void LoadConnection::open() {
  client_.emplace(tls_, options_.port);
  state_ = LoadState::opening;
  is_confused_ = false;
  received_size_ = 0;
  awaited_ = EPOLLIN | EPOLLOUT;
  poller_.add(client_->descriptor(), awaited_, options_.key);
}

void LoadConnection::ask() {
  state_ = LoadState::asking;
  is_sent_ = false;
  received_size_ = 0;
  send_rest();
}

std::optional<HttpAnswer> LoadConnection::advance() {
  switch (state_) {
    case LoadState::closed:
      return std::nullopt;
    case LoadState::opening:
      shake_hands();
      return std::nullopt;
    case LoadState::asking:
      if (!is_sent_) {
        send_rest();
        return std::nullopt;
      }
      return receive();
    case LoadState::free:
      return receive();  // a session ticket, or the server's goodbye
  }
  __builtin_unreachable();
}

void LoadConnection::shake_hands() {
  const Step step = client_->handshake();
  if (step == Step::done) {
    state_ = LoadState::free;
    wait_for(Step::wants_read);
  } else {
    wait_for(step);
  }
}

void LoadConnection::send_rest() {
  const Step step = client_->write(request_);
  is_sent_ = step == Step::done;
  wait_for(is_sent_ ? Step::wants_read : step);
}

std::optional<HttpAnswer> LoadConnection::receive() {
  HttpAnswer answer;
  while (answer.reading == Reading::incomplete) {
    const auto received = client_->read(std::span{received_}.subspan(received_size_));
    if (received.step != Step::done) {
      wait_for(received.step);
      return std::nullopt;
    }
    received_size_ += received.size;
    answer = read_answer({received_.data(), received_size_});
  }
  is_confused_ = answer.reading == Reading::malformed || state_ != LoadState::asking;
  if (is_confused_) {
    close();
    return std::nullopt;
  }
  state_ = LoadState::free;
  if (answer.closes) {
    close();
  }
  return answer;
}

void LoadConnection::wait_for(Step step) {
  if (step == Step::failed) {
    return close();
  }
  const std::uint32_t wanted = step == Step::wants_write ? EPOLLOUT : EPOLLIN;
  if (wanted != awaited_) {
    awaited_ = wanted;
    poller_.change(client_->descriptor(), awaited_, options_.key);
  }
}

void LoadConnection::close() {
  client_.reset();
  state_ = LoadState::closed;
}

}  // namespace bench
