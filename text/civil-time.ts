/**
 * Dates and times as the console, the job report and the catalog write them: in the time zone of the process
 * (TZ), with English month and day names whatever the locale.
 *
 * Built on the getters of Date: Intl would cost a hundred times as much, and a busy Director formats many.
 */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** "2026-11-21 03:40:02": lists, prompts, the catalog. */
export function formatDateTime(date: Date): string {
  const year = String(date.getFullYear()).padStart(4, '0');
  return `${year}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(date)}:${two(date.getSeconds())}`;
}

/** "21-Nov-2026 03:40:02": the job report. */
export function formatReportTime(date: Date): string {
  return `${dayAndMonth(date)}-${date.getFullYear()} ${clock(date)}:${two(date.getSeconds())}`;
}

/** "21-Nov 03:40": the start of a message line. */
export function formatMessageTime(date: Date): string {
  return `${dayAndMonth(date)} ${clock(date)}`;
}

/** "21-Nov-26 03:39": the `status` commands. */
export function formatStatusTime(date: Date): string {
  return `${dayAndMonth(date)}-${two(date.getFullYear() % 100)} ${clock(date)}`;
}

/** "Sun 22-Nov 22:10": `status schedule`. */
export function formatWeekdayTime(date: Date): string {
  return `${WEEKDAYS[date.getDay()]} ${dayAndMonth(date)} ${clock(date)}`;
}

/** "Sun 2026-11-22 22:10": `noctule plan`. */
export function formatPlanTime(date: Date): string {
  return `${WEEKDAYS[date.getDay()]} ${formatDateTime(date).slice(0, -3)}`;
}

const DATE_TIME = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:\s+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}))?)?)?)?)?$/;

/**
 * Reads "YYYY-MM-DD HH:MM:SS". What is missing on the right is completed with its lowest value: "2026-11" is
 * the first of November at midnight. A time that the clocks skip in spring is moved on by the length of the
 * gap.
 *
 * @returns undefined when it is no such text, or no such day (30 February).
 */
export function parseDateTime(text: string): Date | undefined {
  const found = DATE_TIME.exec(text.trim());
  if (!found) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((digits: string | undefined) => (digits === undefined ? undefined : Number(digits)));
  const date = new Date(year, month - 1, day);
  if (date.getFullYear() !== year || date.getMonth() !== month - 1 || date.getDate() !== day)
    return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return new Date(year, month - 1, day, hour, minute, second);
}

function dayAndMonth(date: Date): string {
  return `${two(date.getDate())}-${MONTHS[date.getMonth()]}`;
}

function clock(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
