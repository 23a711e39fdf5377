import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sectionText, type WrittenSection } from '../../../../director/bootstrap/bootstrap.ts';
import { BootstrapRefused, parseBootstrap } from '../../../../director/bootstrap/parse-bootstrap.ts';

const number = fc.nat({ max: 2 ** 31 });
const range = fc.tuple(number, number).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
const name = fc.stringMatching(/^[A-Za-z0-9 :._-]{1,20}$/).map((text) => `v${text}v`);
const odd = fc.string({ minLength: 1 }).filter((text) => !/[\r\n]/.test(text));

const section: fc.Arbitrary<WrittenSection> = fc.record({
  storage: odd,
  volumes: fc.array(name, { minLength: 1, maxLength: 3 }),
  mediaType: fc.option(odd, { nil: undefined }),
  volSessionId: number,
  volSessionTime: number,
  volAddr: range,
  fileIndex: range,
});

function one(value: number) {
  return [{ first: value, last: value }];
}

function refusal(text: string): string {
  try {
    parseBootstrap(text, 'x.bsr');
  } catch (error) {
    if (error instanceof BootstrapRefused) return `${error.message} | ${error.hint}`;
    throw error;
  }
  return 'taken';
}

describe('a bootstrap file', () => {
  it('reads back as what was written', () => {
    fc.assert(
      fc.property(fc.array(section, { minLength: 1, maxLength: 5 }), (written) => {
        const read = parseBootstrap(written.map(sectionText).join('# the next\n'), 'x.bsr');
        expect(read).toMatchObject(
          written.map(({ volSessionId, volSessionTime, volAddr, fileIndex, ...same }) => ({
            ...same,
            volSessionIds: one(volSessionId),
            volSessionTimes: one(volSessionTime),
            volAddrs: [volAddr],
            fileIndexes: [fileIndex],
            count: fileIndex.last - fileIndex.first + 1,
            unused: [],
          })),
        );
      }),
    );
  });

  it('takes lists, ranges, comments, any case and all keywords of Bacula', () => {
    const [first, second, third, ...others] = parseBootstrap(
      [
        '# made by hand',
        'storage=Disk',
        'VOLUME = "A|B" # both',
        'MediaType = File',
        'Device = "Drive-1"',
        'Slot = 3',
        'VolSessionId = 1,3-5',
        'VolSessionTime = 1767222000',
        'VolFile = 0-1',
        'VolBlock = 200-1000000',
        'FileIndex = 1-10, 12',
        'FileIndex = 20',
        'Client = web-fd, db-fd',
        'Job = nightly.2026-01-04_23.05.00_07',
        'JobId = 7',
        'JobType = B',
        'JobLevel = F,I',
        'Volume = C',
        'Stream = 1',
        'FileRegex = "^/etc"',
        'Include = x',
        'Exclude = y',
        'Storage = Tape',
        'Volume = D',
      ].join('\r\n'),
      'x.bsr',
    );
    expect(first).toMatchObject({
      ...{ line: 2, storage: 'Disk', volumes: ['A', 'B'], mediaType: 'File' },
      volSessionIds: [
        { first: 1, last: 1 },
        { first: 3, last: 5 },
      ],
      fileIndexes: [{ first: 1, last: 10 }, ...one(12), ...one(20)],
      clients: ['web-fd', 'db-fd'],
      jobs: ['nightly.2026-01-04_23.05.00_07'],
      jobIds: one(7),
      jobTypes: ['B'],
      jobLevels: ['F', 'I'],
      unused: [],
    });
    expect(second).toMatchObject({ storage: 'Disk', volumes: ['C'], mediaType: undefined, fileIndexes: [] });
    expect(second?.unused).toEqual(['Stream', 'FileRegex', 'Include', 'Exclude']);
    expect(third).toMatchObject({ storage: 'Tape', volumes: ['D'] });
    expect(others).toEqual([]);
  });

  it.each([
    ['Volume = A\nVolSesionId = 1', 'x.bsr:2: "VolSesionId" is no keyword', 'Did you mean VolSessionId?'],
    ['Volume = A\nRubbish', 'x.bsr:2: "Rubbish" is no line', 'keyword = value'],
    ['Volume = "A', 'x.bsr:1: Volume has a quote that is not closed', 'double quotes'],
    ['Volume =', 'x.bsr:1: Volume has no value', 'Write one value'],
    ['Volume = A|', 'x.bsr:1: Volume = "A|": a Volume has a name', 'Correct'],
    ['Volume = A\nFileIndex = 9-1', 'x.bsr:2: FileIndex = "9-1": it takes numbers and ranges', 'Correct'],
    ['Volume = A\nFileIndex = one', 'x.bsr:2: FileIndex = "one"', 'Correct'],
    ['Volume = A\nCount = 1-2', 'x.bsr:2: Count = "1-2": it takes one number', 'Correct'],
    ['# nothing\n', 'The bootstrap file x.bsr is empty', 'Write Bootstrap'],
    ['Storage = Disk\n', 'x.bsr:1: the section that begins here names no Volume', 'Add a line'],
  ])('refuses %j with file, line and cure', (text, message, hint) => {
    expect(refusal(text)).toContain(message);
    expect(refusal(text)).toContain(hint);
  });
});
