import { describe, expect, test } from 'vitest';
import { durable, finish, mountVolume, openSession, type AppendCall, type Script } from './fake-daemons.ts';
import { TestDirector, until } from './test-director.ts';

/** The outcome of one run of a Job with these scripts. */
async function outcomeWith(scripts: string, type = 'Backup') {
  const extra = `Job { Name = "My Job"; JobDefs = Defaults; Type = ${type}\n${scripts}\n}`;
  await using director = await TestDirector.start({ conf: { extra } });
  const outcome = await director.outcome('My Job');
  return { ...outcome, commands: director.consoleCommands, backups: director.daemons.backups };
}

/** Backups that come to no end by themselves. */
const HANGS: Script = {
  backup: async function* (_, signal) {
    yield* [];
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  },
  append: async (call) => {
    await openSession(call);
    await untilAborted(call);
  },
};

/** Likewise, but with two files saved. */
const SAVES_AND_HANGS: Script = {
  ...HANGS,
  append: async (call) => {
    await openSession(call);
    await mountVolume(call);
    call.answer({ event: { $case: 'durable', value: durable() } });
    await untilAborted(call);
  },
};

async function untilAborted(call: AppendCall): Promise<void> {
  for (let next = await call.take(); next && next.command?.$case !== 'abort';) next = await call.take();
  finish(call, 'E', 'aborted');
}

describe('console commands in scripts', () => {
  test('of the one-line forms run before the job and behind it, and what they print is in its messages', async () => {
    const { status, text, commands } = await outcomeWith(
      'Console Run Before Job = "prune files client=%c yes"\nConsole Run After Job = "status %e %F"',
    );
    expect(status).toBe('T');
    expect(commands).toEqual(['prune files client=peer-fd yes', 'status OK 2']);
    expect(text).toContain('console command: run BeforeJob "prune files client=%c yes"\n');
    expect(text).toContain('BeforeJob: did prune files client=%c yes\n');
    expect(text.indexOf('Termination:')).toBeLessThan(text.indexOf('AfterJob: did status'));
  });

  test('run on the Director although Runs On Client is yes when nothing is said, in the order of the block', async () => {
    const { status, commands } = await outcomeWith(
      'RunScript { Runs When = Before; Console = "prune volume yes"; Console = "truncate allpools" }',
      'Admin',
    );
    expect(status).toBe('T');
    expect(commands).toEqual(['prune volume yes', 'truncate allpools']);
  });

  test('that fail keep the job from starting, and say why', async () => {
    const { status, text, backups } = await outcomeWith('Console Run Before Job = "fail"');
    expect(status).toBe('f');
    expect(text).toContain('Error: Runscript: BeforeJob console command failed. ERR=it went wrong\n');
    expect(backups).toEqual([]);
  });

  test('that fail and may do so let the rest run', async () => {
    const { status, commands } = await outcomeWith(
      'RunScript { Runs When = Before; Fail Job On Error = no; Console = "fail"; Console = "time" }',
      'Admin',
    );
    expect(status).toBe('W');
    expect(commands).toEqual(['fail', 'time']);
  });

  test('that hang are ended after their Timeout', async () => {
    const { status, text } = await outcomeWith(
      'RunScript { Runs When = Before; Timeout = 1; Console = "hang" }',
      'Admin',
    );
    expect(status).toBe('f');
    expect(text).toContain('Error: Runscript: BeforeJob console command was ended after 1 seconds\n');
  });
});

describe('scripts after a job', () => {
  const each = `
    Run After Job = "/bin/echo short-good"
    Run After Failed Job = "/bin/echo short-bad"
    RunScript { Runs When = After; Runs On Client = no; Command = "/bin/echo good" }
    RunScript { Runs When = After; Runs On Client = no; Runs On Success = no; Runs On Failure = yes; Command = "/bin/echo bad" }
    RunScript { Runs When = After; Runs On Client = no; Runs On Failure = yes; Command = "/bin/echo both" }
    RunScript { Runs When = Always; Runs On Client = no; Runs On Failure = yes; Command = "/bin/echo always" }`;
  const lines = (text: string) =>
    [...text.matchAll(/(?:Before|After)Job: (\S+)\n/g)].map((match) => match[1]);

  test('run for a good job unless they are for failure only', async () => {
    const { text } = await outcomeWith(each, 'Admin');
    expect(lines(text)).toEqual(['always', 'short-good', 'good', 'both', 'always']);
  });

  test('run for a failed job only with Runs On Failure = yes', async () => {
    const { text } = await outcomeWith(`${each}\nRun Before Job = "/bin/false"`, 'Admin');
    expect(lines(text)).toEqual(['always', 'short-bad', 'bad', 'both', 'always']);
  });

  test('that fail mark a good job as being in error', async () => {
    expect((await outcomeWith('Run After Job = "/bin/false"', 'Admin')).status).toBe('E');
    const may =
      'RunScript { Runs When = After; Runs On Client = no; Fail Job On Error = no; Command = /bin/false }';
    expect((await outcomeWith(may, 'Admin')).status).toBe('T');
  });
});

describe('scripts of a job that is cancelled', () => {
  const extra = `Job { Name = "My Job"; JobDefs = Defaults
    Run Before Job = "/bin/echo before"
    Run After Job = "/bin/echo good"
    Run After Failed Job = "/bin/echo bad" }`;

  test('in the queue: no Before script runs, and After scripts only with Runs On Failure = yes', async () => {
    await using director = await TestDirector.start({ conf: { extra } });
    const jobId = await director.run('My Job', { when: new Date(Date.now() + 3_600_000) });
    director.jobs.cancel(jobId, 'by hand');
    expect(await director.jobs.ended(jobId)).toBe('A');
    expect((await director.text()).match(/(?<=Job: )(before|good|bad)$/gm)).toEqual(['bad']);
  });

  test('while it runs: After scripts run only with Runs On Failure = yes', async () => {
    await using director = await TestDirector.start({ conf: { extra }, script: HANGS });
    const jobId = await director.run('My Job');
    await until(() => director.daemons.backups.length === 1);
    director.jobs.cancel(jobId, 'by hand');
    expect(await director.jobs.ended(jobId)).toBe('A');
    expect((await director.text()).match(/(?<=Job: )(before|good|bad)$/gm)).toEqual(['before', 'bad']);
  });
});

test('fatal outranks a non-fatal error: an After script that fails leaves it at f', async () => {
  const scripts = 'Run Before Job = "/bin/false"\nRun After Failed Job = "/bin/false"';
  const { status, text } = await outcomeWith(scripts, 'Admin');
  expect(text).toContain('AfterJob returned non-zero status=1');
  expect(status).toBe('f');
});

test('cancelled outranks a non-fatal error: an After script that fails leaves it cancelled', async () => {
  const extra = 'Job { Name = "My Job"; JobDefs = Defaults; Run After Failed Job = "/bin/false" }';
  await using director = await TestDirector.start({ conf: { extra } });
  const jobId = await director.run('My Job', { when: new Date(Date.now() + 3_600_000) });
  director.jobs.cancel(jobId, 'by hand');
  expect(await director.jobs.ended(jobId)).toBe('A');
  expect(await director.text()).toContain('AfterJob returned non-zero status=1');
  expect((await director.catalog.jobById(jobId))?.jobStatus).toBe('A');
});

test('Incomplete outranks a non-fatal error: an After script that fails leaves it incomplete', async () => {
  const extra = 'Job { Name = "My Job"; JobDefs = Defaults; Run After Failed Job = "/bin/false" }';
  await using director = await TestDirector.start({ conf: { extra }, script: SAVES_AND_HANGS });
  const jobId = await director.run('My Job');
  await until(async () => (await director.catalog.jobMedia(jobId)).length > 0);
  director.jobs.stopJob(jobId, 'by hand');
  expect(await director.jobs.ended(jobId)).toBe('I');
  expect(await director.text()).toContain('AfterJob returned non-zero status=1');
  expect((await director.catalog.jobById(jobId))?.jobStatus).toBe('I');
});

test('the start time is taken anew after the Before scripts: what they write is not saved twice', async () => {
  let clockMs = Date.UTC(2026, 10, 21, 3);
  const extra = 'Job { Name = "My Job"; JobDefs = Defaults; Console Run Before Job = "dump" }';
  await using director = await TestDirector.start({
    conf: { extra },
    now: () => new Date(clockMs),
    script: { clockMs: () => clockMs },
  });
  director.onConsoleCommand = () => (clockMs += 60_000);
  const { jobId } = await director.outcome('My Job');
  const { startTime, schedTime } = (await director.catalog.jobById(jobId))!;
  expect(startTime!.getTime() - schedTime!.getTime()).toBe(60_000);
  await director.outcome('My Job');
  expect(Number(director.daemons.backups[1]!.sinceNs! / 1_000_000n)).toBeGreaterThan(
    startTime!.getTime() - 5,
  );
});

describe('a script', () => {
  test('runs without a shell, and a name with blanks, quotes or dollars is one word of it', async () => {
    const { text } = await outcomeWith(
      'Run Before Job = "/usr/bin/printf \'[%%s]\' %n $(id) ; | >x"',
      'Admin',
    );
    expect(text).toContain('BeforeJob: [My Job][$(id)][;][|][>x]\n');
  });

  test('uses a shell when it asks for one', async () => {
    const { text } = await outcomeWith(
      'Run Before Job = "sh -c \'echo one | tr a-z A-Z; echo two >&2\'"',
      'Admin',
    );
    expect(text).toContain('BeforeJob: ONE\n');
    expect(text).toContain('BeforeJob: two\n');
  });

  test('without Runs When does nothing', async () => {
    const { status, text } = await outcomeWith('RunScript { Command = "/bin/false" }', 'Admin');
    expect(status).toBe('T');
    expect(text).not.toContain('false');
  });

  test('for the client is left out of an Admin job, which says so', async () => {
    const { status, text } = await outcomeWith('RunScript { Runs When = Before; Command = "dump" }', 'Admin');
    expect(status).toBe('W');
    expect(text).toContain(
      'Warning: The script with Command = "dump" is not run: an Admin job contacts no client.',
    );
  });
});
