import { beforeEach, describe, expect, it } from 'vitest';
import type {
  BrowseAnswer,
  BrowseRequest,
  BrowseStart,
  ConsoleResponse,
} from '../../../../proto/noctule/director/v1/director.ts';
import { CommandError } from '../../../../director/console/command-error.ts';
import { fakeDirector, session, type FakeDirector, type TestConsole } from './fake-director.ts';

type Question = NonNullable<BrowseRequest['question']>;

const HOME = Buffer.from('/srv/home/');
const COMMAND = 'restore client=peer-fd browse yes';

describe('restore browse', () => {
  let director: FakeDirector;
  beforeEach(() => {
    director = fakeDirector();
    director.contents.files.set(1, [
      { path: '/srv/home/' },
      { path: '/srv/home/a', size: 5 },
      { path: '/srv/home/deep/' },
      { path: '/srv/home/deep/Report.odt', size: 7 },
      { path: '/srv/home/z', size: 9 },
    ]);
  });

  /** Asks these questions one after another, then leaves. */
  async function browse(questions: readonly Question[], restore = true) {
    const answers: NonNullable<BrowseAnswer['answer']>[] = [];
    let start: BrowseStart | undefined;
    const left = [...questions];
    const onResponse = ({ output }: ConsoleResponse, console: TestConsole) => {
      if (output?.$case === 'browse') start = output.value;
      else if (output?.$case === 'browseAnswer') {
        expect(output.value.id).toBe(answers.length + 1);
        answers.push(output.value.answer!);
      } else return;
      const question = left.shift() ?? { $case: 'leave', value: { restore } };
      console.send({ $case: 'browse', value: { id: answers.length + 1, question } });
    };
    const { transcript, succeeded } = await session(director, [COMMAND, 'quit'], {
      canBrowse: true,
      onResponse,
    });
    return { start, answers, transcript, succeeded };
  }

  it('without a terminal says so in one line, and asks nothing', async () => {
    const { transcript, succeeded } = await session(director, [COMMAND, 'quit']);
    expect(transcript).toBe(
      `*${COMMAND}\nrestore: "browse" needs a terminal. Use "select" instead, or name files with file=.\n*quit\n`,
    );
    expect(succeeded).toEqual([false]);
  });

  it('begins where there is something to choose, and restores what is marked', async () => {
    const path = Buffer.from('/srv/home/deep/');
    const { start, answers, transcript } = await browse([
      { $case: 'mark', value: { path, marked: true } },
      { $case: 'directory', value: { path: HOME, after: Buffer.alloc(0), limit: 2 } },
      { $case: 'directory', value: { path: HOME, after: Buffer.from('deep'), limit: 2 } },
      { $case: 'marked', value: {} },
    ]);
    expect(start).toMatchObject({ clientName: 'peer-fd', jobIds: [1, 2], directory: HOME });
    expect(answers[1]).toMatchObject({
      value: {
        complete: false,
        entries: [
          { name: Buffer.from('a'), isDirectory: false, sizeBytes: 5, marked: false },
          { name: Buffer.from('deep'), isDirectory: true, marked: true, markedBelow: true },
        ],
      },
    });
    expect(answers[2]).toMatchObject({ value: { complete: true, entries: [{ name: Buffer.from('z') }] } });
    expect(answers[3]).toMatchObject({ $case: 'totals', value: { bytes: 7 } });
    expect(transcript).toContain('Job queued. JobId=1\n*quit\n');
    expect(director.runs[0]?.restore?.selection.rules).toEqual([{ path, recursive: true, marked: true }]);
  });

  it('finds the next name with a text: behind the cursor, before it, and below', async () => {
    const search = (after: string, text: string): Question => ({
      $case: 'search',
      value: { directory: HOME, after: Buffer.from(after), text },
    });
    const { answers } = await browse([
      search('a', 'Z'),
      search('z', 'A'),
      search('a', 'report'),
      search('a', 'nix'),
    ]);
    expect(answers.map((answer) => answer.$case === 'found' && answer.value.path.toString())).toEqual([
      '/srv/home/z',
      '/srv/home/a',
      '/srv/home/deep/Report.odt',
      '',
    ]);
  });

  it('shows the versions of a file in all backups', async () => {
    director.contents.files.set(2, [{ path: '/srv/home/a', size: 6 }]);
    const { answers } = await browse([{ $case: 'versions', value: { path: Buffer.from('/srv/home/a') } }]);
    expect(answers[0]).toMatchObject({
      value: {
        versions: [
          { jobId: 2, level: 'I', sizeBytes: 6, deleted: false },
          { jobId: 1, level: 'F', sizeBytes: 5 },
        ],
      },
    });
  });

  it('leaves nothing behind when it is abandoned', async () => {
    const { transcript, succeeded } = await browse(
      [{ $case: 'mark', value: { path: Buffer.from('/srv/home/a'), marked: true } }],
      false,
    );
    expect(transcript).toMatch(/\nRestore abandoned, nothing done\.\n\*quit\n$/);
    expect(succeeded).toEqual([false]);
    expect(director.runs).toEqual([]);
  });

  it('answers with the sentence of what went wrong in the catalog', async () => {
    const { catalog } = director;
    const jobsWithFile = () => Promise.reject(new CommandError('the catalog is locked', 'Try again.'));
    const broken = new Proxy(catalog, {
      get: (target, name) => (name === 'jobsWithFile' ? jobsWithFile : Reflect.get(target, name)) as unknown,
    });
    director = { ...director, catalog: broken };
    const { answers } = await browse([{ $case: 'versions', value: { path: HOME } }]);
    expect(answers).toEqual([{ $case: 'problem', value: 'the catalog is locked. Try again.' }]);
  });
});
