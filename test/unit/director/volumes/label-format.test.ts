import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newVolumeName } from '../../../../director/volumes/label-format.ts';

const VALUES: Readonly<Record<string, string>> = {
  Pool: 'A-Full-Pool',
  Year: '2026',
  Month: '3',
  Day: '21',
  NumVols: '12',
  Client: 'Peer-FD',
  Level: 'Full',
  JobId: '7',
  Empty: '',
};

/** The value of the Counter C. */
let counter = 7;

function name(labelFormat: string, taken: readonly string[] = [], highestMediaId = 0): Promise<string> {
  return newVolumeName({
    poolName: 'A-Full-Pool',
    labelFormat,
    highestMediaId,
    isTaken: async (candidate) => taken.includes(candidate),
    variable: async (variable, use) => {
      if (variable === 'C') return String(use === 'count up' ? counter++ : counter);
      return VALUES[variable];
    },
  });
}

describe('a simple Label Format', () => {
  test('gets the next number of the whole catalog, with four digits at least', async () => {
    expect(await name('A-Full-')).toBe('A-Full-0001');
    expect(await name('A-Incr-', [], 1)).toBe('A-Incr-0002');
    expect(await name('V', [], 12_345)).toBe('V12346');
  });

  test('tries the numbers after it while a name exists', async () => {
    expect(await name('Vol-', ['Vol-0005', 'Vol-0006'], 4)).toBe('Vol-0007');
  });

  test('gives up with a sentence after 99 tries', async () => {
    const taken = Array.from({ length: 99 }, (_, index) => `Vol-${String(index + 1).padStart(4, '0')}`);
    await expect(name('Vol-', taken)).rejects.toThrow(
      /Label Format "Vol-" of Pool "A-Full-Pool".*exist already/,
    );
  });

  test('with an illegal character is refused with its reason', async () => {
    await expect(name('Vol 1/')).rejects.toThrow(/gives no volume name/);
  });
});

describe('a Label Format with variables', () => {
  test.each([
    ['${Pool}-${Year}${Month:p/2/0/r}${Day:p/2/0/r}-${NumVols:p/4/0/r}', 'A-Full-Pool-20260321-0012'],
    ['${Client}_${Level}_${JobId}', 'Peer-FD_Full_7'],
    ['$Pool', 'A-Full-Pool'],
    ['${Client:l}', 'peer-fd'],
    ['${Client:u}', 'PEER-FD'],
    ['v${Client:#}', 'v7'],
    ['${Pool:o2,4}', 'Full'],
    ['${Pool:o2-5}', 'Full'],
    ['${Pool:o7,}', 'Pool'],
    ['${Month:p/3/x/l}', '3xx'],
    ['${Month:p/3/x/c}', 'x3x'],
    ['${Pool:s/-.*//}', 'A'],
    ['${Pool:s/-/./g}', 'A.Full.Pool'],
    ['${Level:y/Flu/flx/}', 'fxll'],
    ['${Empty:-none}', 'none'],
    ['${Unknown:-none}', 'none'],
    ['${Level:+set}', 'set'],
    ['v${Empty:+set}', 'v'],
    ['v${Level:*unset}', 'v'],
    ['${Empty:*unset}', 'unset'],
    ['${Unknown:*unset}', 'unset'],
    ['${Client:l:p/9/0/r}', '00peer-fd'],
  ])('%s gives %s', async (format, expected) => {
    expect(await name(format)).toBe(expected);
  });

  test.each([
    ['${Nothing}', 'unknown variable "Nothing"'],
    ['${Pool', 'ends inside'],
    ['${Count+}', 'unknown variable "Count"'],
    ['${C+', 'ends inside'],
    ['${Pool:z}', 'unknown operation'],
    ['${Empty}', 'must not be empty'],
    ['${Pool} x', 'Illegal character'],
  ])('%s is refused: %s', async (format, reason) => {
    await expect(name(format)).rejects.toThrow(reason);
  });

  test('counts up where a Counter has a "+", and reads it where not', async () => {
    counter = 7;
    expect(await name('${Pool}-${C+:p/4/0/r}')).toBe('A-Full-Pool-0007');
    expect(await name('${Pool}-$C-${C}')).toBe('A-Full-Pool-8-8');
    expect(counter).toBe(8);
  });

  test('goes on counting while the name exists', async () => {
    counter = 7;
    expect(await name('V${C+}', ['V7', 'V8'])).toBe('V9');
    await expect(name('V${C}', ['V10'])).rejects.toThrow('"V10" exists already');
  });

  test('that gives a name twice is refused', async () => {
    await expect(name('${Pool}', ['A-Full-Pool'])).rejects.toThrow('exists already');
  });

  test('never gives an illegal name, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        const result = await name(`\${Pool}${text}`).catch(() => undefined);
        if (result !== undefined) expect(result).toMatch(/^[A-Za-z0-9:._-]{1,127}$/);
      }),
    );
  });
});
