#include "outbox/time_wording.hpp"

namespace outbox {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr Phrase k_days{"{} days", "{}日", "{} วัน"};
constexpr Phrase k_hours{"{} h", "{}時間", "{} ชั่วโมง"};
constexpr Phrase k_minutes{"{} min", "{}分", "{} นาที"};

constexpr Phrase k_days_left{"{} days left in this payment method's refund window",
                             "この支払方法の返金期限まであと{}日です",
                             "เหลืออีก {} วันก่อนพ้นกำหนดคืนเงินของวิธีชำระเงินนี้"};
constexpr Phrase k_day_left{"1 day left in this payment method's refund window",
                            "この支払方法の返金期限まであと1日です",
                            "เหลืออีก 1 วันก่อนพ้นกำหนดคืนเงินของวิธีชำระเงินนี้"};
constexpr Phrase k_last_day{"the window of this payment method ends today",
                            "この支払方法の返金期限は本日です",
                            "วันนี้เป็นวันสุดท้ายของกำหนดคืนเงินของวิธีชำระเงินนี้"};
constexpr Phrase k_day_ago{"the window ended 1 day ago", "返金期限を1日過ぎています",
                           "พ้นกำหนดคืนเงินมาแล้ว 1 วัน"};
constexpr Phrase k_days_ago{"the window ended {} days ago", "返金期限を{}日過ぎています",
                            "พ้นกำหนดคืนเงินมาแล้ว {} วัน"};

constexpr Phrase k_business_day{"{} business day", "{}営業日", "{} วันทำการ"};
constexpr Phrase k_business_days{"{} business days", "{}営業日", "{} วันทำการ"};

template <typename Unit>
std::string count_in(std::chrono::seconds duration, const Phrase& phrase, Language language) {
  return say(language, phrase, std::to_string(std::chrono::duration_cast<Unit>(duration).count()));
}

const Phrase& days_left_phrase(int days_left) {
  if (days_left == 0) {
    return k_last_day;
  }
  if (days_left > 0) {
    return days_left == 1 ? k_day_left : k_days_left;
  }
  return days_left == -1 ? k_day_ago : k_days_ago;
}

}  // namespace

std::string duration_text(std::chrono::seconds duration, Language language) {
  if (duration <= std::chrono::seconds::zero()) {
    return "";
  }
  if (duration >= days{2}) {
    return count_in<days>(duration, k_days, language);
  }
  return duration >= hours{1} ? count_in<hours>(duration, k_hours, language)
                              : count_in<minutes>(duration, k_minutes, language);
}

std::string days_left_text(std::optional<int> days_left, Language language) {
  if (!days_left) {
    return "";
  }
  const long count = *days_left;
  return say(language, days_left_phrase(*days_left), std::to_string(count < 0 ? -count : count));
}

std::string estimated_days_text(int days_min, int days_max, Language language) {
  if (days_max <= 0) {
    return "";
  }
  if (days_min <= 0 || days_min == days_max) {
    return say(language, days_max == 1 ? k_business_day : k_business_days,
               std::to_string(days_max));
  }
  const std::string_view dash = language == Language::ja ? "〜" : "-";
  return say(language, k_business_days,
             std::to_string(days_min).append(dash).append(std::to_string(days_max)));
}

}  // namespace outbox
