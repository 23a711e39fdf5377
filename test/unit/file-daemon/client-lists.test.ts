import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listedPaths, readClientLists } from '../../../file-daemon/fileset/client-lists.ts';
import { compileFileSet } from '../../../file-daemon/fileset/include-rules.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { fileSet, include } from './support/file-sets.ts';

function listed(list: string) {
  return fileSet([include(['/first'], [], { clientFileLists: [list] })]);
}

function expand(list: string, signal = new AbortController().signal) {
  return readClientLists(listed(list), signal);
}

async function pathsOf(list: string): Promise<string[]> {
  const { includes } = await expand(list);
  return listedPaths(includes[0]);
}

describe('a list of files on the client', () => {
  it('stands for the paths in it, one for each line, as bytes', async () => {
    using root = temporaryDirectory();
    const list = join(root.path, 'list');
    writeFileSync(list, Buffer.from('/a b\r\n\n/\xff\xfe\n  /c \n/last', 'latin1'));
    expect(await pathsOf(`<${list}`)).toEqual(['/a b', '/\xff\xfe', '  /c ', '/last']);
  });

  it('that a command prints is made without a shell, unless the command is one', async () => {
    expect(await pathsOf(`|echo "/a  b" '$HOME' > x`)).toEqual(['/a  b $HOME > x']);
    expect(await pathsOf(`|sh -c 'for name in a b; do echo "/$name"; done'`)).toEqual(['/a', '/b']);
  });

  it('goes behind the File lines of its Include', async () => {
    const set = listed('|echo /second');
    const { includes } = compileFileSet(set, await readClientLists(set, new AbortController().signal));
    expect(includes[0]!.files).toEqual(['/first', '/second']);
  });

  it('may be empty, and longer than the memory it begins with', async () => {
    expect(await pathsOf('|true')).toEqual([]);
    const paths = await pathsOf('|seq -f /some/path/%06.0f 3000');
    expect(paths).toHaveLength(3000);
    expect(paths[2999]).toBe('/some/path/003000');
  });

  it('may hold patterns for Exclude', async () => {
    const set = fileSet([include(['/a'])], ['*.bak'], { clientExcludeLists: ['|echo *.o'] });
    const { includes } = compileFileSet(set, await readClientLists(set, new AbortController().signal));
    const selected = ['/a/x.bak', '/a/x.o', '/a/x.c'].filter((path) =>
      includes[0]!.rules.select(path, false),
    );
    expect(selected).toEqual(['/a/x.c']);
  });

  it('has no part in what the command complains of, which is said when it fails', async () => {
    expect(await pathsOf(`|sh -c 'echo complaint >&2; echo /a'`)).toEqual(['/a']);
    await expect(expand(`|sh -c 'echo complaint >&2; exit 3'`)).rejects.toMatchObject({
      code: 'FD_FILE_LIST_FAILED',
      message: expect.stringContaining('ended with status 3: complaint') as string,
    });
  });

  it.each([
    ['</not/there', /list "\/not\/there" .*no such file/],
    ['|/no/such/program', /there is no such program/],
    ['|', /empty/],
    ['</dev/zero', /no line ends/],
    ['|yes /a/long/enough/path/to/come/to/an/end/one/day', /all lists have more than/],
  ])('%s ends the job with one sentence', async (list, sentence) => {
    await expect(expand(list)).rejects.toThrow(sentence);
  });

  it('is not waited for when the job is cancelled; the command is ended', async () => {
    const cancel = new AbortController();
    const waiting = expand('|sleep 1000', cancel.signal);
    cancel.abort(new Error('The job is cancelled'));
    await expect(waiting).rejects.toThrow('The job is cancelled');
  });
});
