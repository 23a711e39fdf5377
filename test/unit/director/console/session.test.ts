import { describe, expect, it } from 'vitest';
import { converse, fakeDirector, session } from './fake-director.ts';

describe('the command loop', () => {
  it('takes the first command of the table that an abbreviation fits', async () => {
    const transcript = await converse(fakeDirector(), ['l', '.', 'e job=Gzip', 'Vers']);
    expect(transcript).toContain('Enter new Volume name: .');
    expect(transcript).toContain('Job "Gzip" enabled');
    expect(transcript).toContain('peer-dir Version: 0.1.0');
  });

  it('says that it does not know a command, and goes on', async () => {
    const { transcript, succeeded } = await session(fakeDirector(), ['no-such-command', 'stauts', 'time']);
    expect(transcript).toContain('no-such-command: is an invalid command.\n');
    expect(transcript).toContain('stauts: is an invalid command. Did you mean "status"?\n');
    expect(transcript).toContain('Sat 21-Nov-2026 03:48:24\n');
    expect(succeeded).toEqual([false, false, true]);
  });

  it('does nothing at a blank line or a period', async () => {
    expect(await converse(fakeDirector(), ['', '.', '  ', 'quit'])).toBe('*\n*.\n*  \n*quit\n');
  });

  it('refuses what a command does not know, before anything happens', async () => {
    const director = fakeDirector();
    const transcript = await converse(director, ['run job=Gzip levle=Full yes']);
    expect(transcript).toContain('run: "levle=Full" is no argument of run. Did you mean "level"?\n');
    expect(director.runs).toEqual([]);
  });

  it('announces the catalog once for queries and once for jobs', async () => {
    const transcript = await converse(fakeDirector(), [
      'list jobs',
      'list pools',
      'run job=Gzip yes',
      'list clients',
    ]);
    expect(transcript.match(/Automatically selected Catalog: MyCatalog/g)).toHaveLength(1);
    expect(transcript.match(/Using Catalog "MyCatalog"/g)).toHaveLength(2);
    expect(await converse(fakeDirector(), ['run job=Gzip yes'])).toBe(
      '*run job=Gzip yes\nUsing Catalog "MyCatalog"\nJob queued. JobId=1\n',
    );
  });

  it('announces messages once until they are shown', async () => {
    const director = fakeDirector();
    director.messageText = '21-Nov 03:48 peer-dir JobId 1: Start\n';
    const transcript = await converse(director, ['time', 'time', 'messages', 'messages']);
    expect(transcript.match(/You have messages\.\n/g)).toHaveLength(1);
    expect(transcript).toContain('*messages\n21-Nov 03:48 peer-dir JobId 1: Start\n');
    expect(transcript).toContain('You have no messages.');
  });

  it('does not announce messages, nor the catalog, where programs read JSON', async () => {
    const director = fakeDirector();
    director.messageText = 'a message\n';
    const transcript = await converse(director, ['list clients json', '.api 2 api_opts=j', 'list pools']);
    expect(transcript.split('\n').map((line) => line.slice(0, 6))).toEqual([
      '*list ',
      '[{"Cli',
      '*.api ',
      '*list ',
      '[{"Poo',
      '',
    ]);
  });

  it('shows messages by itself when that was asked for', async () => {
    const director = fakeDirector();
    const transcript = await converse(director, ['autodisplay on', 'time'], {
      onResponse: ({ output }) => {
        if (output?.$case === 'text' && output.value.startsWith('Sat'))
          director.messageText = 'one message\n';
      },
    });
    expect(transcript).toMatch(/03:48:24\none message\n$/);
  });

  it('ends when the input ends, also at a question', async () => {
    const { transcript, succeeded } = await session(fakeDirector(), ['run job=Gzip']);
    expect(transcript).toContain('Priority: 10\n');
    expect(transcript).toContain('Job not run.');
    expect(succeeded).toEqual([false]);
  });

  it('reports a bug of a command in it, and goes on', async () => {
    const director = fakeDirector({ reload: () => Promise.reject(new TypeError('x is undefined')) });
    const { transcript, succeeded } = await session(director, ['reload', 'time']);
    expect(transcript).toContain('reload: internal error, please report it: TypeError: x is undefined\n');
    expect(succeeded).toEqual([false, true]);
  });
});

describe('a long answer', () => {
  it('is sent in pieces that a message can hold, no character cut in two', async () => {
    const director = fakeDirector();
    director.messageText = `x${'\u{1f600}'.repeat(100_000)}\n`;
    const { messageText } = director;
    const pieces: string[] = [];
    const transcript = await converse(director, ['messages'], {
      onResponse: ({ output }) => {
        if (output?.$case === 'text') pieces.push(output.value);
      },
    });
    expect(transcript).toContain(messageText);
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.every((piece) => piece.length <= 65_536 && piece.isWellFormed())).toBe(true);
  });
});

describe('an interrupt', () => {
  it('breaks off a running command', async () => {
    const director = fakeDirector();
    const idle = (signal?: AbortSignal) =>
      new Promise<void>((_, reject) => signal!.addEventListener('abort', () => reject(new Error('aborted'))));
    const transcript = await converse({ ...director, jobs: { ...director.jobs, idle } }, ['wait', 'time'], {
      onResponse: ({ output }, console) => {
        // The line "wait" is on its way when the prompt is answered; the break comes after it.
        if (output?.$case === 'prompt') setImmediate(() => console.send({ $case: 'interrupt', value: {} }));
      },
    });
    expect(transcript).toContain('*wait\nwait: interrupted.\n*time\n');
  });
});

describe('an interrupt of a command that does not notice it', () => {
  it('gives the prompt back at once, and what the command says later is not heard', async () => {
    const director = fakeDirector();
    const answer = Promise.withResolvers<{ accepted: boolean; problems: string[] }>();
    const transcript = await converse({ ...director, reload: () => answer.promise }, ['reload', 'time'], {
      onResponse: ({ output }, console) => {
        if (output?.$case === 'prompt') setImmediate(() => console.send({ $case: 'interrupt', value: {} }));
        if (output?.$case === 'text' && output.value.startsWith('Sat'))
          answer.resolve({ accepted: true, problems: [] });
      },
    });
    expect(transcript).toBe('*reload\nreload: interrupted.\n*time\nSat 21-Nov-2026 03:48:24\n');
  });
});

describe('completion', () => {
  async function complete(line: string): Promise<string[]> {
    let candidates: string[] = [];
    await converse(fakeDirector(), [], {
      onResponse: ({ output }, console) => {
        if (output?.$case === 'completions') {
          ({ candidates } = output.value);
          console.end();
        } else if (output?.$case === 'welcome') {
          console.send({ $case: 'complete', value: line });
        }
      },
    });
    return candidates;
  }

  it('offers commands, keywords and the names of resources', async () => {
    expect(await complete('res')).toEqual(['restore', 'restart', 'resume']);
    expect(await complete('run le')).toEqual(['level=']);
    expect(await complete('run job=')).toEqual(['job=Gzip', 'job=Plain', 'job=Article', 'job=RestoreFiles']);
    expect(await complete('st dir')).toEqual(['director', 'dir']);
    expect(await complete('restore replace=I')).toEqual(['replace=IfNewer', 'replace=IfOlder']);
  });

  it('quotes names with blanks, and goes on inside a quote', async () => {
    expect(await complete('run fileset=T')).toEqual(['fileset="Two Options"']);
    expect(await complete('run fileset="Two O')).toEqual(['fileset="Two Options"']);
  });

  it('offers nothing behind a word that is no command', async () => {
    expect(await complete('frobnicate jo')).toEqual([]);
  });
});
