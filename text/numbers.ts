/**
 * Counts, byte counts, rates and time spans as the job report, `status` and `show` print them. Scripts take
 * these texts apart, so the forms are Bacula's to the letter.
 */

const SIZE_SUFFIXES = ['', 'K', 'M', 'G', 'T', 'P'];

/** "2229331" as "2,229,331". */
export function withCommas(count: number | bigint): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Bytes in decimal units: "106 B", "1.518 KB", "22.50 MB". Four digits, cut off and not rounded. */
export function humanBytes(bytes: number): string {
  const { digits, suffix } = scaled(bytes);
  return `${digits} ${suffix}B`;
}

/**
 * Bytes as the lists of terminated jobs print them: "2.265 M". Below 1000 a blank stands where the letter
 * would be ("106 "), so that the numbers stay aligned in a right-aligned column.
 */
export function statusBytes(bytes: number): string {
  const { digits, suffix } = scaled(bytes);
  return `${digits} ${suffix}`;
}

/** The line "Elapsed time" of a job report: "1 min 5 secs". A job that took no time is shown as "1 sec". */
export function elapsedText(seconds: number): string {
  return durationText(Math.max(1, seconds));
}

/** The line "Rate" of a job report: "2229.3 KB/s"; KB are 1000 bytes, and time counts as `elapsedText` shows it. */
export function rateText(bytes: number, seconds: number): string {
  return `${(bytes / 1000 / Math.max(1, Math.trunc(seconds))).toFixed(1)} KB/s`;
}

/** The units that durations are shown in. There are no weeks and no quarters: Bacula reads them but never shows them. */
const SPANS: readonly (readonly [name: string, seconds: number])[] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['min', 60],
  ['sec', 1],
];

/** A time span as `show` and the pruning messages print it: "12 months" (360 days), "1 month 10 days", "0 secs". */
export function durationText(seconds: number): string {
  let rest = Math.trunc(seconds);
  const parts: string[] = [];
  for (const [name, length] of SPANS) {
    const count = Math.trunc(rest / length);
    if (count === 0) continue;
    parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
    rest -= count * length;
  }
  return parts.join(' ') || '0 secs';
}

/** A time that has passed, to the hour, or to the minute within the first day: "4 days 2 hours". */
export function ageText(seconds: number): string {
  const unit = seconds >= 86_400 ? 3600 : 60;
  return durationText(Math.max(60, Math.floor(seconds / unit) * unit));
}

function scaled(bytes: number): { digits: string; suffix: string } {
  let unit = 1;
  let power = 0;
  while (bytes / unit >= 1000 && power < SIZE_SUFFIXES.length - 1) {
    unit *= 1000;
    power += 1;
  }
  const whole = Math.trunc(bytes / unit);
  const suffix = SIZE_SUFFIXES[power] ?? '';
  const decimals = Math.max(0, 4 - String(whole).length);
  if (power === 0 || decimals === 0) return { digits: String(whole), suffix };
  const fraction = Math.trunc((bytes % unit) / (unit / 10 ** decimals));
  return { digits: `${whole}.${String(fraction).padStart(decimals, '0')}`, suffix };
}
