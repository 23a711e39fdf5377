import type { BytePath } from '../byte-path.ts';
import type { PaxRecord } from './entry-header.ts';

/**
 * Content that was longer than a block and of unknown length is several entries behind each other, named
 * `NAME.part00000001` and so on: `cat NAME.part* > NAME` puts it together. In their pax headers:
 *
 *     NOCTULE.part      the number of the part, from 1
 *     NOCTULE.last      1 for the last part, else 0; without it the content is not whole
 *     NOCTULE.plugin    the Plugin line of the FileSet that made the content; of the first part, or the only entry
 */
const PART = 'NOCTULE.part';
const LAST = 'NOCTULE.last';
const PLUGIN = 'NOCTULE.plugin';

/** As many that names sort as numbers do: enough for 95 TiB. */
const PART_DIGITS = 8;

export function partName(path: BytePath, number: number): BytePath {
  return `${path}.part${String(number).padStart(PART_DIGITS, '0')}`;
}

export function partRecords({ number, isLast }: { number: number; isLast: boolean }): PaxRecord[] {
  return [
    { keyword: PART, value: String(number) },
    { keyword: LAST, value: isLast ? '1' : '0' },
  ];
}

export function pluginRecord(line: BytePath): PaxRecord {
  return { keyword: PLUGIN, value: line };
}

/** Which part the header belongs to; undefined when it is the header of a whole file. */
export function readPart(
  pax: ReadonlyMap<string, Buffer>,
): { readonly number: number; readonly isLast: boolean } | undefined {
  const number = pax.get(PART)?.toString('latin1');
  if (number === undefined) return undefined;
  return { number: Number(number), isLast: pax.get(LAST)?.toString('latin1') === '1' };
}
