import type { BrowseEntry, BrowseTotals, BrowseVersion } from '../../proto/noctule/director/v1/director.ts';
import { formatDateTime } from '../../text/civil-time.ts';
import { displayWidth, fitted } from '../../text/display-width.ts';
import { modeText } from '../../text/mode-text.ts';
import { humanBytes, withCommas } from '../../text/numbers.ts';
import { printablePath } from '../../text/printable.ts';
import type { ScreenLine } from './screen.ts';

/** All that is on the screen. */
export interface TreeState {
  readonly clientName: string;
  readonly jobIds: readonly number[];
  readonly directory: Buffer;
  /** Those that are seen, `top` being the number of the first. */
  readonly entries: readonly BrowseEntry[];
  readonly top: number;
  /** Number of the entry under the cursor. */
  readonly cursor: number;
  /** Of the directory, once it is known. */
  readonly length: number | undefined;
  /** Of the entry under the cursor; undefined until they are known. */
  readonly versions: readonly BrowseVersion[] | undefined;
  /** Undefined while they are counted. */
  readonly totals: BrowseTotals | undefined;
  /** What is said or asked below the list. */
  readonly message: string;
}

/** Below, there is nothing to be seen. */
const COLUMNS_MIN = 20;
const ROWS_MIN = 6;
/** Lines above and below the list. */
const FRAME_ROWS = 4;
const DETAILS_COLUMNS_MIN = 80;
const SIZE_COLUMNS = 10;
const TIME_COLUMNS = 19;

const KEYS = [
  'Space mark',
  'Enter open',
  'Left back',
  '/ search',
  'n next',
  'd done',
  'q abort',
  'PgUp PgDn Home End',
];

/** How many entries the list has room for. */
export function listRows(rows: number): number {
  return Math.max(1, rows - FRAME_ROWS);
}

/** The screen, line by line. */
export function renderTree(
  state: TreeState,
  { columns, rows }: { columns: number; rows: number },
): ScreenLine[] {
  if (columns < COLUMNS_MIN || rows < ROWS_MIN) {
    return [plain(fitted('The window is too small.', columns))];
  }
  const listColumns = columns < DETAILS_COLUMNS_MIN ? columns : Math.floor(columns * 0.6);
  const detailColumns = columns - listColumns - 3;
  const details = detailColumns > 0 ? detailLines(state) : [];
  const title = `Restore of ${state.clientName}, JobId(s) ${state.jobIds.join(',')}`;
  const list = Array.from({ length: listRows(rows) }, (_, row): ScreenLine => {
    const entry = state.entries[row];
    const text = entry
      ? entryLine(entry, listColumns)
      : fitted(row === 0 ? emptyText(state) : '', listColumns);
    const side = detailColumns > 0 ? ` │ ${fitted(details[row] ?? '', detailColumns)}` : '';
    return { text: text + side, style: entry && state.top + row === state.cursor ? 'reverse' : 'plain' };
  });
  return [
    { text: fitted(` ${title}`, columns), style: 'reverse' },
    { text: fitted(printablePath(state.directory), columns, 'start'), style: 'bold' },
    ...list,
    plain(fitted(state.message || statusText(state), columns)),
    { text: fitted(keysText(columns), columns), style: 'reverse' },
  ];
}

function plain(text: string): ScreenLine {
  return { text, style: 'plain' };
}

function emptyText({ length }: TreeState): string {
  return length === 0 ? ' (empty)' : ' ...';
}

/** `*` marked, `+` marked in parts; the date only where there is room for it. */
function entryLine(entry: BrowseEntry, columns: number): string {
  const mark = entry.marked ? '*' : entry.markedBelow ? '+' : ' ';
  const size = (entry.isDirectory ? '' : humanBytes(entry.sizeBytes)).padStart(SIZE_COLUMNS);
  const time = columns < 60 ? '' : ` ${timeText(entry.mtimeSeconds)}`;
  return `${mark}${fitted(shownName(entry), columns - 2 - size.length - time.length)} ${size}${time}`;
}

function detailLines({ entries, top, cursor, versions }: TreeState): string[] {
  const entry = entries[cursor - top];
  if (!entry) return [];
  return [
    shownName(entry),
    `${modeText(entry.mode)} ${entry.uid} ${entry.gid}`,
    ...(entry.isDirectory ? [] : [`${withCommas(entry.sizeBytes)} byte${entry.sizeBytes === 1 ? '' : 's'}`]),
    '',
    ...(versions ? versionLines(versions) : ['Looking for versions ...']),
  ];
}

function versionLines(versions: readonly BrowseVersion[]): string[] {
  if (versions.length === 0) return ['No backup has it by itself.'];
  return [
    ' JobId L Saved',
    ...versions.map(
      ({ jobId, level, startedSeconds, sizeBytes, deleted }) =>
        `${String(jobId).padStart(6)} ${level} ${timeText(startedSeconds)} ${deleted ? 'gone' : humanBytes(sizeBytes)}`,
    ),
  ];
}

function statusText({ cursor, entries, length, totals }: TreeState): string {
  const place =
    entries.length === 0
      ? ''
      : `${withCommas(cursor + 1)} of ${length === undefined ? 'many' : withCommas(length)}   `;
  return ` ${place}${markedText(totals)}`;
}

function markedText(totals: BrowseTotals | undefined): string {
  if (!totals) return 'counting what is marked ...';
  if (totals.files === 0) return 'Nothing is marked.';
  return `Marked: ${withCommas(totals.files)} files, ${humanBytes(totals.bytes)}`;
}

/** As many of the keys as there is room for. */
function keysText(columns: number): string {
  let text = '';
  for (const key of KEYS) {
    if (displayWidth(text) + key.length + 2 > columns) break;
    text += ` ${key} `;
  }
  return text;
}

function shownName({ name, isDirectory }: BrowseEntry): string {
  return printablePath(name) + (isDirectory ? '/' : '');
}

function timeText(seconds: number): string {
  return seconds === 0 ? ' '.repeat(TIME_COLUMNS) : formatDateTime(new Date(seconds * 1000));
}
