// Amounts for people: 1234500 and "THB" become "12,345.00 THB".

const formats = new Map();

function formatOf(currency) {
  let format = formats.get(currency);
  if (!format) {
    const { maximumFractionDigits: digits } =
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
    const number = new Intl.NumberFormat('en', {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    });
    format = { digits, number };
    formats.set(currency, format);
  }
  return format;
}

// undefined where there is no amount.
export function amountText(minor, currency) {
  if (minor === null) {
    return undefined;
  }
  const { digits, number } = formatOf(currency);
  return `${number.format(minor / 10 ** digits)} ${currency}`;
}
