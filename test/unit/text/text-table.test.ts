import { describe, expect, it } from 'vitest';

import { renderTable, renderVertical } from '../../../text/text-table.ts';

const JOB_COLUMNS = ['JobId', 'Name', 'StartTime', 'Type', 'Level', 'JobFiles', 'JobBytes', 'JobStatus'];

describe('renderTable', () => {
  it('draws `list jobs` as recorded: all values left-aligned, no commas', () => {
    const table = renderTable(JOB_COLUMNS, [
      [1, 'Gzip', new Date(2026, 10, 21, 3, 39, 56), 'B', 'F', 94, 2265713, 'T'],
      [2, 'Article', new Date(2026, 10, 21, 3, 40, 2), 'B', 'F', 76, 2229331n, 'T'],
    ]);
    expect(table).toBe(
      [
        '+-------+---------+---------------------+------+-------+----------+----------+-----------+',
        '| JobId | Name    | StartTime           | Type | Level | JobFiles | JobBytes | JobStatus |',
        '+-------+---------+---------------------+------+-------+----------+----------+-----------+',
        '| 1     | Gzip    | 2026-11-21 03:39:56 | B    | F     | 94       | 2265713  | T         |',
        '| 2     | Article | 2026-11-21 03:40:02 | B    | F     | 76       | 2229331  | T         |',
        '+-------+---------+---------------------+------+-------+----------+----------+-----------+',
        '',
      ].join('\n'),
    );
  });

  it('says so when there are no rows', () => {
    expect(renderTable(JOB_COLUMNS, [])).toBe('No results to list.\n');
    expect(renderVertical(JOB_COLUMNS, [])).toBe('No results to list.\n');
  });

  it('prints a value of several lines as it is, so that scripts find its lines at the margin', () => {
    expect(renderTable(['LogText'], [['report:\n  Termination:            Backup OK\n\n'], ['short']])).toBe(
      [
        '+-------------------------------------+',
        '| LogText                             |',
        '+-------------------------------------+',
        '| report:',
        '  Termination:            Backup OK |',
        '| short                               |',
        '+-------------------------------------+',
        '',
      ].join('\n'),
    );
  });

  it('lets a very long value stick out instead of widening every line', () => {
    const lines = renderTable(['Filename'], [['/a'], ['/' + 'x'.repeat(4000)]]).split('\n');
    expect(lines[0]).toHaveLength(104);
    expect(lines[3]).toHaveLength(104);
    expect(lines[4]).toHaveLength(4005);
  });

  it('counts the columns a terminal shows, not characters', () => {
    const widths = (value: string): number => (renderTable(['N'], [[value]]).split('\n')[0] ?? '').length - 4;
    expect(widths('é')).toBe(1);
    expect(widths('e\u0301')).toBe(1);
    expect(widths('日本語')).toBe(6);
    expect(widths('👍')).toBe(2);
  });
});

describe('renderVertical', () => {
  it('draws `llist` as recorded: names right-aligned behind one blank, an empty line after each row', () => {
    const columns = ['JobMediaId', 'JobId', 'VolumeName', 'Recycle', 'Comment'];
    expect(
      renderVertical(columns, [
        [2, 1, 'A-Full-0001', true, null],
        [3, 2, 'A-Full-0002', false, ''],
      ]),
    ).toBe(
      [
        ' JobMediaId: 2',
        '      JobId: 1',
        ' VolumeName: A-Full-0001',
        '    Recycle: 1',
        '    Comment: NULL',
        '',
        ' JobMediaId: 3',
        '      JobId: 2',
        ' VolumeName: A-Full-0002',
        '    Recycle: 0',
        '    Comment: ',
        '',
        '',
      ].join('\n'),
    );
  });
});
