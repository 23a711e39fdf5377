import { describe, expect, test } from 'vitest';
import { parseBpipe, writerWords } from '../../../file-daemon/plugins/bpipe.ts';

const words = (line: string) => {
  const { path, reader, writer } = parseBpipe(line);
  return { path, reader, writer };
};

describe('a bpipe line', () => {
  test('names file, reader and writer by keys, in any order', () => {
    const parsed = { path: '/MYSQL/dump.sql', reader: ['mysqldump', '-u', 'x', 'my db'], writer: ['mysql'] };
    expect(words('bpipe:file=/MYSQL/dump.sql:reader=mysqldump -u x "my db":writer=mysql')).toEqual(parsed);
    expect(words('bpipe:writer=mysql:Reader=mysqldump -u x "my db":file=/MYSQL/dump.sql')).toEqual(parsed);
  });

  test('or gives them in order, the writer with colons as they are', () => {
    expect(words('bpipe:/a:cat /b:tee /c:/d')).toEqual({
      path: '/a',
      reader: ['cat', '/b'],
      writer: ['tee', '/c:/d'],
    });
  });

  test('may have colons within a field behind a backslash', () => {
    expect(words('bpipe:file=/a\\:b:reader=psql -h ::1:writer=x'.replace('::1', '\\:\\:1'))).toEqual({
      path: '/a:b',
      reader: ['psql', '-h', '::1'],
      writer: ['x'],
    });
  });

  test('needs no writer', () => {
    expect(words('bpipe:file=/a:reader=date').writer).toEqual([]);
  });

  test.each([
    ['bpipe:file=a:reader=x', 'the file "a" is not an absolute path of a file'],
    ['bpipe:file=/a/:reader=x', 'the file "/a/" is not an absolute path of a file'],
    ['bpipe:file=/a', 'it has no reader'],
    ['bpipe:file=/a:reader=', 'it has no reader'],
    ['bpipe:file=/a:read=x', '"read=x" is none of file=, reader= and writer='],
    ['bpipe:file=/a:reader=x:reader=y', '"reader=" stands there twice'],
    ['bpipe:file=/a:reader=sh -c "x', 'in the reader, the quote " is not closed'],
  ])('%s is refused: it names the line and the cure', (line, problem) => {
    expect(() => parseBpipe(line)).toThrow(`Plugin "${line}": ${problem}`);
  });

  test('gives its writer the place and the replace rule', () => {
    const plugin = parseBpipe("bpipe:file=/a:reader=x:writer=sh -c 'load %w' %r %%");
    expect(writerWords(plugin, { where: '/tmp/r', replace: 'ifNewer' })).toEqual([
      'sh',
      '-c',
      'load /tmp/r',
      'w',
      '%',
    ]);
    expect(writerWords(plugin, { where: '', replace: 'never' })[2]).toBe('load ');
  });
});
