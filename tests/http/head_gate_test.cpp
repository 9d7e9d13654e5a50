#include "http/head_gate.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace http {
namespace {

struct Case {
  std::string name;
  std::string head;
  int status = 0;  // 0: accepted
};

std::ostream& operator<<(std::ostream& out, const Case& tested) {
  return out << tested.name;
}

std::string post(const std::string& fields) {
  return "POST /webhooks/omise-th HTTP/1.1\r\n" + fields + "\r\n";
}

// A good POST with something more.
std::string post_with(const std::string& fields) {
  return post("Host: example.com\r\nContent-Length: 5\r\n" + fields);
}

std::string post_for(const std::string& host) {
  return post("Host: " + host + "\r\nContent-Length: 5\r\n");
}

std::string post_of(const std::string& length) {
  return post("Host: a\r\nContent-Length: " + length + "\r\n");
}

std::string get(const std::string& fields) {
  return "GET /healthz HTTP/1.1\r\n" + fields + "\r\n";
}

std::string with_request_line(const std::string& line) {
  return line + "\r\nHost: a\r\n\r\n";
}

std::string repeat(int times, const std::string& text) {
  std::string all;
  for (int at = 0; at < times; ++at) {
    all += text;
  }
  return all;
}

class HeadGate : public testing::TestWithParam<Case> {};

TEST_P(HeadGate, DecidesAsRfc9112WithoutItsTolerances) {
  const Gate gate = check_head(GetParam().head);
  if (GetParam().status == 0) {
    const auto* refusal = std::get_if<Refusal>(&gate);
    EXPECT_EQ(refusal, nullptr) << refusal->reason;
    return;
  }
  ASSERT_TRUE(std::holds_alternative<Refusal>(gate));
  EXPECT_EQ(std::get<Refusal>(gate).status, GetParam().status);
  EXPECT_FALSE(std::get<Refusal>(gate).reason.empty());
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    RequestLine, HeadGate,
    testing::Values(Case{"Get", with_request_line("GET / HTTP/1.1")},
                    Case{"Query", with_request_line("GET /a?b=c&d HTTP/1.1")},
                    Case{"OtherMethod", with_request_line("PURGE / HTTP/1.1")},
                    Case{"Http10", with_request_line("GET / HTTP/1.0"), 400},
                    Case{"Http2", with_request_line("GET / HTTP/2.0"), 400},
                    Case{"Http3Digits", with_request_line("GET / HTTP/1.11"), 400},
                    Case{"LowerCaseVersion", with_request_line("GET / http/1.1"), 400},
                    Case{"NoVersion", with_request_line("GET /"), 400},
                    Case{"NoTarget", with_request_line("GET HTTP/1.1"), 400},
                    Case{"TwoSpaces", with_request_line("GET  / HTTP/1.1"), 400},
                    Case{"TwoSpacesLater", with_request_line("GET /  HTTP/1.1"), 400},
                    Case{"TabForSpace", with_request_line("GET\t/ HTTP/1.1"), 400},
                    Case{"SpaceInTarget", with_request_line("GET /a b HTTP/1.1"), 400},
                    Case{"TrailingSpace", with_request_line("GET / HTTP/1.1 "), 400},
                    Case{"LeadingSpace", with_request_line(" GET / HTTP/1.1"), 400},
                    Case{"AbsoluteForm", with_request_line("GET http://a/ HTTP/1.1"), 400},
                    Case{"AsteriskForm", with_request_line("OPTIONS * HTTP/1.1"), 400},
                    Case{"AuthorityForm", with_request_line("CONNECT a:443 HTTP/1.1"), 400},
                    Case{"MethodNotToken", with_request_line("GE(T / HTTP/1.1"), 400},
                    Case{"TargetNotAscii", with_request_line("GET /\xc3\xa9 HTTP/1.1"), 400},
                    Case{"LeadingEmptyLine", "\r\n" + with_request_line("GET / HTTP/1.1"), 400},
                    Case{"OnlyEmptyLines", "\r\n\r\n", 400}, Case{"Empty", "", 400},
                    Case{"BareCarriageReturn", with_request_line("GET /\r HTTP/1.1"), 400}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    FieldLines, HeadGate,
    testing::Values(Case{"EmptyValue", post_with("X-A:\r\n")},
                    Case{"NoBlank", post_with("X-A:b\r\n")},
                    Case{"BlanksAround", post_with("X-A: \t b \t\r\n")},
                    Case{"TabInside", post_with("X-A: b\tc\r\n")},
                    Case{"SpaceBeforeColon", post_with("X-A : b\r\n"), 400},
                    Case{"NoColon", post_with("X-A\r\n"), 400},
                    Case{"NoName", post_with(": b\r\n"), 400},
                    Case{"NameNotToken", post_with("X(A): b\r\n"), 400},
                    Case{"FoldedBySpace", post_with("X-A: b\r\n c\r\n"), 400},
                    Case{"FoldedByTab", post_with("X-A: b\r\n\tc\r\n"), 400},
                    Case{"FoldedFirst", get(" Host: a\r\n"), 400},
                    Case{"BareCarriageReturn", post_with("X-A: b\rc\r\n"), 400},
                    Case{"BareLineFeed", post_with("X-A: b\nX-B: c\r\n"), 400},
                    Case{"Nul", post_with(std::string{"X-A: b\0c\r\n", 10}), 400},
                    Case{"Control", post_with("X-A: b\x01\r\n"), 400},
                    Case{"Delete", post_with("X-A: b\x7f\r\n"), 400},
                    Case{"NotAscii", post_with("X-A: caf\xe9\r\n"), 400},
                    Case{"HundredFields", post_with(repeat(98, "X: y\r\n"))},
                    Case{"MoreThanHundred", post_with(repeat(99, "X: y\r\n")), 431},
                    Case{"NoEnd", "GET / HTTP/1.1\r\nHost: a\r\n", 400},
                    Case{"BytesAfterEnd", with_request_line("GET / HTTP/1.1") + "x", 400}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Host, HeadGate,
    testing::Values(
        Case{"Name", post_for("hooks.example.com")},
        Case{"WithPort", post_for("hooks.example.com:8443")}, Case{"Ipv4", post_for("192.0.2.1:1")},
        Case{"Ipv6", post_for("[2001:db8::1]")}, Case{"Ipv6WithPort", post_for("[::1]:8443")},
        Case{"Missing", post("Content-Length: 5\r\n"), 400},
        Case{"Twice", post_with("Host: example.com\r\n"), 400},
        Case{"TwiceInOtherCase", post_with("hOST: other\r\n"), 400},
        Case{"Blank", post_for(" "), 400}, Case{"OnlyPort", post_for(":80"), 400},
        Case{"EmptyPort", post_for("a:"), 400}, Case{"LongPort", post_for("a:123456"), 400},
        Case{"PortNotDigits", post_for("a:8x"), 400}, Case{"List", post_for("a, b"), 400},
        Case{"Path", post_for("a/b"), 400}, Case{"UserInfo", post_for("u@a"), 400},
        Case{"Encoded", post_for("a%2e"), 400}, Case{"BareIpv6", post_for("::1"), 400},
        Case{"OpenBracket", post_for("[::1"), 400}, Case{"EmptyBrackets", post_for("[]"), 400},
        Case{"TextAfterBracket", post_for("[::1]x"), 400}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Framing, HeadGate,
    testing::Values(Case{"Zero", post_of("0")}, Case{"TenDigits", post_of("9999999999")},
                    Case{"ElevenDigits", post_of("10000000000"), 400},
                    Case{"Missing", post("Host: a\r\n"), 400}, Case{"Empty", post_of(""), 400},
                    Case{"Plus", post_of("+5"), 400}, Case{"Minus", post_of("-5"), 400},
                    Case{"Hex", post_of("0x5"), 400}, Case{"List", post_of("5, 5"), 400},
                    Case{"Decimal", post_of("5.0"), 400}, Case{"SpaceInside", post_of("5 5"), 400},
                    Case{"Folded", post_of("\r\n 5"), 400},
                    Case{"Twice", post_with("Content-Length: 5\r\n"), 400},
                    Case{"TwiceDifferent", post_with("content-length: 6\r\n"), 400},
                    Case{"Chunked", post_with("Transfer-Encoding: chunked\r\n"), 501},
                    Case{"Gzip", post_with("Transfer-Encoding: gzip\r\n"), 501},
                    Case{"Identity", post_with("transfer-encoding: identity\r\n"), 501},
                    Case{"EmptyTransferEncoding", post_with("Transfer-Encoding:\r\n"), 501},
                    Case{"ChunkedOnly", post("Host: a\r\nTransfer-Encoding: chunked\r\n"), 501},
                    Case{"ContentEncoding", post_with("Content-Encoding: gzip\r\n"), 400},
                    Case{"Upgrade", post_with("Connection: Upgrade\r\nUpgrade: h2c\r\n"), 400},
                    Case{"GetWithoutLength", get("Host: a\r\n")},
                    Case{"GetWithZero", get("Host: a\r\nContent-Length: 0\r\n")},
                    Case{"GetWithBody", get("Host: a\r\nContent-Length: 5\r\n"), 400},
                    Case{"GetWithTwoZeros",
                         get("Host: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n"), 400},
                    Case{"LowerCasePostIsAnotherMethod",
                         "post / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", 400},
                    Case{"Continue", post_with("Expect: 100-continue\r\n")},
                    Case{"EmptyConnection", post_with("Connection:\r\n"), 400},
                    Case{"EmptyConnectionOption", post_with("Connection: close,,\r\n"), 400},
                    Case{"ConnectionNotToken", post_with("Connection: close: x\r\n"), 400},
                    Case{"UnknownExpect", post_with("Expect: 200-ok\r\n"), 417}),
    name_of);

Framing framing_of(const std::string& head) {
  return std::get<Framing>(check_head(head));
}

TEST(HeadGate, TellsTheLength) {
  EXPECT_EQ(framing_of(post_of("9999999999")).content_length, 9999999999U);
  EXPECT_EQ(framing_of(get("Host: a\r\n")).content_length, 0U);
}

TEST(HeadGate, TellsWhetherTheClientWaitsForContinue) {
  EXPECT_FALSE(framing_of(post_of("5")).wants_continue);
  EXPECT_TRUE(framing_of(post_with("expect: 100-Continue\r\n")).wants_continue);
}

TEST(HeadGate, HonoursOnlyCloseAmongConnectionOptions) {
  EXPECT_FALSE(framing_of(post_of("5")).close);
  EXPECT_FALSE(framing_of(post_with("Connection: keep-alive\r\n")).close);
  EXPECT_FALSE(framing_of(post_with("Connection: closed, Content-Length\r\n")).close);
  EXPECT_TRUE(framing_of(post_with("Connection: Close\r\n")).close);
  EXPECT_TRUE(framing_of(post_with("Connection: keep-alive ,\tclose\r\n")).close);
}

}  // namespace
}  // namespace http
